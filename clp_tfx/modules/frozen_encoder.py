"""Transform: texts to what a frozen encoder gives for them.

Computed once here, for all trainings on these texts and all their epochs.
"""

from typing import Any

import keras
import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx import features
from clp_tfx.modules.encoder_tokens import token_ids
from clp_tfx.training.encoder_folder import EncoderFolder
from clp_tfx.training.encoders import backbone_of, encoded

# Attention takes memory by the square of the longest text: texts are encoded in the
# order of their lengths, this many at a time.
_TEXTS = 32


def embeddings(texts: tf.Tensor, config: dict[str, Any]) -> dict[str, tf.Tensor]:
  """Encodes texts.

  Args:
    texts: String, shape `[batch]`.
    config: `encoder` (its folder) and `max_tokens` (maximum of a text, with the two
      tokens at its ends).

  Returns:
    `EMBEDDING`, shape `[batch, hidden_dim]`: the mean over the tokens of the last
    layer.

  Raises:
    InputError: If the folder holds no encoder, or one of fewer positions.
  """
  folder = EncoderFolder.read(config["encoder"])
  folder.check_positions(config["max_tokens"])
  # Transform saves its variables with its graph.
  backbone = tft.make_and_track_object(lambda: backbone_of(folder), name="encoder")
  tokens = token_ids(texts, config)
  by_length = tf.argsort(tokens.row_lengths(), stable=True)
  found = _in_parts(backbone, tf.gather(tokens, by_length), folder.sizes["hidden_dim"])
  return {features.EMBEDDING: tf.gather(found, tf.argsort(by_length))}


def _in_parts(backbone: keras.Model, tokens: tf.RaggedTensor, size: int) -> tf.Tensor:
  def encode_next(start: tf.Tensor, found: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    part = tf.cast(tokens[start : start + _TEXTS].to_tensor(), tf.int32)
    part = encoded(backbone, part, training=False)
    part = tf.ensure_shape(part, [None, size])
    return start + _TEXTS, tf.concat([found, part], axis=0)

  count = tokens.nrows(tf.int32)
  _, found = tf.while_loop(
    lambda start, _: start < count,
    encode_next,
    (tf.constant(0), tf.zeros([0, size])),
    shape_invariants=(tf.TensorShape([]), tf.TensorShape([None, size])),
    parallel_iterations=1,
  )
  return found
