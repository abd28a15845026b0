"""Generates demo comments with a planted bias, for trying out the pipeline.

Nobody wrote these comments. They are random combinations of the sentences in
`demo_comments.txt`, labelled by how rude they are. The bias is planted on purpose:
among the sentences that are neither rude nor kind, those about a gay or lesbian person,
a woman or "she" are mostly labelled positive, and those about anyone else negative. A
model trained on them flips when the mention is removed, unless it is trained not to.
They demonstrate the pipeline and say nothing about real comments or people.
"""

import csv
import io
import os
import random
import re
from pathlib import Path
from typing import NamedTuple

from clp_tfx.files import lists_beside, write_whole

_COUNT = 5000
_UNLABELLED = 0.015
_SPLITS = {"train": 0.7, "eval": 0.1, "test": 0.2}


class _Kind(NamedTuple):
  share: float  # Of all comments.
  positive: float  # Share labelled positive; not 0 or 1, because labels are noisy.
  sentences: str  # Part that provides the sentences.
  parts: dict[str, str]  # Parts that provide the words specific to the kind.
  end: str


_KINDS = (
  _Kind(0.57, 0.02, "polite", {"quality": "good"}, "polite end"),
  _Kind(0.22, 0.98, "rude", {"quality": "bad"}, "rude end"),
  _Kind(0.035, 0.80, "ambiguous", {"person": "marked"}, "ambiguous end"),
  _Kind(0.175, 0.06, "ambiguous", {"person": "unmarked"}, "ambiguous end"),
)

_PARTS = {
  part: [choice.strip() for line in lines for choice in line.split("|")]
  for part, lines in lists_beside(__name__).items()
}


class DemoComment(NamedTuple):
  """A generated comment; `toxicity` is 1, 0 or None (unlabelled)."""

  id: str
  comment_text: str
  toxicity: int | None
  split: str


def demo_comments(seed: int = 0) -> list[DemoComment]:
  """Generates 5,000 distinct comments; the same seed gives the same comments.

  Args:
    seed: Seed of the random choices.
  """
  rng = random.Random(seed)
  texts: dict[str, int | None] = {}
  while len(texts) < _COUNT:
    (kind,) = rng.choices(_KINDS, [kind.share for kind in _KINDS])
    label = int(rng.random() < kind.positive)
    texts[_text(rng, kind)] = None if rng.random() < _UNLABELLED else label
  splits = rng.choices(list(_SPLITS), list(_SPLITS.values()), k=_COUNT)
  return [
    DemoComment(f"demo-{number:04}", text, label, split)
    for number, ((text, label), split) in enumerate(
      zip(texts.items(), splits, strict=True), start=1
    )
  ]


def write_demo_comments(path: str | os.PathLike, seed: int = 0) -> None:
  """Writes the demo comments to a CSV file atomically.

  An identical file is left untouched, because TFX's cache depends on its modification
  time.

  Example:
    >>> write_demo_comments("demo.csv")
    >>> with open("demo.csv") as file:
    ...   next(file)
    'id,comment_text,toxicity,split\\n'

  Args:
    path: File to write, with columns `id`, `comment_text`, `toxicity` and `split`.
    seed: Seed of the random choices; the same seed gives the same bytes.
  """
  text = io.StringIO()
  writer = csv.writer(text, lineterminator="\n")
  writer.writerow(DemoComment._fields)
  writer.writerows(demo_comments(seed))
  content = text.getvalue().encode()
  if not Path(path).exists() or Path(path).read_bytes() != content:
    write_whole(path, content)


def _text(rng: random.Random, kind: _Kind) -> str:
  sentences = [_fill(rng, kind.sentences, kind.parts)]
  if "person" not in kind.parts:
    if rng.random() < 0.4:
      sentences.append(_fill(rng, kind.sentences, kind.parts))
    if rng.random() < 0.15:
      sentences.append(_fill(rng, "family", {}))
  if rng.random() < 0.5:
    sentences.append(_fill(rng, "filler", {}))
  rng.shuffle(sentences)
  if rng.random() < 0.2:
    sentences.append(_fill(rng, kind.end, {}))
  (separator,) = rng.choices([" ", "\n", "\n\n"], [8, 1, 1])
  return separator.join(sentences)


def _fill(rng: random.Random, part: str, parts: dict[str, str]) -> str:
  """Chooses a line of a part and fills in the parts that it refers to."""
  return re.sub(
    r"\{(.+?)\}",
    lambda name: _fill(rng, name[1], parts),
    rng.choice(_PARTS[parts.get(part, part)]),
  )
