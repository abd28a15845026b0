"""RoBERTa's weights, from Hugging Face's names to KerasHub's backbone.

KerasHub reads only its own presets of this family.
"""

import re

import keras
import numpy as np

from clp_tfx.training.encoder_folder import ROBERTA_OFFSET

# `roberta.encoder.…` of a model with a head, `encoder.…` of one without.
_OF_BACKBONE = re.compile(r"(?:roberta\.)?((?:embeddings|encoder)\..+)")


def set_roberta_weights(backbone: keras.Model, tensors: dict[str, np.ndarray]) -> None:
  """Sets all weights of a backbone.

  Args:
    backbone: KerasHub's `RobertaBackbone`.
    tensors: Hugging Face's tensors by name, with or without the prefix `roberta.`.

  Raises:
    KeyError: If a tensor is missing.
    ValueError: If one does not have the shape that the backbone has.
  """
  found = {}
  for name, value in tensors.items():
    if match := _OF_BACKBONE.fullmatch(name):
      name = match[1].replace("LayerNorm.gamma", "LayerNorm.weight")
      name = name.replace("LayerNorm.beta", "LayerNorm.bias")
      found[name] = value.astype(np.float32)

  embeddings = backbone.get_layer("embeddings")
  embeddings.token_embedding.embeddings.assign(
    found["embeddings.word_embeddings.weight"]
  )
  # The rows before the first position belong to padding. All texts are of one segment,
  # for which KerasHub has no embedding: it is added to every position instead.
  positions = found["embeddings.position_embeddings.weight"][ROBERTA_OFFSET:]
  segments = found["embeddings.token_type_embeddings.weight"]
  embeddings.position_embedding.position_embeddings.assign(positions + segments[0])
  _norm(backbone.get_layer("embeddings_layer_norm"), found, "embeddings.LayerNorm")
  for i in range(backbone.num_layers):
    layer, name = backbone.get_layer(f"transformer_layer_{i}"), f"encoder.layer.{i}"
    attention = layer._self_attention_layer
    for part in ("query", "key", "value"):
      _dense(
        getattr(attention, f"{part}_dense"), found, f"{name}.attention.self.{part}"
      )
    _dense(attention.output_dense, found, f"{name}.attention.output.dense")
    _norm(layer._self_attention_layer_norm, found, f"{name}.attention.output.LayerNorm")
    _dense(layer._feedforward_intermediate_dense, found, f"{name}.intermediate.dense")
    _dense(layer._feedforward_output_dense, found, f"{name}.output.dense")
    _norm(layer._feedforward_layer_norm, found, f"{name}.output.LayerNorm")


def _dense(layer: keras.Layer, found: dict[str, np.ndarray], name: str) -> None:
  # Keras keeps the heads of attention in a dimension of their own.
  layer.kernel.assign(np.reshape(found[f"{name}.weight"].T, layer.kernel.shape))
  layer.bias.assign(np.reshape(found[f"{name}.bias"], layer.bias.shape))


def _norm(layer: keras.Layer, found: dict[str, np.ndarray], name: str) -> None:
  layer.gamma.assign(found[f"{name}.weight"])
  layer.beta.assign(found[f"{name}.bias"])
