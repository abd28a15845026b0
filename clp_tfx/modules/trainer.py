"""Trainer: Counterfactual Logit Pairing on transformed examples."""

import importlib
import logging
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
import tensorflow_transform as tft
from tfx import v1 as tfx

from clp_tfx import features
from clp_tfx.keras import CounterfactualInputs, CounterfactualModel
from clp_tfx.modules.preprocessing import VOCABULARY

_SHUFFLE_BUFFER = 10_000
_BATCHES_PER_READ = 32
_log = logging.getLogger(__name__)


def run_fn(fn_args: tfx.components.FnArgs) -> None:
  """Trains a model and exports it for serving.

  Args:
    fn_args: What TFX passes. `custom_config` holds `text_feature`, `model_fn` (dotted
      path of `build_model(hparams, tf_transform_output)` returning a Keras model
      from token ids, shape `[batch, None]`, to logits, shape `[batch, 1]`),
      `counterfactual_loss_weight`, `epochs`, `batch_size`, `learning_rate` and `seed`.
  """
  hparams = fn_args.custom_config
  keras.utils.set_random_seed(hparams["seed"])
  tf_transform_output = tft.TFTransformOutput(fn_args.transform_output)
  spec = tf_transform_output.transformed_feature_spec()
  train = read_batches(
    fn_args.train_files, spec, hparams["batch_size"], shuffle_seed=hparams["seed"]
  )
  evaluation = read_batches(fn_args.eval_files, spec, hparams["batch_size"])

  classifier = _function(hparams["model_fn"])(hparams, tf_transform_output)
  model = CounterfactualModel(
    classifier, loss_weight=hparams["counterfactual_loss_weight"]
  )
  model.compile(
    optimizer=keras.optimizers.Adam(hparams["learning_rate"]),
    loss=keras.losses.BinaryCrossentropy(
      from_logits=True, reduction="mean_with_sample_weight"
    ),
    weighted_metrics=[keras.metrics.AUC(name="auc", from_logits=True)],
  )
  model.fit(
    train,
    validation_data=evaluation,
    epochs=hparams["epochs"],
    verbose=0,
    callbacks=[
      keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True),
      keras.callbacks.CSVLogger(f"{fn_args.model_run_dir}/training.csv"),
      keras.callbacks.LambdaCallback(on_epoch_end=_progress(hparams)),
    ],
  )
  export(
    classifier, tf_transform_output, hparams["text_feature"], fn_args.serving_model_dir
  )


def build_model(
  hparams: dict[str, Any], tf_transform_output: tft.TFTransformOutput
) -> keras.Model:
  """Builds the default classifier: embedding, one convolution, maximum over time.

  Padding (token id 0) never reaches the maximum, so a text's score does not depend
  on the texts it is batched with.

  Args:
    hparams: Not used by this model; the whole `custom_config` of the Trainer.
    tf_transform_output: Gives the size of the vocabulary.

  Returns:
    A model from token ids, shape `[batch, None]`, to logits, shape `[batch, 1]`.
  """
  del hparams
  size = tf_transform_output.vocabulary_size_by_name(VOCABULARY)
  tokens = keras.Input([None], dtype="int32", name=features.TOKENS)
  present = keras.ops.expand_dims(
    keras.ops.cast(keras.ops.not_equal(tokens, 0), "float32"), -1
  )
  # Two more rows than words: padding and out of vocabulary.
  x = keras.layers.Embedding(size + 2, 64)(tokens) * present
  x = keras.layers.Dropout(0.2)(x)
  x = keras.layers.Conv1D(128, 5, padding="same", activation="relu")(x) * present
  x = keras.layers.GlobalMaxPooling1D()(x)
  x = keras.layers.Dropout(0.2)(x)
  return keras.Model(tokens, keras.layers.Dense(1)(x))


def read_batches(
  files: list[str],
  feature_spec: dict[str, Any],
  batch_size: int,
  shuffle_seed: int | None = None,
) -> tf.data.Dataset:
  """Reads transformed examples as batches for a `CounterfactualModel`.

  Examples of similar length share a batch, which saves computing on padding.

  Args:
    files: Patterns of gzipped TFRecords.
    feature_spec: Of the transformed examples.
    batch_size: Examples in a batch.
    shuffle_seed: Shuffles with this seed; file order when not given.

  Returns:
    Dataset of `(CounterfactualInputs, labels, label_weights)`; both labels and
    weights have shape `[batch, 1]`, tokens `[batch, T]`.
  """
  paths = sorted(path for pattern in files for path in tf.io.gfile.glob(pattern))
  records = tf.data.TFRecordDataset(paths, compression_type="GZIP")
  if shuffle_seed is not None:
    records = records.shuffle(_SHUFFLE_BUFFER, seed=shuffle_seed)

  def batches(serialized: tf.Tensor) -> tf.data.Dataset:
    examples = tf.io.parse_example(serialized, feature_spec)
    by_length = tf.argsort(examples[features.TOKENS].row_lengths(), stable=True)
    rows = tf.data.Dataset.from_tensor_slices(by_length).batch(batch_size)
    if shuffle_seed is not None:
      rows = rows.shuffle(_BATCHES_PER_READ, seed=shuffle_seed)
    return rows.map(
      lambda chosen: _pack({k: tf.gather(v, chosen) for k, v in examples.items()})
    )

  return (
    records.batch(batch_size * _BATCHES_PER_READ)
    .flat_map(batches)
    .prefetch(tf.data.AUTOTUNE)
  )


def _pack(example: dict[str, Any]) -> tuple:
  lengths = example[features.COUNTERFACTUAL_LENGTHS].with_row_splits_dtype(tf.int64)
  original = example[features.TOKENS].with_row_splits_dtype(tf.int64)
  counterfactual = tf.RaggedTensor.from_row_lengths(
    example[features.COUNTERFACTUAL_TOKENS].values, lengths.values
  )
  tokens = _padded(tf.concat([original, counterfactual], axis=0))
  inputs = CounterfactualInputs(
    original=tokens[: original.nrows()],
    counterfactual=tokens[original.nrows() :],
    original_row=lengths.value_rowids(),
    pair_weight=tf.ones_like(lengths.values, tf.float32),
  )
  return inputs, example[features.LABEL], example[features.LABEL_WEIGHT]


def _padded(tokens: tf.RaggedTensor) -> tf.Tensor:
  """Returns token ids of shape `[batch, T]`, each row ending in padding.

  So a text without any token still has a position to take the maximum over.
  """
  return tf.pad(tf.cast(tokens, tf.int32).to_tensor(), [[0, 0], [0, 1]])


def export(
  classifier: keras.Model,
  tf_transform_output: tft.TFTransformOutput,
  text_feature: str,
  path: str,
) -> None:
  """Writes a SavedModel that scores texts and needs nothing of this package.

  Signatures: `serving_default` takes serialised tf.Examples (`examples`, string,
  shape `[batch]`) and `serving_text` takes texts (`text`, string, shape `[batch]`);
  both return `scores`, probabilities of the positive class, shape `[batch, 1]`.

  Args:
    classifier: From token ids to logits.
    tf_transform_output: Its transform graph goes into the SavedModel.
    text_feature: The one feature that the examples must hold.
    path: Folder to write.
  """
  module = tf.Module()
  module.classifier = classifier
  module.transform = tf_transform_output.transform_features_layer()
  text_spec = {text_feature: tf.io.FixedLenFeature([1], tf.string)}
  is_sparse = isinstance(
    tf_transform_output.raw_feature_spec()[text_feature], tf.io.VarLenFeature
  )

  def score(texts: tf.Tensor) -> dict[str, tf.Tensor]:
    raw = tf.sparse.from_dense(texts) if is_sparse else texts
    tokens = module.transform({text_feature: raw})[features.TOKENS]
    return {"scores": tf.sigmoid(classifier(_padded(tokens), training=False))}

  @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
  def serving_default(examples: tf.Tensor) -> dict[str, tf.Tensor]:
    return score(tf.io.parse_example(examples, text_spec)[text_feature])

  @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
  def serving_text(text: tf.Tensor) -> dict[str, tf.Tensor]:
    return score(text[:, tf.newaxis])

  tf.saved_model.save(
    module,
    path,
    signatures={"serving_default": serving_default, "serving_text": serving_text},
  )


def _function(dotted_path: str) -> Callable[..., Any]:
  module, _, name = dotted_path.rpartition(".")
  return getattr(importlib.import_module(module), name)


def _progress(hparams: dict[str, Any]) -> Callable[[int, dict[str, float]], None]:
  def log(epoch: int, logs: dict[str, float]) -> None:
    _log.info(
      "  epoch %d of at most %d: loss %.4f, eval AUC %.4f",
      epoch + 1,
      hparams["epochs"],
      logs["loss"],
      logs["val_auc"],
    )

  return log
