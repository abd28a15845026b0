"""Unlabelled sentences about people that are added to the training comments."""

import hashlib
from collections.abc import Iterator

from clp_tfx.components.comments_example_gen.examples import (
  ExampleBuilder,
  ExampleConfig,
)
from clp_tfx.probes import training_sentences

NEUTRAL_SENTENCES = "neutral_sentences"
"""Key of the custom configuration: how many are added, if any."""


def neutral_examples(number: int, config: ExampleConfig) -> Iterator[bytes]:
  """Yields serialized tf.Examples of neutral sentences, without labels.

  Args:
    number: How many; all if there are fewer. More are a superset of fewer.
    config: Columns of the comments; the examples have those of text and labels only.
  """
  columns = (config.text_feature, *config.label_columns)
  builder = ExampleBuilder(columns, config)
  for sentence in sorted(training_sentences(), key=_drawn)[:number]:
    row = dict.fromkeys(columns, "") | {config.text_feature: sentence}
    yield builder.build(row).serialized


def _drawn(sentence: str) -> bytes:
  """Returns a key that puts templates and identities in no order."""
  return hashlib.blake2b(sentence.encode(), digest_size=8).digest()
