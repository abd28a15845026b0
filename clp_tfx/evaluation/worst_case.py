"""Whether decisions hold, whatever term of its role stands in a comment.

A sample of the comments is scored with every term that `RoleTerms` writes into them.
"""

import heapq
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from clp_tfx.components.comments_example_gen.examples import ExampleConfig
from clp_tfx.components.counterfactual_gen.examples import TextReader
from clp_tfx.components.counterfactual_gen.transforms import (
  load_identity_terms,
  load_pejorative_terms,
)
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.counterfactuals.role_terms import RoleTerms
from clp_tfx.evaluation.comments import read_comments
from clp_tfx.evaluation.config import EvaluationConfig
from clp_tfx.evaluation.score_table import is_table
from clp_tfx.evaluation.texts import digest
from clp_tfx.evaluation.worst_case_figures import Case, worst_case_figures
from clp_tfx.options import flag
from clp_tfx.scorers.scorer import TextScorer

_MOST_READ = 20_000  # Of more comments, as many are drawn to look for terms in.
_BATCH = 512


def worst_case(
  config: EvaluationConfig,
  models: Sequence[str],
  columns: ExampleConfig,
  comments: Sequence[str],
) -> dict[str, Any]:
  """Measures how many decisions hold with every term of a role.

  Args:
    config: The configuration of the evaluation.
    models: The candidate and, if there is one, the baseline, as in `TextScorer`.
    columns: Columns of the comments.
    comments: Their files.

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
  drawn = _drawn(config, columns, comments)
  cases = list(itertools.islice(_cases(terms, drawn), config.most_worst_cases))
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


def _drawn(
  config: EvaluationConfig, columns: ExampleConfig, comments: Sequence[str]
) -> list[tuple[bytes, bytes]]:
  """Returns the distinct texts with the lowest digests, and an example of each.

  Neither the order of the comments nor the number of workers matters.
  """
  reader = TextReader(config.text_feature)

  def ranked() -> Iterator[tuple[int, bytes, bytes]]:
    for path in comments:
      rows = read_comments(path, columns, config.split)
      while some := list(itertools.islice(rows, _BATCH)):
        for text, example in zip(reader.texts(some), some, strict=True):
          yield digest(text.decode("utf-8", "surrogateescape")), text, example

  lowest = heapq.nsmallest(_MOST_READ, ranked())
  return list({text: (text, example) for _, text, example in lowest}.values())


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
