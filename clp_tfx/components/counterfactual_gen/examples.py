"""Reads texts from serialised tf.Examples and appends features without a rewrite.

Concatenated protocol buffers are merged, and the last of equal map keys wins. Appending
a tf.Example with only the new features therefore adds them and keeps the original
bytes unchanged.
"""

import functools
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx_bsl.coders import example_coder

from clp_tfx import features
from clp_tfx.counterfactuals.edits import Edit, edits_to_json
from clp_tfx.counterfactuals.mentions import distinct_groups, distinct_terms
from clp_tfx.counterfactuals.outcome import Counterfactual, Outcome
from clp_tfx.errors import InputError

_ADDED_NAMES = tuple(name.encode() for name in features.ADDED_BY_COUNTERFACTUAL_GEN)


class TextReader:
  """Reads one feature of many serialised tf.Examples, as TFX does.

  Not thread-safe: the decoder has state.

  Args:
    text_feature: Name of the feature with the text.
    may_be_blank: Whether an example may have no value, which is read as an empty text.
  """

  def __init__(self, text_feature: str, may_be_blank: bool = False):
    self._text_feature = text_feature
    self._may_be_blank = may_be_blank
    schema = schema_pb2.Schema(
      feature=[schema_pb2.Feature(name=text_feature, type=schema_pb2.BYTES)]
    )
    self._decoder = example_coder.ExamplesToRecordBatchDecoder(
      schema.SerializeToString()
    )

  def texts(self, examples: Sequence[bytes]) -> list[bytes]:
    """Returns the text of each example.

    Args:
      examples: Serialised tf.Examples.

    Raises:
      InputError: If one is not a tf.Example or its text is not a single bytes value.
    """
    try:
      column = self._decoder.DecodeBatch(examples).column(0)
    except (ValueError, RuntimeError):
      return self._one_by_one(examples)
    texts = column.flatten()
    if len(texts) != len(examples) or not (np.diff(column.offsets) == 1).all():
      return self._one_by_one(examples)
    return texts.to_numpy(zero_copy_only=False).tolist()

  def _one_by_one(self, examples: Sequence[bytes]) -> list[bytes]:
    return [
      _text(example, self._text_feature, self._may_be_blank) for example in examples
    ]


def label_of(example: bytes, *label_features: str) -> float | None:
  """Returns the highest label of a serialised example, None if one is missing.

  Raises:
    InputError: If a feature is not a number.
  """
  feature = tf.train.Example.FromString(example).features.feature
  labels = [_label(feature, name) for name in label_features]
  return None if None in labels else max(labels)


def _label(feature: Mapping[str, tf.train.Feature], name: str) -> float | None:
  if name not in feature:
    return None
  kind = feature[name].WhichOneof("kind") or "float_list"
  values = getattr(feature[name], kind).value
  if kind == "bytes_list" and values:
    raise InputError(
      f"Expected label feature {name!r} to be a number, but an example has "
      f"{bytes(values[0])!r}: name the feature with the label."
    )
  return float(values[0]) if values else None


def without_added(examples: Sequence[bytes]) -> Sequence[bytes]:
  """Returns serialised examples without the features that will be added.

  Readers use the last of equal keys, but a proto that is parsed and serialised again
  may keep both.
  """
  joined = b"".join(examples)
  if b"counterfactual_" not in joined and b"identity_" not in joined:
    return examples  # The usual case.
  return [_without_added(example) for example in examples]


def _without_added(example: bytes) -> bytes:
  if not any(name in example for name in _ADDED_NAMES):
    return example
  parsed = tf.train.Example.FromString(example)
  others = features.edited_together(parsed.features.feature)
  for name in (
    *features.ADDED_BY_COUNTERFACTUAL_GEN,
    *map(features.counterfactual_of, others),
  ):
    parsed.features.feature.pop(name, None)
  return parsed.SerializeToString(deterministic=True)


def added(outcome: Outcome, others: Sequence[str] = ()) -> bytes:
  """Returns the serialised features to append to an example.

  Each of `ADDED_BY_COUNTERFACTUAL_GEN`, and of `counterfactual_of` the others, is a
  bytes list of any length.

  Args:
    outcome: The counterfactuals.
    others: The features that are edited together with the text.
  """
  made = outcome.counterfactuals
  of_others = [
    _entry(features.counterfactual_of(name), [each.others[at].text for each in made])
    for at, name in enumerate(others)
  ]
  return _field(
    1,
    b"".join(of_others)
    + _entry(features.COUNTERFACTUAL_TEXT, [each.text for each in made])
    + _entry(
      features.COUNTERFACTUAL_EDITS,
      [edits_to_json(_all_edits(each, others)) for each in made],
    )
    + _described(
      tuple([each.group for each in made]),
      tuple([each.edit for each in made]),
      outcome.skipped,
      tuple(distinct_terms(outcome.mentions)),
      tuple(distinct_groups(outcome.mentions)),
    ),
  )


def _all_edits(made: Counterfactual, others: Sequence[str]) -> Sequence[Edit]:
  return [
    *made.edits,
    *(
      edit._replace(feature=name)
      for name, other in zip(others, made.others, strict=True)
      for edit in other.edits
    ),
  ]


# Cached because, unlike texts and positions of edits, these values recur often.
@functools.lru_cache(maxsize=4096)
def _described(
  groups: tuple[str, ...],
  edits: tuple[str, ...],
  skipped: str,
  terms: tuple[str, ...],
  identity_groups: tuple[str, ...],
) -> bytes:
  return (
    _entry(features.COUNTERFACTUAL_GROUP, groups)
    + _entry(features.COUNTERFACTUAL_EDIT, edits)
    + _entry(features.COUNTERFACTUAL_SKIPPED, [skipped] if skipped else [])
    + _entry(features.IDENTITY_TERM, terms)
    + _entry(features.IDENTITY_GROUP, identity_groups)
  )


def _entry(name: str, texts: Sequence[str]) -> bytes:
  """Returns an entry of a tf.Example's map of features in the wire format.

  Encoded by hand because building a message in Python takes longer than finding the
  terms.
  """
  # An empty list is set too: the feature exists and has no values.
  bytes_list = b"".join(
    [_field(1, each.encode("utf-8", "surrogateescape")) for each in texts]
  )
  # Key and value; field 1 of the value is the bytes list.
  return _field(1, _key(name) + _field(2, _field(1, bytes_list)))


@functools.cache
def _key(name: str) -> bytes:
  return _field(1, name.encode())


def _field(number: int, content: bytes) -> bytes:
  """Returns a length-delimited field of a protocol buffer."""
  size = len(content)
  if size < 0x80:
    return b"%c%c%b" % (number << 3 | 2, size, content)
  if size < 0x4000:  # The usual case.
    return b"%c%c%c%b" % (number << 3 | 2, size & 0x7F | 0x80, size >> 7, content)
  head = bytearray((number << 3 | 2,))
  while size > 0x7F:
    head.append(size & 0x7F | 0x80)
    size >>= 7
  head.append(size)
  return bytes(head) + content


def _text(example: bytes, name: str, may_be_blank: bool) -> bytes:
  try:
    feature = tf.train.Example.FromString(example).features.feature
  except DecodeError as error:
    raise InputError(
      f"Expected records to be tf.Examples, but one of {len(example)} bytes is not: "
      "use examples with the payload format FORMAT_TF_EXAMPLE."
    ) from error
  if name not in feature:
    raise InputError(
      f"Expected examples to have the text feature {name!r}, but one has only "
      f"{sorted(feature)}: name the feature with the text."
    )
  kind = feature[name].WhichOneof("kind") or "bytes_list"
  values = getattr(feature[name], kind).value
  if may_be_blank and not values:
    return b""
  if kind != "bytes_list" or len(values) != 1:
    raise InputError(
      f"Expected text feature {name!r} to be one bytes value in every example, but one "
      f"has {len(values)} values in its {kind}: name a text feature, or fill in the "
      "text."
    )
  return values[0]
