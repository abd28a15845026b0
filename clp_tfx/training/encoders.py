"""The classifier on a pretrained encoder: from its token ids to a logit."""

import json
import os
import re
import shutil
import tempfile
from typing import Any

import keras
import numpy as np
import tensorflow_transform as tft

from clp_tfx import features
from clp_tfx.errors import InputError
from clp_tfx.files import open_file
from clp_tfx.training.classifiers import logits
from clp_tfx.training.encoder_extra import keras_hub, safetensors
from clp_tfx.training.encoder_folder import ROBERTA, EncoderFolder
from clp_tfx.training.hparams import HParams
from clp_tfx.training.roberta import set_roberta_weights

# `bert.encoder.…`, `encoder.…` of sentence-transformers, but no `cls.predictions.…`.
_OF_BACKBONE = re.compile(r"(?:\w+\.)?((?:embeddings|encoder|pooler)\..+)")
_LAYER_NORM = {
  "LayerNorm.weight": "LayerNorm.gamma",
  "LayerNorm.bias": "LayerNorm.beta",
}


def encoder(
  hparams: HParams, tf_transform_output: tft.TFTransformOutput
) -> keras.Model:
  """A pretrained BERT or RoBERTa, mean over tokens, one linear layer.

  Args:
    hparams: `encoder` (the folder), `encoder_layers_trained` (how many of the last
      layers are trained; 0 for none, None for all and the embeddings) and `max_tokens`.
    tf_transform_output: Tells whether texts were encoded by Transform already, as
      `clp_tfx.modules.frozen_encoder` does.

  Returns:
    A model from token ids, shape `[batch, None]`, to logits, shape `[batch, 1]`, or a
    dict of them by label; from `EMBEDDING`, shape `[batch, hidden_dim]`, if texts are
    encoded.

  Raises:
    InputError: If the extra is not installed, or the folder holds no such encoder.
  """
  folder = EncoderFolder.read(hparams.encoder)
  if features.EMBEDDING in tf_transform_output.transformed_feature_spec():
    size = folder.sizes["hidden_dim"]
    embedding = keras.Input([size], dtype="float32", name=features.EMBEDDING)
    return keras.Model(
      {features.EMBEDDING: embedding}, _head(embedding, folder, hparams)
    )
  folder.check_positions(hparams.max_tokens)
  backbone = backbone_of(folder)
  freeze(backbone, hparams.encoder_layers_trained)
  tokens = keras.Input([None], dtype="int32", name=features.TOKENS)
  # A frozen encoder gives the same in training as in serving.
  training = False if hparams.encoder_layers_trained == 0 else None
  return keras.Model(
    tokens, _head(encoded(backbone, tokens, training), folder, hparams)
  )


def encoded(backbone: keras.Model, tokens: Any, training: bool | None = None) -> Any:
  """Returns the mean over a text's tokens of the last layer.

  Args:
    backbone: KerasHub's `BertBackbone` or `RobertaBackbone`.
    tokens: Token ids, shape `[batch, T]`; 0 is padding, of RoBERTa after the start.
    training: Whether there is dropout; None as Keras decides.

  Returns:
    Shape `[batch, hidden_dim]`.
  """
  present = keras.ops.not_equal(tokens, 0)
  is_roberta = isinstance(backbone, keras_hub().models.RobertaBackbone)
  if is_roberta:
    # Its padding is 1, and 0 is its `<s>`, which is at the start and nowhere else.
    place = keras.ops.cumsum(keras.ops.ones_like(tokens), axis=1)
    present = keras.ops.logical_or(present, keras.ops.equal(place, 1))
    tokens = keras.ops.where(present, tokens, 1)
    present = keras.ops.not_equal(tokens, 1)
  inputs = {"token_ids": tokens, "padding_mask": keras.ops.cast(present, "int32")}
  if is_roberta:
    x = backbone(inputs, training=training)
  else:
    inputs["segment_ids"] = keras.ops.zeros_like(tokens)
    x = backbone(inputs, training=training)["sequence_output"]
  # A sum of half precision would round.
  x = keras.ops.cast(x, "float32")
  weight = keras.ops.expand_dims(keras.ops.cast(present, x.dtype), -1)
  count = keras.ops.maximum(keras.ops.sum(weight, axis=1), 1.0)
  return keras.ops.sum(x * weight, axis=1) / count


def _head(x: keras.KerasTensor, folder: EncoderFolder, hparams: HParams) -> Any:
  x = keras.layers.Dropout(folder.dropout)(x)
  return logits(x, hparams)


def backbone_of(folder: EncoderFolder) -> keras.Model:
  """Loads an encoder's weights.

  Args:
    folder: The encoder.

  Returns:
    KerasHub's `BertBackbone` or `RobertaBackbone`.

  Raises:
    InputError: If the extra is not installed or the weights do not fit.
  """
  hub = keras_hub()
  with tempfile.TemporaryDirectory() as copy:
    weights = os.path.join(copy, folder.weights)
    try:
      with (
        open_file(f"{folder.path}/{folder.weights}") as stored,
        open(weights, "wb") as file,
      ):
        shutil.copyfileobj(stored, file)
      if folder.is_of_keras_hub or folder.family == ROBERTA:
        kind = hub.models.BertBackbone
        if folder.family == ROBERTA:
          kind = hub.models.RobertaBackbone
        backbone = kind(**folder.sizes, dropout=folder.dropout)
        if folder.is_of_keras_hub:
          backbone.load_weights(weights)
        else:
          set_roberta_weights(backbone, safetensors().load_file(weights))
        return backbone
      _rename(weights, folder.sizes["hidden_dim"])
      with open(os.path.join(copy, "config.json"), "w") as file:
        json.dump(_config(folder.sizes), file)
      return hub.models.BertBackbone.from_preset(
        copy,
        dropout=folder.dropout,
        **{key: folder.sizes[key] for key in ("max_sequence_length", "num_segments")},
      )
    except Exception as error:  # The libraries document no type of their errors.
      reason = " ".join(str(error).split())
      raise InputError(
        f"Expected {folder.path}/{folder.weights} to hold the weights of the encoder "
        f"that its config.json describes, but it cannot be read ({reason[:300]})."
      ) from error


def _config(sizes: dict[str, int]) -> dict[str, int | str]:
  """Returns the part of Hugging Face's config.json that KerasHub reads."""
  return {
    "model_type": "bert",
    "vocab_size": sizes["vocabulary_size"],
    "num_hidden_layers": sizes["num_layers"],
    "num_attention_heads": sizes["num_heads"],
    "hidden_size": sizes["hidden_dim"],
    "intermediate_size": sizes["intermediate_dim"],
    # Read by newer versions only, which is why both are arguments as well.
    "max_position_embeddings": sizes["max_sequence_length"],
    "type_vocab_size": sizes["num_segments"],
  }


def _rename(path: str, hidden_dim: int) -> None:
  """Gives the tensors of a file the names that KerasHub looks for.

  These are those of the first BERTs: with the prefix `bert.`, and LayerNorm's weights
  as gamma and beta. A pooler may be missing, and is not used.
  """
  renamed = {
    "bert.pooler.dense.weight": np.zeros([hidden_dim, hidden_dim], np.float32),
    "bert.pooler.dense.bias": np.zeros([hidden_dim], np.float32),
  }
  for name, value in safetensors().load_file(path).items():
    if found := _OF_BACKBONE.fullmatch(name):
      ours = found[1]
      for theirs, old in _LAYER_NORM.items():
        ours = ours.replace(theirs, old)
      renamed[f"bert.{ours}"] = value
  safetensors().save_file(renamed, path)


def freeze_encoder_of(classifier: keras.Model, layers_trained: int | None) -> None:
  """Freezes all but the last layers of the encoder in a model, if it has one.

  A saved model does not tell which were frozen: KerasHub builds its layers anew.

  Args:
    classifier: A model that `encoder` built.
    layers_trained: As for `freeze`.
  """
  for layer in classifier.layers:
    models = keras_hub().models
    if isinstance(layer, models.BertBackbone | models.RobertaBackbone):
      freeze(layer, layers_trained)


def freeze(backbone: keras.Model, layers_trained: int | None) -> None:
  """Freezes all but the last layers; the pooled output is not used, nor trained.

  Args:
    backbone: KerasHub's `BertBackbone` or `RobertaBackbone`.
    layers_trained: Number of last layers that are trained; None for all of them and
      the embeddings.

  Raises:
    InputError: If there are fewer layers.
  """
  for layer in backbone.layers:
    if layer.name == "pooled_dense":
      layer.trainable = False
  if layers_trained is None:
    return
  count = backbone.num_layers
  if layers_trained > count:
    raise InputError(
      f"Expected encoder_layers_trained of at most {count}, the layers of the encoder. "
      f"Received: {layers_trained}; leave it out to train the embeddings as well."
    )
  trained = {f"transformer_layer_{i}" for i in range(count - layers_trained, count)}
  for layer in backbone.layers:
    layer.trainable = layer.name in trained
