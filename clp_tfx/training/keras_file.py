"""Classifiers as `.keras` files from which later trainings can continue."""

import os
import shutil
import tempfile
import zipfile

import keras
import numpy as np

from clp_tfx.errors import InputError
from clp_tfx.files import open_file, replacing
from clp_tfx.keras.outputs import output_shapes

_VOCABULARY = "vocabulary.txt"


def save_classifier(
  classifier: keras.Model, vocabulary: list[bytes] | None, path: str
) -> None:
  """Writes a classifier and the vocabulary of its token ids, if it has one.

  `keras.saving.load_model` can read the file; the vocabulary is an additional member of
  the archive.

  Example:
    >>> import keras
    >>> tokens = keras.Input([None], dtype="int32")
    >>> x = keras.layers.GlobalMaxPooling1D()(keras.layers.Embedding(4, 8)(tokens))
    >>> classifier = keras.Model(tokens, keras.layers.Dense(1)(x))
    >>> save_classifier(classifier, [b"a", b"hat"], "small.keras")
    >>> load_classifier("small.keras", [b"a", b"hat"]).output_shape
    (None, 1)

  Args:
    classifier: Model from token ids, shape `[batch, None]`, or other inputs to logits,
      shape `[batch, 1]`, or a dict of them.
    vocabulary: Words; word i has token id i + 1. None if there is none.
    path: Local or remote path that ends in `.keras`, replaced atomically; its folder is
      created.
  """
  with replacing(path) as fresh:
    classifier.save(fresh)
    if vocabulary is not None:
      with zipfile.ZipFile(fresh, "a") as archive:
        archive.writestr(_VOCABULARY, b"\n".join(vocabulary))


def load_classifier(
  path: str, vocabulary: list[bytes] | None, num_logits: int = 1
) -> keras.Model:
  """Reads a classifier and fits its embeddings to a vocabulary.

  If the file has a different vocabulary, each word keeps its row of the embeddings, and
  new words get rows as in a new model. A file without a vocabulary, of other inputs or
  not written by this package, is assumed to fit the given one.

  Example:
    >>> load_classifier("classifier.keras", vocabulary=[b"a", b"hat"]).output_shape
    (None, 1)

  Args:
    path: Path of a `.keras` file written by `save_classifier` or Keras. No code in it
      is run: models with lambdas are refused.
    vocabulary: Words; word i has token id i + 1. None if the preprocessing has none.
    num_logits: Number of logits of each output.

  Returns:
    The classifier.

  Raises:
    InputError: If the file cannot be read, does not hold a classifier of token ids, or
      has a different vocabulary and is not a functional or sequential model with one
      embedding row per word.
  """
  with tempfile.TemporaryDirectory() as folder:
    file = os.path.join(folder, "classifier.keras")
    try:
      with open_file(path) as stored, open(file, "wb") as copy:
        shutil.copyfileobj(stored, copy)
      with zipfile.ZipFile(file) as archive:
        known = None
        if _VOCABULARY in archive.namelist():
          known = archive.read(_VOCABULARY).split(b"\n")
      classifier = keras.saving.load_model(file, compile=False, safe_mode=True)
    except Exception as error:  # Keras documents no type of its errors.
      reason = " ".join(str(error).split())
      raise InputError(
        f"Expected base model {path} to be a .keras file of a classifier, but it "
        f"cannot be read ({reason[:300]}): give one that a run wrote."
      ) from error
  shapes = output_shapes(classifier) or {}
  if {shape[1:] for shape in shapes.values()} != {(num_logits,)}:
    what = "one logit" if num_logits == 1 else f"{num_logits} logits"
    raise InputError(
      f"Expected base model {path} to return {what} per text and label. Received: a "
      f"{type(classifier).__name__} with outputs of shape "
      f"{getattr(classifier, 'output_shape', None)}."
    )
  if known is None or known == vocabulary:
    return classifier
  if vocabulary is None:
    raise InputError(
      f"Expected base model {path} to take the inputs of this preprocessing, which has "
      f"no vocabulary of words. Received: a model with one, of {len(known)} words; use "
      "the preprocessing that it was trained with."
    )
  return _with_vocabulary(classifier, known, vocabulary, path)


def _with_vocabulary(
  classifier: keras.Model, known: list[bytes], vocabulary: list[bytes], path: str
) -> keras.Model:
  """Returns a copy whose embeddings have one row per word of the new vocabulary."""
  rows = len(known) + 2

  def fitted(layer: keras.Layer) -> keras.Layer:
    config = layer.get_config()
    if isinstance(layer, keras.layers.Embedding) and layer.input_dim == rows:
      config["input_dim"] = len(vocabulary) + 2
    return type(layer).from_config(config)

  try:
    copy = keras.models.clone_model(classifier, clone_function=fitted, recursive=True)
  except ValueError as error:
    raise InputError(
      f"Expected base model {path}, which has a different vocabulary, to be a "
      "functional or sequential model, so that its embeddings can be fitted to the new "
      "one."
    ) from error
  by_word = {
    id(layer.embeddings)
    for layer in classifier._flatten_layers()
    if isinstance(layer, keras.layers.Embedding) and layer.input_dim == rows
  }
  old_row = _old_rows(known, vocabulary)
  is_known = old_row >= 0
  for variable, old in zip(copy.weights, classifier.weights, strict=True):
    value = keras.ops.convert_to_numpy(old)
    # Shapes do not tell which to remap: two capped vocabularies have the same size.
    if id(old) in by_word:
      fresh = np.array(keras.ops.convert_to_numpy(variable))
      if len(fresh) != len(old_row):
        by_word.clear()
        break
      fresh[is_known] = value[old_row[is_known]]
      value = fresh
    variable.assign(value)
  if not by_word:
    raise InputError(
      f"Expected base model {path}, which has a different vocabulary, to have an "
      f"Embedding of {rows} rows that is not nested in a layer, but it has none: "
      "train a new model."
    )
  return copy


def _old_rows(known: list[bytes], vocabulary: list[bytes]) -> np.ndarray:
  """Returns the old index of each row of the new embeddings; -1 for new rows.

  Row 0 is padding, followed by the words; the last row is for words out of vocabulary.
  """
  ids = {word: i + 1 for i, word in enumerate(known)}
  return np.array([0, *(ids.get(word, -1) for word in vocabulary), len(known) + 1])
