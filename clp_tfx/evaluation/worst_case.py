"""Whether decisions hold, whatever term of its role stands in a comment.

A sample of the comments is scored with every term that `RoleTerms` writes into them.
"""

import heapq
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow as tf

from clp_tfx import features
from clp_tfx.components.counterfactual_gen.examples import added
from clp_tfx.components.counterfactual_gen.transforms import (
  load_identity_terms,
  load_pejorative_terms,
)
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.counterfactuals.outcome import PEJORATIVE, Outcome
from clp_tfx.counterfactuals.role_terms import RoleTerms
from clp_tfx.evaluation.config import EvaluationConfig
from clp_tfx.evaluation.score_table import is_table
from clp_tfx.evaluation.texts import digest, text_id
from clp_tfx.evaluation.worst_case_figures import Case, worst_case_figures
from clp_tfx.options import flag
from clp_tfx.scorers.scorer import TextScorer

_DRAWN_PER_CASE = 5  # Some comments have no term that another one can stand for.
_BATCH = 512
_NOTHING_ADDED = added(Outcome([], [], ""))


@beam.typehints.with_input_types(bytes)
class DrawExamples(beam.PTransform):
  """Writes a sample of the examples that have identity terms, for `worst_case`.

  They are those whose texts have the lowest digests, one for each text, so that neither
  their order nor the number of workers matters. Examples with a pejorative term are
  left out.

  Args:
    config: The configuration of the evaluation.
    path: TFRecord file to write.
  """

  def __init__(self, config: EvaluationConfig, path: str):
    super().__init__()
    self._text_feature = config.text_feature
    self._most = config.most_worst_cases * _DRAWN_PER_CASE
    self._path = path

  def expand(self, examples: beam.PCollection) -> beam.PCollection:
    """Draws from serialised tf.Examples to which counterfactuals were added."""
    return (
      examples
      | "Rank" >> beam.FlatMap(_ranked, self._text_feature)
      | "Draw" >> beam.CombineGlobally(_Lowest(self._most))
      | "Write" >> beam.Map(_write, self._path)
    )


def _ranked(serialized: bytes, text_feature: str) -> Iterator[tuple[str, bytes]]:
  if serialized.endswith(_NOTHING_ADDED):  # Most comments mention nobody.
    return
  example = tf.train.Example.FromString(serialized)
  values = example.features.feature
  terms, skipped = (
    values[name].bytes_list.value
    for name in (features.IDENTITY_TERM, features.COUNTERFACTUAL_SKIPPED)
  )
  if terms and PEJORATIVE.encode() not in skipped:
    (text,) = values[text_feature].bytes_list.value
    for name in features.ADDED_BY_COUNTERFACTUAL_GEN:
      values.pop(name, None)
    identifier = text_id(digest(text.decode("utf-8", "surrogateescape")))
    yield identifier, example.SerializeToString()


class _Lowest(beam.CombineFn):
  """Keeps one example for each of the lowest keys."""

  def __init__(self, most: int):
    self._most = most

  def create_accumulator(self) -> dict[str, bytes]:
    return {}

  def add_input(
    self, kept: dict[str, bytes], ranked: tuple[str, bytes]
  ) -> dict[str, bytes]:
    key, example = ranked
    kept[key] = min(example, kept.get(key, example))  # In any order the same one.
    return kept if len(kept) < 2 * self._most else self.compact(kept)

  def merge_accumulators(self, several: Iterable[dict[str, bytes]]) -> dict[str, bytes]:
    merged = self.create_accumulator()
    for kept in several:
      for ranked in kept.items():
        merged = self.add_input(merged, ranked)
    return merged

  def compact(self, kept: dict[str, bytes]) -> dict[str, bytes]:
    return dict(heapq.nsmallest(self._most, kept.items()))

  def extract_output(self, kept: dict[str, bytes]) -> list[bytes]:
    return list(self.compact(kept).values())


def _write(examples: Iterable[bytes], path: str) -> None:
  with tf.io.TFRecordWriter(path) as writer:
    for example in examples:
      writer.write(example)


def worst_case(
  config: EvaluationConfig, models: Sequence[str], drawn: str
) -> dict[str, Any]:
  """Measures how many decisions hold with every term of a role.

  Args:
    config: The configuration of the evaluation.
    models: The candidate and, if there is one, the baseline, as in `TextScorer`.
    drawn: File that `DrawExamples` has written.

  Returns:
    `inactive`, a sentence on why nothing was measured, which is empty otherwise; then
    the number of `comments` and of their `variants`, and for `model` and `baseline`
    (None without one) what `worst_case_figures` returns.

  Raises:
    InputError: If a model fails.
  """
  lexicon = load_identity_terms(config.identity_terms)
  if why := _why_inactive(config, lexicon):
    return {"inactive": f"The worst case over terms was not measured: {why}"}
  terms = RoleTerms(lexicon, load_pejorative_terms(config.pejorative_terms))
  found = _cases(terms, _read(drawn, config.text_feature))
  cases = list(itertools.islice(found, config.most_worst_cases))
  examples = [_examples(case, config.text_feature) for case in cases]
  figures = [
    worst_case_figures(
      cases,
      _scores(TextScorer(model, **config.scoring), examples),
      config.decision_threshold,
      config.example_texts,
    )
    for model in models
  ]
  return {
    "inactive": "",
    "comments": len(cases),
    "variants": sum(len(case.variants) for case in cases),
    "model": figures[0],
    "baseline": figures[1] if len(figures) > 1 else None,
  }


def _why_inactive(config: EvaluationConfig, lexicon: IdentityTerms) -> str:
  names = filter(None, (config.candidate, config.baseline))
  languages = sorted({row.language for row in lexicon.terms})
  option = flag("worst_case_comments")
  if config.scores or any(map(is_table, names)):
    return "a table of scores has none of other texts."
  if not config.most_worst_cases:
    return (
      f"each of its texts may cost with a model behind HTTP; give {option} N to have N "
      "comments measured."
    )
  if any(each.partition("-")[0] != "en" for each in languages):
    return (
      f"its rules are for English, and the lexicon {lexicon.source} has terms in "
      f"{', '.join(languages)}."
    )
  if not any(row.role for row in lexicon.terms):
    return f"the lexicon {lexicon.source} gives no term a role (column `role`)."
  return ""


def _read(drawn: str, text_feature: str) -> list[tuple[bytes, bytes]]:
  """Returns the texts that were drawn, each with its example."""
  found = []
  for serialized in tf.data.TFRecordDataset(drawn).as_numpy_iterator():
    example = tf.train.Example.FromString(serialized)
    (text,) = example.features.feature[text_feature].bytes_list.value
    found.append((text, serialized))
  return found


def _cases(terms: RoleTerms, drawn: list[tuple[bytes, bytes]]) -> Iterator[Case]:
  """Yields the comments with a term that another one can stand for."""
  for start in range(0, len(drawn), _BATCH):
    some = drawn[start : start + _BATCH]
    found = terms.variants_of_all([text for text, _ in some])
    for (text, example), variants in zip(some, found, strict=True):
      if variants:
        yield Case(text.decode("utf-8", "surrogateescape"), variants, example)


def _examples(case: Case, text_feature: str) -> list[bytes]:
  """Returns examples of a comment and its variants, with all else that it has."""
  example = tf.train.Example.FromString(case.example)
  values = example.features.feature[text_feature].bytes_list.value
  made = []
  for text in (case.text, *(variant.text for variant in case.variants)):
    values[:] = [text.encode("utf-8", "surrogateescape")]
    made.append(example.SerializeToString())
  return made


def _scores(scorer: TextScorer, examples: list[list[bytes]]) -> list[np.ndarray]:
  """Returns the scores of each comment's examples, as TFMA has them."""
  if not examples:
    return []
  every = [example for some in examples for example in some]
  scores = np.zeros(len(every), np.float32)
  # Texts of similar length together: a model pads those of a batch to the longest.
  by_length = np.argsort([len(each) for each in every], kind="stable")
  for rows in np.split(by_length, range(_BATCH, len(every), _BATCH)):
    scores[rows] = scorer.score_examples([every[row] for row in rows])
  return np.split(scores, np.cumsum([len(some) for some in examples])[:-1])
