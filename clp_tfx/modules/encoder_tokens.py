"""Transform: texts to the token ids of a pretrained encoder."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx.training.encoder_extra import keras_hub, tensorflow_text
from clp_tfx.training.encoder_folder import ROBERTA, EncoderFolder


def token_ids(texts: tf.Tensor, config: dict[str, Any]) -> tf.RaggedTensor:
  """Cuts texts into pieces with the encoder's own tokenizer.

  Args:
    texts: String, shape `[batch]`.
    config: `encoder` (its folder) and `max_tokens` (maximum of a text, with the two
      tokens at its ends).

  Returns:
    Ids of `[CLS]`, the pieces and `[SEP]`, or what RoBERTa has for these, shape
    `[batch, None]`.
  """
  folder = EncoderFolder.read(config["encoder"])
  # Bytes that are no UTF-8 would stop the run.
  texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8")
  if folder.family == ROBERTA:
    pieces, ends = _byte_pairs(texts, folder), ("<s>", "</s>")
  else:
    tokenizer = _kept(lambda: keras_hub().tokenizers.BertTokenizer(folder.vocabulary))
    cleaned = _cleaned(texts, folder.lowercase, folder.strip_accents)
    # Called outside of a graph, it returns lists.
    pieces = tf.function(tokenizer.tokenize, autograph=False)(cleaned)
    ends = ("[CLS]", "[SEP]")
  pieces = pieces[:, : config["max_tokens"] - 2]
  start, end = (
    tf.fill([tf.size(texts), 1], folder.vocabulary.index(piece)) for piece in ends
  )
  return tf.concat([start, pieces, end], axis=1)


def _kept(make: Callable[[], Any]) -> Any:
  """Makes a tokenizer outside of Transform's graph, which saves its tables with it.

  Transform traces its graph half a dozen times, and in a graph the words of a
  vocabulary take a second or more to become a constant.
  """
  if not tf.inside_function():
    return make()
  return tft.make_and_track_object(make, name="tokenizer")


def _byte_pairs(texts: tf.Tensor, folder: EncoderFolder) -> tf.RaggedTensor:
  """Returns ids of pieces as RoBERTa cuts texts."""

  def make() -> Any:
    return keras_hub().tokenizers.RobertaTokenizer(
      {piece: i for i, piece in enumerate(folder.vocabulary)},
      list(folder.merges),
      add_prefix_space=folder.add_prefix_space,
      # What looks like `</s>` in a comment is its text.
      unsplittable_tokens=[],
    )

  pieces = tf.function(_kept(make).tokenize, autograph=False)(texts)
  unknown = folder.vocabulary.index("<unk>")
  known = tf.where(pieces.flat_values < 0, unknown, pieces.flat_values)
  return pieces.with_flat_values(known)


def _cleaned(texts: tf.Tensor, lowercase: bool, strip_accents: bool) -> tf.Tensor:
  """Returns texts as BERT reads them, before it splits them.

  Not KerasHub's way: that folds "ß" to "ss", does not split at no-break spaces, and
  stops at a zero byte.
  """
  texts = tf.strings.regex_replace(texts, r"[\t\n\r\pZ]", " ")
  texts = tf.strings.regex_replace(texts, r"[\pC\x{FFFD}]", "")
  if strip_accents:
    decomposed = tensorflow_text().normalize_utf8(texts, "NFD")
    texts = tf.strings.regex_replace(decomposed, r"\p{Mn}", "")
  return tf.strings.lower(texts, "utf-8") if lowercase else texts
