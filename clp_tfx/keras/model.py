"""Counterfactual Logit Pairing as a Keras model around any Keras model."""

from typing import Any

import keras
from keras import ops

from clp_tfx.keras.inputs import CounterfactualInputs, PairedPredictions
from clp_tfx.keras.losses import PairwiseMSELoss


@keras.saving.register_keras_serializable("clp_tfx")
class CounterfactualModel(keras.Model):
  """Trains a model to give a text and its counterfactual the same output.

  Adds `loss_weight * counterfactual_loss` to the training loss. The
  counterfactual loss is the weighted mean over the pairs of the batch, not over
  its rows, so a weight means the same however rare the pairs are:

  Formula: `sum(w * loss(logits, counterfactual_logits)) / sum(w)`; 0 without pairs.

  Originals and counterfactuals go through the model in one pass, with dropout
  and regularisation losses as in plain training. With weight 0 the
  counterfactuals are not scored, and training and its metrics are those of plain
  training; otherwise `counterfactual_loss` is among the metrics.

  Args:
    model: A Keras model or layer that returns logits, shape `[batch, num_logits]`.
    loss: Keras loss between the two logits of a pair.
    loss_weight: At least 0; 0 is plain training.

  Raises:
    ValueError: If `loss_weight` is negative or the model ends in a sigmoid or
      softmax: pairing probabilities lets saturated scores hide large gaps.

  Reference:
    Garg et al., 2019, https://arxiv.org/abs/1809.10610
  """

  def __init__(
    self,
    model: keras.Layer,
    loss: keras.losses.Loss | None = None,
    loss_weight: float = 1.0,
    **kwargs: Any,
  ):
    super().__init__(**kwargs)
    if loss_weight < 0:
      raise ValueError(f"Expected loss_weight of at least 0. Received: {loss_weight}")
    _refuse_probabilities(model)
    self.model = model
    self.pairwise_loss = loss or PairwiseMSELoss()
    self.loss_weight = float(loss_weight)
    if self.loss_weight:
      self._counterfactual_loss = keras.metrics.Mean(name="counterfactual_loss")

  def call(self, inputs: Any, training: bool | None = None) -> Any:
    """Returns logits, or `PairedPredictions` for `CounterfactualInputs`."""
    if not isinstance(inputs, CounterfactualInputs):
      return self.model(inputs, training=training)
    if not self.loss_weight:
      return self.model(inputs.original, training=training)
    both = keras.tree.map_structure(
      lambda a, b: ops.concatenate([a, b], axis=0),
      inputs.original,
      inputs.counterfactual,
    )
    logits = self.model(both, training=training)
    rows = ops.shape(keras.tree.flatten(inputs.original)[0])[0]
    return PairedPredictions(logits[:rows], logits[rows:])

  def compute_loss(
    self,
    x: Any = None,
    y: Any = None,
    y_pred: Any = None,
    sample_weight: Any = None,
    training: bool = True,
  ) -> Any:
    """Returns the task loss plus the weighted counterfactual loss."""
    loss = super().compute_loss(
      x=x,
      y=y,
      y_pred=_originals(y_pred),
      sample_weight=sample_weight,
      training=training,
    )
    if not isinstance(y_pred, PairedPredictions):
      return loss
    paired = ops.take(y_pred.original, x.original_row, axis=0)
    per_pair = self.pairwise_loss.call(paired, y_pred.counterfactual)
    weight = ops.cast(x.pair_weight, per_pair.dtype)
    total = ops.sum(weight)
    counterfactual_loss = ops.divide_no_nan(ops.sum(weight * per_pair), total)
    self._counterfactual_loss.update_state(counterfactual_loss, sample_weight=total)
    return loss + self.loss_weight * counterfactual_loss

  def compute_metrics(
    self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
  ) -> dict[str, Any]:
    """Returns the compiled metrics of the originals."""
    return super().compute_metrics(x, y, _originals(y_pred), sample_weight)

  def get_config(self) -> dict[str, Any]:
    """Returns what `from_config` needs."""
    return {
      **super().get_config(),
      "model": keras.saving.serialize_keras_object(self.model),
      "loss": keras.saving.serialize_keras_object(self.pairwise_loss),
      "loss_weight": self.loss_weight,
    }

  @classmethod
  def from_config(cls, config: dict[str, Any]) -> "CounterfactualModel":
    """Builds the model from `get_config`."""
    objects = {
      key: keras.saving.deserialize_keras_object(config.pop(key))
      for key in ("model", "loss")
    }
    return cls(**objects, **config)


def _originals(y_pred: Any) -> Any:
  return y_pred.original if isinstance(y_pred, PairedPredictions) else y_pred


def _refuse_probabilities(model: keras.Layer) -> None:
  last = model.layers[-1] if getattr(model, "layers", None) else model
  activation = getattr(last, "activation", None)
  if activation in (keras.activations.sigmoid, keras.activations.softmax):
    raise ValueError(
      f"Expected a model that returns logits, but its last layer {last.name!r} applies "
      f"{activation.__name__}: give that layer activation=None."
    )
