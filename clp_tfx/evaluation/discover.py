"""Finds words that raise a model's scores and that no lexicon names."""

import csv
import io
from collections.abc import Iterator
from typing import Any, TextIO

import tensorflow as tf

from clp_tfx import features
from clp_tfx.components.comments_example_gen.examples import ExampleConfig
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.errors import InputError
from clp_tfx.evaluation.comments import check_label, comment_files, read_comments
from clp_tfx.evaluation.discover_config import DiscoverConfig
from clp_tfx.evaluation.models import opened
from clp_tfx.evaluation.raising_words import RaisingWord, raising_words, sampled
from clp_tfx.evaluation.score_table import is_table
from clp_tfx.evaluation.texts import decoded
from clp_tfx.files import escaped, matching, write_whole
from clp_tfx.scorers.function import Function, held
from clp_tfx.scorers.scorer import TextScorer

_GROUP = "undecided"


def discover_words(
  model: str | Function, comments: str | list[str], **options: Any
) -> list[dict[str, Any]]:
  """Finds words that raise a model's scores, like `clp-tfx discover`.

  Example:
    >>> def score(texts):
    ...   return [0.9 if "bakery" in text.lower() else 0.1 for text in texts]
    >>> words = discover_words(score, "comments.csv", min_comments=5)
    >>> [found["word"] for found in words if found["effect"] > 1]
    ['bakery']

  Args:
    model: Any model that scores texts, as in `TextScorer`, or a function from a list
      of texts to scores.
    comments: One or several files of comments, as for `clp-tfx run`; the label column
      is optional.
    **options: Fields of `DiscoverConfig`.

  Returns:
    The words, the one that raises scores most first: `word`, `texts` with it, `effect`
    (mean logit with the word minus without it; 0 changes nothing) and an `example`.

  Raises:
    InputError: If the model, the comments or an option are invalid.
  """
  paths = (comments,) if isinstance(comments, str) else tuple(comments)
  with held(model) as name:
    config = DiscoverConfig(model=name, comments=paths, **options)
    return [found._asdict() for found in discover(config, io.StringIO())]


def discover(config: DiscoverConfig, terminal: TextIO) -> list[RaisingWord]:
  """Does what `discover_words` does, from a configuration.

  Args:
    config: The configuration.
    terminal: Where to show progress.
  """
  if config.output and matching([escaped(config.output)]):
    raise InputError(
      f"--output: {config.output} exists already, perhaps with edits; give another "
      "name."
    )
  if is_table(config.model):
    raise InputError(
      "Expected a model that scores new texts, no table of scores. Received: "
      f"{config.model}."
    )
  lexicon = IdentityTerms.load(config.identity_terms)
  with opened(config) as (model,):
    scorer = TextScorer(model, **config.scoring)
    texts = sampled(_texts(config))
    if not texts:
      raise InputError(
        f"No comment of {', '.join(config.comments)} is left to remove words from: all "
        "are labelled positive or in other splits; give more comments."
      )
    scorer.check_texts(texts)
    print(f"Removing words from {len(texts):,} comments ...", file=terminal, flush=True)
    found = raising_words(
      texts,
      scorer.score_texts,
      known={term.term for term in lexicon.terms},
      min_texts=config.min_comments,
      max_share=config.max_share,
    )[: config.words]
  if config.output:
    write_whole(config.output, _draft(found))
  return found


def _texts(config: DiscoverConfig) -> Iterator[str]:
  """Yields the texts of comments that are not labelled positive."""
  columns = ExampleConfig(
    config.text_feature, config.label_column, config.label_threshold
  )
  paths = comment_files(config.comments)
  check_label(paths, columns, required=config.label_feature is not None)
  for path in paths:
    for serialized in read_comments(path, columns, config.split):
      feature = tf.train.Example.FromString(serialized).features.feature
      if not feature[features.LABEL].float_list.value[0]:
        yield decoded(feature[config.text_feature].bytes_list.value[0])


def _draft(found: list[RaisingWord]) -> str:
  draft = io.StringIO()
  rows = csv.writer(draft, lineterminator="\n")
  rows.writerow(("term", "group"))
  rows.writerows((word.word, _GROUP) for word in found)
  return draft.getvalue()
