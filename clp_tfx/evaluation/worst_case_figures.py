"""What the scores of comments with every term of a role say about a model."""

import collections
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from clp_tfx.counterfactuals.role_terms import Variant
from clp_tfx.tfma.flip_rate import DEFAULT_LEVEL
from clp_tfx.tfma.intervals import exact_share_bounds

_TERMS = 10


class Case(NamedTuple):
  """A comment and what other terms make of it.

  Attributes:
    text: The text.
    variants: Its variants, at least one.
    example: The serialised tf.Example of the comment.
  """

  text: str
  variants: Sequence[Variant]
  example: bytes = b""


def worst_case_figures(
  cases: Sequence[Case],
  scores: Sequence[np.ndarray],
  threshold: float,
  with_texts: bool = True,
) -> dict[str, Any]:
  """Counts the comments whose decision no term of a role changes.

  Args:
    cases: The comments.
    scores: For each comment its own score and those of its variants, shape
      `[1 + variants]`.
    threshold: Scores above it are positive decisions.
    with_texts: Whether the figures may quote comments.

  Returns:
    `stable`, the share of comments of which every variant has the comment's decision
    (None without comments), and its bounds `stable_bounds`, Clopper and Pearson's, each
    with 95% confidence; `by_dimension`, the same with the number of `comments` for the
    variants of each dimension; `terms`, the ten that change most decisions, each with
    the number of the `variants` that write it or take it out and of their `flips`; and
    `widest`, the comment with the largest `range` of scores (None without comments):
    its `lowest` and its `highest` text, each with `score`, `text` (None if they are not
    quoted) and the `term` written into it (None for the comment itself).
  """
  flips = [(each[1:] > threshold) != (each[0] > threshold) for each in scores]
  changed: dict[str, list[bool]] = collections.defaultdict(list)
  total: collections.Counter[str] = collections.Counter()
  flipped: collections.Counter[str] = collections.Counter()
  for case, flip in zip(cases, flips, strict=True):
    by_dimension: dict[str, bool] = {}
    for variant, changes in zip(case.variants, flip, strict=True):
      total.update((variant.old, variant.new))
      if changes:
        flipped.update((variant.old, variant.new))
      before = by_dimension.get(variant.dimension, False)
      by_dimension[variant.dimension] = before or bool(changes)
    for dimension, changes in by_dimension.items():
      changed[dimension].append(changes)
  worst = sorted(flipped, key=lambda term: (-flipped[term], term))[:_TERMS]
  return {
    **_share([bool(flip.any()) for flip in flips]),
    "by_dimension": {
      name: {"comments": len(changed[name]), **_share(changed[name])}
      for name in sorted(changed)
    },
    "terms": [
      {"term": term, "flips": flipped[term], "variants": total[term]} for term in worst
    ],
    "widest": _widest(cases, scores, with_texts),
  }


def _share(changed: Sequence[bool]) -> dict[str, Any]:
  """Returns the share that does not change, and its bounds."""
  total = len(changed)
  if not total:
    return {"stable": None, "stable_bounds": [None, None]}
  stable = total - sum(changed)
  bounds = exact_share_bounds(stable, total, DEFAULT_LEVEL)
  return {"stable": stable / total, "stable_bounds": list(bounds)}


def _widest(
  cases: Sequence[Case], scores: Sequence[np.ndarray], with_texts: bool
) -> dict[str, Any] | None:
  if not cases:
    return None
  ranges = [float(each.max()) - float(each.min()) for each in scores]
  place = int(np.argmax(ranges))
  texts = [(cases[place].text, None)]
  texts += [(variant.text, variant.new) for variant in cases[place].variants]

  def end(index: int) -> dict[str, Any]:
    text, term = texts[index]
    shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    score = float(scores[place][index])
    return {"score": score, "term": term, "text": shown if with_texts else None}

  return {
    "range": ranges[place],
    "lowest": end(int(np.argmin(scores[place]))),
    "highest": end(int(np.argmax(scores[place]))),
  }
