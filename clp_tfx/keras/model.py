"""Counterfactual Logit Pairing as a Keras model that wraps any other."""

import logging
import math
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from clp_tfx.errors import InputError
from clp_tfx.keras.datasets import unpacked
from clp_tfx.keras.inputs import (
  CounterfactualInputs,
  PairedPredictions,
  SeparatePairs,
  with_a_pair,
)
from clp_tfx.keras.losses import PairwiseMSELoss
from clp_tfx.keras.metrics import PairMean, decision_flips
from clp_tfx.keras.outputs import (
  Weight,
  by_output,
  check_outputs_exist,
  logits_behind,
  named_outputs,
  prefixed,
  scores_as_in_serving,
  weights_by_output,
)
from clp_tfx.keras.replicas import shown_as_of_all, sum_over_replicas

_log = logging.getLogger(__name__)

# The step whose scheduled weight evaluation uses: with the final weight in every epoch,
# the losses of epochs are comparable.
_LAST_STEP = 2**31 - 1


@keras.saving.register_keras_serializable("clp_tfx")
class CounterfactualModel(keras.Model):
  """Trains a model to give a text and its counterfactual the same output.

  Adds `loss_weight * counterfactual_loss` to the training loss. The counterfactual
  loss is the weighted mean over the pairs of the batch, not over its rows, so the
  meaning of a weight does not depend on how rare pairs are:

  Formula: `sum(w * loss(logits, counterfactual_logits)) / sum(w)`; 0 without pairs.

  Trains and evaluates on batches `(CounterfactualInputs, labels, sample_weights)` or
  on datasets of `CounterfactualPackedInputs`; also evaluates and predicts on plain
  inputs. The originals pass through the model as in plain training, including dropout
  and all regularisation losses, which the pairs do not add to, and the task's loss and
  metrics apply to its own outputs. Both texts of a pair are scored as in serving,
  without dropout, and compared by the logits behind the outputs.

  Reports the metrics `counterfactual_loss` and `flip_rate`, the share of the pairs with
  a weight above 0 whose decision flips; with one loss per output,
  `<output>_counterfactual_loss` and `<output>_flip_rate`. With weight 0, training is
  plain training, metrics included, and pairs are scored in evaluation only.

  Example:
    >>> import keras
    >>> import tensorflow as tf
    >>> layers = [keras.Input([2]), keras.layers.Dense(1, "sigmoid")]
    >>> classifier = keras.Sequential(layers)
    >>> model = CounterfactualModel(classifier, PairwiseMSELoss(), loss_weight=0.5)
    >>> model.compile("sgd", "binary_crossentropy")
    >>> inputs = CounterfactualInputs(
    ...   original=tf.constant([[1.0, 0.0], [0.0, 0.0]]),
    ...   counterfactual=tf.constant([[0.0, 0.0]]),
    ...   original_row=tf.constant([0]),
    ...   pair_weight=tf.constant([1.0]),
    ... )
    >>> batches = tf.data.Dataset.from_tensors((inputs, tf.constant([[1.0], [0.0]])))
    >>> sorted(model.fit(batches, verbose=0).history)
    ['counterfactual_loss', 'flip_rate', 'loss']

  Args:
    model: A Keras model or layer. If it ends in a sigmoid or softmax, the logits
      behind that are paired, otherwise its outputs.
    loss: Keras loss between the two logits of a pair; default `PairwiseMSELoss()`. For
      a model with several outputs, a dict of losses by output name; other outputs are
      not paired.
    loss_weight: A number of at least 0 (0 is plain training), a schedule over the
      optimizer's steps, or a dict of either by output name. Evaluation uses the final
      weight of a schedule, so that the losses of different epochs are comparable.
    from_logits: True if the model's outputs are logits, False if they are
      probabilities; by default this is detected.
    threshold: Decision threshold of `flip_rate`, a probability in (0, 1), or a dict of
      them by output name. By default, 0.5 for one output unit and the most probable
      class for several.
    tolerance: For a model that returns numbers and no logits, such as ratings: a pair
      flips if its two outputs are further apart than this.

  Raises:
    InputError: If a weight is negative, the threshold is not a probability, or the
      dicts do not name the same outputs.

  Reference:
    Garg et al., 2019, https://arxiv.org/abs/1809.10610
  """

  def __init__(
    self,
    model: keras.Layer,
    loss: keras.losses.Loss | dict[str, keras.losses.Loss] | None = None,
    loss_weight: Weight | dict[str, Weight] = 1.0,
    from_logits: bool | None = None,
    threshold: float | dict[str, float] | None = None,
    tolerance: float | None = None,
    **kwargs: Any,
  ):
    super().__init__(**kwargs)
    for each in threshold.values() if isinstance(threshold, dict) else [threshold]:
      if each is not None and not 0 < each < 1:
        raise InputError(
          f"Expected threshold to be a probability between 0 and 1, but got {each}."
        )
    self.model = model
    self.pairwise_loss = loss or PairwiseMSELoss()
    self.loss_weight = loss_weight
    self.from_logits = from_logits
    self.threshold = threshold
    self.tolerance = tolerance
    self._pair_losses = by_output(self.pairwise_loss)
    self._pair_weights = weights_by_output(loss_weight, self._pair_losses)
    self._pair_loss_metrics, self._flip_rate_metrics = (
      {name: PairMean(name=prefixed(name, what)) for name in self._pair_losses}
      for what in ("counterfactual_loss", "flip_rate")
    )
    self._told_logits = False
    # The wrapper adds no variables, so it can be saved once the inner model is built.
    self.built = model.built

  @property
  def output_names(self) -> list[str]:
    """Names of a functional model's outputs, which `compile` reads."""
    outputs = getattr(self.model, "output", None)
    if isinstance(outputs, dict):
      # In the order in which Keras flattens them; its own names are those of layers.
      return keras.tree.flatten({name: name for name in outputs})
    return self.model.output_names

  def call(self, inputs: Any, training: bool | None = None) -> Any:
    """Returns the model's outputs, or `PairedPredictions` for a batch with pairs."""
    if not isinstance(inputs, CounterfactualInputs | SeparatePairs):
      return self.model(inputs, training=training)
    if training and not any(self._pair_weights.values()):
      return self.model(inputs.original, training=training)
    outputs = self.model(inputs.original, training=training)
    if isinstance(inputs, CounterfactualInputs) and (
      not training or scores_as_in_serving(self.model)
    ):
      counterfactual = self._pair_logits(self._scored(inputs.counterfactual, training))
      original = {
        name: ops.take(logits, inputs.original_row, axis=0)
        for name, logits in self._pair_logits(outputs).items()
      }
      return PairedPredictions(outputs, original, counterfactual)
    # With separate dropout masks, even identical texts would differ, and the loss would
    # shrink all logits to reduce that noise.
    pairs = keras.tree.map_structure(
      lambda *x: ops.concatenate(x, axis=0),
      _pair_originals(inputs),
      inputs.counterfactual,
    )
    scored = self._pair_logits(self._scored(pairs, training=False))
    count = ops.shape(inputs.pair_weight)[0]
    return PairedPredictions(
      outputs,
      {name: logits[:count] for name, logits in scored.items()},
      {name: logits[count:] for name, logits in scored.items()},
    )

  def compute_loss(
    self,
    x: Any = None,
    y: Any = None,
    y_pred: Any = None,
    sample_weight: Any = None,
    training: bool = True,
  ) -> Any:
    """Returns the task loss plus the weighted counterfactual losses."""
    loss = super().compute_loss(
      x=x,
      y=y,
      y_pred=_outputs(y_pred),
      sample_weight=sample_weight,
      training=training,
    )
    if not isinstance(y_pred, PairedPredictions):
      return shown_as_of_all(loss)
    for name, original in y_pred.original.items():
      counterfactual_loss = self._counterfactual_loss(
        name, original, y_pred.counterfactual[name], x.pair_weight
      )
      loss += self._weight(name, training) * counterfactual_loss
    return shown_as_of_all(loss)

  def compute_metrics(
    self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
  ) -> dict[str, Any]:
    """Returns the metrics of the originals and, if pairs are scored, of the pairs."""
    results = super().compute_metrics(x, y, _outputs(y_pred), sample_weight)
    if not isinstance(y_pred, PairedPredictions):
      for metric in (
        *self._pair_loss_metrics.values(),
        *self._flip_rate_metrics.values(),
      ):
        results.pop(metric.name)
    return results

  def fit(self, x: Any = None, *args: Any, **kwargs: Any) -> keras.callbacks.History:
    """Like `keras.Model.fit`; also takes datasets of `CounterfactualPackedInputs`.

    Raises:
      InputError: If a weight is above 0 but there are no pairs: immediately if the
        dataset cannot have any, otherwise if no step of any epoch had one.
    """
    if "validation_data" in kwargs:
      kwargs["validation_data"] = self._batches(kwargs["validation_data"])
    batches = self._batches(x)
    needs_pairs = any(self._pair_weights.values())
    if needs_pairs and isinstance(batches, tf.data.Dataset):
      _check_pairs(_is_of_pairs(batches))
    history = super().fit(batches, *args, **kwargs)
    if needs_pairs:
      metrics = self._pair_loss_metrics.values()
      # A resumed epoch may have no step left, and then has no figures in the history.
      seen = [float(tf.convert_to_tensor(metric.count.value)) > 0 for metric in metrics]
      for metric in metrics:
        losses = history.history.get(metric.name, [])
        seen += [not math.isnan(loss) for loss in losses]
      _check_pairs(any(seen))
    return history

  def evaluate(self, x: Any = None, *args: Any, **kwargs: Any) -> Any:
    """Like `keras.Model.evaluate`; also takes `CounterfactualPackedInputs`."""
    results = super().evaluate(self._batches(x), *args, **kwargs)
    # Keras returns tensors if a batch reports fewer metrics than the model has.
    return keras.tree.map_structure(float, results)

  def predict(self, x: Any, *args: Any, **kwargs: Any) -> Any:
    """Like `keras.Model.predict`; returns the outputs of the originals only."""
    x = self._batches(x)
    if _is_of_pairs(x):
      x = x.map(lambda inputs, *_: inputs.original)
    return super().predict(x, *args, **kwargs)

  def export(self, filepath: str, *args: Any, **kwargs: Any) -> None:
    """Exports the inner model: serving uses plain inputs only."""
    self.model.export(filepath, *args, **kwargs)

  def get_config(self) -> dict[str, Any]:
    """Returns what `from_config` needs."""
    return {
      **super().get_config(),
      "model": keras.saving.serialize_keras_object(self.model),
      "loss": keras.saving.serialize_keras_object(self.pairwise_loss),
      "loss_weight": keras.saving.serialize_keras_object(self.loss_weight),
      "from_logits": self.from_logits,
      "threshold": self.threshold,
      "tolerance": self.tolerance,
    }

  @classmethod
  def from_config(cls, config: dict[str, Any]) -> "CounterfactualModel":
    """Builds the model from `get_config`."""
    objects = {
      key: keras.saving.deserialize_keras_object(config.pop(key))
      for key in ("model", "loss", "loss_weight")
    }
    return cls(**objects, **config)

  def _maybe_symbolic_build(self, iterator: Any = None, data_batch: Any = None) -> None:
    parts = [*self._flatten_layers(), self._compile_metrics, self._compile_loss]
    parts.append(self.optimizer)
    if all(part is None or part.built for part in parts):
      # Keras would begin to read the data, which may be shuffled anew afterwards.
      return
    strategy = self.distribute_strategy
    if iterator is not None and strategy.num_replicas_in_sync > 1:
      # Keras would take the mean of the replicas' parts of a batch, which need not have
      # the same shapes, nor be numbers.
      _, _, batches = next(iter(iterator))
      data_batch = keras.tree.map_structure(
        lambda part: strategy.experimental_local_results(part)[0], next(batches)
      )
      iterator = None
    super()._maybe_symbolic_build(iterator, data_batch)

  def _batches(self, data: Any) -> Any:
    """Returns a dataset of pairs as batches for Keras, and anything else unchanged."""
    replicas = self.distribute_strategy.num_replicas_in_sync
    if replicas > 1 and _is_of_pairs(data):
      raise InputError(
        f"Expected CounterfactualPackedInputs to train on {replicas} replicas, but got "
        "CounterfactualInputs, whose rows cannot be split among replicas: use "
        "pack_counterfactual_data on datasets that are not batched, and batch the "
        "result."
      )
    data = unpacked(data, pad=self.jit_compile)
    if not _is_of_pairs(data):
      return data
    return data.map(lambda inputs, *rest: (with_a_pair(inputs), *rest))

  def _scored(self, inputs: Any, training: bool | None) -> Any:
    """Returns outputs of the model without its `add_loss` and activity regularization.

    These losses belong to the originals, as in plain training, and would count again.
    """
    with keras.StatelessScope():
      return self.model(inputs, training=training)

  def _counterfactual_loss(
    self, name: str, original: Any, counterfactual: Any, pair_weight: Any
  ) -> Any:
    loss = self._pair_losses[name]
    # Squares would overflow in half precision.
    original, counterfactual = (
      ops.cast(logits, loss.dtype) for logits in (original, counterfactual)
    )
    per_pair = loss.call(original, counterfactual)
    weight = ops.cast(pair_weight, per_pair.dtype)
    self._pair_loss_metrics[name].update_state(per_pair, sample_weight=weight)
    threshold = self.threshold
    if isinstance(threshold, dict):
      threshold = threshold.get(name)
    self._flip_rate_metrics[name].update_state(
      decision_flips(original, counterfactual, threshold, self.tolerance),
      sample_weight=ops.cast(weight > 0, per_pair.dtype),
    )
    # Of all replicas, whose gradients are summed.
    total = sum_over_replicas(ops.sum(weight))
    return ops.divide_no_nan(ops.sum(weight * per_pair), total)

  def _weight(self, name: str, training: bool) -> Any:
    weight = self._pair_weights[name]
    if not callable(weight):
      return weight
    if not training:
      return weight(_LAST_STEP)
    return weight(self.optimizer.iterations if self.optimizer else 0)

  def _logits(self, output: Any) -> Any:
    logits = logits_behind(output, self.from_logits)
    if logits is not output and not self._told_logits:
      self._told_logits = True
      _log.warning(
        "%s ends in a sigmoid or softmax: pairs are compared by the logits behind it; "
        "the task's loss and metrics use the probabilities.",
        self.model.name,
      )
    return logits

  def _pair_logits(self, outputs: Any) -> dict[str, Any]:
    """Returns the logits of each output that has a counterfactual loss, by name."""
    named = named_outputs(outputs, getattr(self, "output_names", None))
    check_outputs_exist(self._pair_losses, named)
    return {name: self._logits(named[name]) for name in self._pair_losses}


def _is_of_pairs(data: Any) -> bool:
  if not isinstance(data, tf.data.Dataset):
    return False
  x, *_ = data.element_spec if isinstance(data.element_spec, tuple) else [None]
  return isinstance(x, CounterfactualInputs | SeparatePairs)


def _check_pairs(found: bool) -> None:
  if not found:
    raise InputError(
      "Expected examples with counterfactuals to train on, because the weight of the "
      "counterfactual loss is above 0. Received: none; check how the pairs are made, "
      "or give weight 0 for plain training."
    )


def _pair_originals(inputs: CounterfactualInputs | SeparatePairs) -> Any:
  if isinstance(inputs, SeparatePairs):
    return inputs.pair_original
  return keras.tree.map_structure(
    lambda x: ops.take(x, inputs.original_row, axis=0), inputs.original
  )


def _outputs(y_pred: Any) -> Any:
  return y_pred.outputs if isinstance(y_pred, PairedPredictions) else y_pred
