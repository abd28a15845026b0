"""The inputs of a model in transformed examples: which there are, packed and padded."""

import math
from typing import Any, NamedTuple

import tensorflow as tf

from clp_tfx import features
from clp_tfx.errors import InputError


class ModelInput(NamedTuple):
  """One input of a model.

  Attributes:
    name: Its name, and that of the feature with its values.
    spec: How the feature is parsed: ragged, or dense of a fixed shape.
    padding: Value after the end of a ragged input's shorter rows; None for 0 or "".
    maximum: Number of values kept per row of a ragged input; None for all.
    columns: Number of values that the preprocessing keeps, if known: no batch is padded
      beyond it, so that a model needs no more positions.
  """

  name: str
  spec: Any
  padding: int | float | str | None = None
  maximum: int | None = None
  columns: int | None = None

  @property
  def is_ragged(self) -> bool:
    """Whether its rows differ in length."""
    return isinstance(self.spec, tf.io.RaggedFeature)

  def of_originals(self, examples: dict[str, Any]) -> tf.Tensor | tf.RaggedTensor:
    """Returns the input of a batch of examples, a row each."""
    values = examples[self.name]
    return values.with_row_splits_dtype(tf.int64) if self.is_ragged else values

  def of_counterfactuals(self, examples: dict[str, Any]) -> tf.Tensor | tf.RaggedTensor:
    """Returns the input of all counterfactuals in a batch of examples, a row each."""
    values = examples[features.counterfactual_input(self.name)].values
    if not self.is_ragged:
      return tf.reshape(values, [-1, *self.spec.shape])
    lengths = examples[features.counterfactual_lengths(self.name)]
    return tf.RaggedTensor.from_row_lengths(values, tf.cast(lengths.values, tf.int64))

  def counts(self, examples: dict[str, Any]) -> tf.RaggedTensor:
    """Returns a row per example with as many elements as it has counterfactuals."""
    if self.is_ragged:
      counts = examples[features.counterfactual_lengths(self.name)]
      return counts.with_row_splits_dtype(tf.int64)
    values = examples[features.counterfactual_input(self.name)]
    values = values.with_row_splits_dtype(tf.int64)
    size = math.prod(self.spec.shape)
    return tf.RaggedTensor.from_row_splits(
      values.values[::size], values.row_splits // size
    )

  def padded(self, rows: tf.Tensor | tf.RaggedTensor, multiple: int = 1) -> tf.Tensor:
    """Returns the input as a dense tensor for the model.

    A ragged input has shape `[batch, T]`; `T` is at least 1, which gives even a text
    without tokens a position to take the maximum over.

    Args:
      rows: Values, shape `[batch, None]` or `[batch, *shape]`.
      multiple: `T` is rounded up to a multiple of this, but not above the maximum.
    """
    if not self.is_ragged:
      return rows
    if self.maximum is not None:
      rows = rows[:, : self.maximum]
    if self.name == features.TOKENS and rows.dtype.is_integer:
      rows = tf.cast(rows, tf.int32)
    padding = "" if rows.dtype == tf.string and self.padding is None else self.padding
    padding = tf.cast(padding or 0, rows.dtype) if rows.dtype != tf.string else padding
    dense = rows.to_tensor(padding)
    longest = tf.shape(dense)[1]
    columns = tf.maximum(-(-longest // multiple), 1) * multiple
    if limit := self.maximum or self.columns:
      columns = tf.maximum(tf.minimum(columns, limit), longest)
    return tf.pad(dense, [[0, 0], [0, columns - longest]], constant_values=padding)


def model_inputs(
  feature_spec: dict[str, Any],
  padding: dict[str, Any] | None = None,
  max_tokens: int | None = None,
) -> list[ModelInput]:
  """Finds the inputs of the model in the feature spec of transformed examples.

  Args:
    feature_spec: Feature spec; an input is a feature that has one for counterfactuals.
    padding: Padding of ragged inputs by name: `value`, by default 0 or "", and
      `maximum`, where rows are cut off, by default nowhere.
    max_tokens: Number of values that the preprocessing keeps of a ragged input.

  Raises:
    InputError: If there is no input, or `padding` names one that is not ragged.
  """
  padding = padding or {}
  found = [
    ModelInput(
      name,
      spec,
      padding=padding.get(name, {}).get("value"),
      maximum=padding.get(name, {}).get("maximum"),
      columns=max_tokens,
    )
    for name, spec in sorted(feature_spec.items())
    if features.counterfactual_input(name) in feature_spec
  ]
  if not found:
    raise InputError(
      "Expected transformed examples with model inputs and those of counterfactuals, "
      f"such as {features.TOKENS} and {features.COUNTERFACTUAL_TOKENS}. Received: "
      f"{sorted(feature_spec)}; give the preprocessing as an inputs_fn, which is "
      "applied to both."
    )
  rows = [each.name for each in found if each.is_ragged]
  if unknown := sorted(padding.keys() - set(rows)):
    raise InputError(
      f"Expected padding of ragged inputs of the model, {rows}. Received: {unknown}."
    )
  return found


def structured(inputs: list[ModelInput], values: dict[str, Any]) -> Any:
  """Returns values as the model takes them: by name, or the only one as it is.

  Args:
    inputs: The inputs.
    values: Values by name.
  """
  if [each.name for each in inputs] == [features.TOKENS]:
    return values[features.TOKENS]
  return {each.name: values[each.name] for each in inputs}
