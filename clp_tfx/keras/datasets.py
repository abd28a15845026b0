"""Builds and packs counterfactual datasets, as TensorFlow Model Remediation does."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from clp_tfx.counterfactuals.generator import CounterfactualGenerator
from clp_tfx.counterfactuals.identity_term import IdentityTerm, normalized
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.errors import InputError
from clp_tfx.keras.inputs import SeparatePairs, pad_pairs

_BATCH = 256


class CounterfactualPackedInputs(NamedTuple):
  """A training batch together with a batch of pairs.

  Example:
    >>> import tensorflow as tf
    >>> batch = CounterfactualPackedInputs(
    ...   original_input=(tf.constant(["a hat"]), tf.constant([0])),
    ...   counterfactual_data=(tf.constant(["a gay man"]), tf.constant(["a man"])),
    ... )
    >>> texts, labels = batch.original_input

  Attributes:
    original_input: `(x, y)` or `(x, y, sample_weight)`, as in plain Keras training.
    counterfactual_data: `(original_x, counterfactual_x)` or `(original_x,
      counterfactual_x, counterfactual_sample_weight)`; row i of `counterfactual_x`
      is the counterfactual of row i of `original_x`, which need not be in `x`.
  """

  original_input: tuple
  counterfactual_data: tuple


def build_counterfactual_dataset(
  original_dataset: tf.data.Dataset,
  sensitive_terms_to_remove: Sequence[str] | IdentityTerms | None = None,
  custom_counterfactual_function: Callable[[Any], tuple] | None = None,
  text_feature: str | None = None,
) -> tf.data.Dataset:
  """Builds a dataset of pairs from the examples that have a counterfactual.

  Terms match whole words, ignoring case, as `CounterfactualGenerator` describes, and
  are all removed from a text at once. Matching runs on the host, in Python: `cache()`
  the result if it is read many times.

  Example:
    >>> import tensorflow as tf
    >>> train = tf.data.Dataset.from_tensor_slices((["a gay man", "a hat"], [0, 1]))
    >>> pairs = build_counterfactual_dataset(train, sensitive_terms_to_remove=["gay"])
    >>> [counterfactual.numpy() for _, counterfactual, _ in pairs]
    [b'a man']

  Args:
    original_dataset: Elements `x`, `(x, y)` or `(x, y, sample_weight)`, where `x` is
      a string tensor or a dict of features. Treated as batched if none of the
      tensors is a scalar and their first dimensions agree.
    sensitive_terms_to_remove: Terms, taken literally, or a lexicon. With a custom
      function they only select the examples.
    custom_counterfactual_function: Takes an element and returns `(original_x,
      counterfactual_x)` or `(original_x, counterfactual_x, sample_weight)`, using
      TensorFlow operations only; pairs that it leaves unchanged are dropped.
    text_feature: The feature of `x` that holds the text; required if several are
      strings.

  Returns:
    Elements `(original_x, counterfactual_x, counterfactual_sample_weight)`, batched
    if the originals are; a batch then holds only the rows that have a counterfactual.
    Weights are 1.0 unless the function returns others.

  Raises:
    InputError: If neither terms nor a function are given, there is no text to search,
      or no example has a counterfactual. To check the latter, the dataset is read up
      to the first example that has one.
  """
  function = custom_counterfactual_function
  if not sensitive_terms_to_remove and function is None:
    raise InputError(
      "Expected sensitive_terms_to_remove or custom_counterfactual_function, but got "
      "neither: say how counterfactuals are made."
    )
  spec = original_dataset.element_spec
  is_batched = _is_batched(spec)
  batches = original_dataset if is_batched else original_dataset.batch(_BATCH)
  if sensitive_terms_to_remove:
    feature = _text_feature(_x(spec), text_feature)
    edit = _term_remover(_lexicon(sensitive_terms_to_remove))
    remove = _remove_terms if function is None else _keep_rows_with_terms
    batches = batches.map(lambda *batch: remove(batch, feature, edit), tf.data.AUTOTUNE)
  if function is not None:
    # The function expects elements as the original dataset yields them.
    elements = batches if is_batched else batches.unbatch()
    made = elements.map(
      lambda *element: tuple(function(element if len(element) > 1 else element[0]))
    )
    batches = made if is_batched else made.batch(_BATCH)
    batches = batches.map(lambda *pairs: _changed(*_weighted(pairs)))
  pairs = batches.filter(lambda original, counterfactual, weight: tf.size(weight) > 0)
  if next(iter(pairs), None) is None:
    raise InputError(
      "Expected at least one example with a counterfactual, but "
      + ("none holds any of the terms" if function is None else "none is changed")
      + ": training would have no pairs; check the terms and the dataset."
    )
  return pairs if is_batched else pairs.unbatch()


def pack_counterfactual_data(
  original_dataset: tf.data.Dataset, counterfactual_dataset: tf.data.Dataset
) -> tf.data.Dataset:
  """Combines training examples with pairs.

  Each element of the original dataset gets one element of the pairs, which are repeated
  as needed. If the datasets are not batched, batch the result.

  Example:
    >>> import tensorflow as tf
    >>> train = tf.data.Dataset.from_tensor_slices((["a gay man", "a hat"], [0, 1]))
    >>> train = train.batch(2)
    >>> pairs = build_counterfactual_dataset(train, ["gay"])
    >>> (batch,) = pack_counterfactual_data(train, pairs)
    >>> batch.counterfactual_data[1].numpy().tolist()
    [b'a man']

  Args:
    original_dataset: Elements `(x, y)` or `(x, y, sample_weight)`.
    counterfactual_dataset: Elements `(original_x, counterfactual_x)` or
      `(original_x, counterfactual_x, counterfactual_sample_weight)`, such as
      `build_counterfactual_dataset` returns; batched if the originals are.

  Returns:
    `CounterfactualPackedInputs`, as many elements as the original dataset has.

  Raises:
    InputError: If the elements have any other structure, only one of the datasets is
      batched, or there are no pairs.
  """
  original, pair = original_dataset.element_spec, counterfactual_dataset.element_spec
  for what, spec in (("original_dataset", original), ("counterfactual_dataset", pair)):
    if not isinstance(spec, tuple) or len(spec) not in (2, 3):
      raise InputError(
        f"Expected elements of two or three parts in {what}, such as "
        f"(x, y, sample_weight) or (original_x, counterfactual_x, sample_weight), but "
        f"got {spec}: map the dataset to these."
      )
  # Rows of a batch are one dimension more.
  x, pair_x = (keras.tree.flatten(spec[0])[0].shape.rank for spec in (original, pair))
  if x != pair_x:
    raise InputError(
      "Expected both datasets to be batched or neither, but only "
      f"{'the original' if x > pair_x else 'the counterfactual'} one is: "
      "batch both, or batch what pack_counterfactual_data returns."
    )
  if next(iter(counterfactual_dataset), None) is None:
    raise InputError(
      "Expected at least one pair in counterfactual_dataset, but it is empty: training "
      "would have no pairs; check how it is made."
    )
  packed = tf.data.Dataset.zip(original_dataset, counterfactual_dataset.repeat())
  packed = packed.map(CounterfactualPackedInputs)
  count = original_dataset.cardinality()
  if count >= 0:
    packed = packed.apply(tf.data.experimental.assert_cardinality(count))
  return packed


def unpacked(data: Any, pad: bool) -> Any:
  """Turns a dataset of `CounterfactualPackedInputs` into one that Keras accepts.

  Args:
    data: Such a dataset, batched; anything else is returned unchanged.
    pad: Whether to pad the pairs with `pad_pairs`.

  Returns:
    Batches `(SeparatePairs, y)` or `(SeparatePairs, y, sample_weight)`.

  Raises:
    InputError: If the dataset is not batched.
  """
  if not isinstance(data, tf.data.Dataset) or not isinstance(
    data.element_spec, CounterfactualPackedInputs
  ):
    return data
  if not _is_batched(data.element_spec.original_input):
    raise InputError(
      "Expected batches of CounterfactualPackedInputs, but got single examples: call "
      "batch() on the dataset."
    )

  def batch(packed: CounterfactualPackedInputs) -> tuple:
    x, *labels_and_weights = packed.original_input
    original, counterfactual, weight = _weighted(packed.counterfactual_data)
    pairs = SeparatePairs(x, original, counterfactual, tf.reshape(weight, [-1]))
    return pad_pairs(pairs) if pad else pairs, *labels_and_weights

  return data.map(batch, tf.data.AUTOTUNE)


def _lexicon(terms: Sequence[str] | IdentityTerms) -> IdentityTerms:
  if isinstance(terms, IdentityTerms):
    return terms
  if isinstance(terms, str) or not all(
    isinstance(term, str) and normalized(term) for term in terms
  ):
    raise InputError(
      "Expected sensitive_terms_to_remove as a list of terms, none of them empty, but "
      f"got {terms!r}."
    )
  distinct = dict.fromkeys(map(normalized, terms))
  return IdentityTerms(
    tuple(IdentityTerm(term, "sensitive") for term in distinct),
    source="sensitive_terms_to_remove",
  )


def _term_remover(terms: IdentityTerms) -> Callable[[np.ndarray], tuple]:
  """Returns a function that maps texts to the rows with terms and their new texts."""
  generator = CounterfactualGenerator(terms)

  def without(text: bytes) -> bytes:
    generated = generator.generate(text.decode("utf-8", "surrogateescape"))
    if not generated:
      return text
    return generated[0].text.encode("utf-8", "surrogateescape")

  def edit(texts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    edited = np.array([without(text) for text in texts.flat], object)
    edited = edited.reshape(texts.shape)
    changed = (edited != texts).reshape(len(texts), -1).any(axis=1)
    return np.flatnonzero(changed), edited[changed]

  return edit


def _edited(texts: tf.Tensor, edit: Callable) -> tuple[tf.Tensor, tf.Tensor]:
  rows, edited = tf.numpy_function(edit, [texts], [tf.int64, tf.string])
  rows.set_shape([None])
  edited.set_shape([None, *texts.shape[1:]])
  return rows, edited


def _remove_terms(batch: tuple, feature: str | None, edit: Callable) -> tuple:
  x = _x(batch)
  rows, texts = _edited(x if feature is None else x[feature], edit)
  original = keras.tree.map_structure(lambda part: tf.gather(part, rows), x)
  counterfactual = texts if feature is None else {**original, feature: texts}
  return _weighted((original, counterfactual))


def _keep_rows_with_terms(batch: tuple, feature: str | None, edit: Callable) -> tuple:
  x = _x(batch)
  rows, _ = _edited(x if feature is None else x[feature], edit)
  return keras.tree.map_structure(lambda part: tf.gather(part, rows), batch)


def _weighted(pairs: tuple) -> tuple:
  """Returns a batch of pairs with weights, adding weights of 1 if there are none."""
  original, counterfactual, *weight = pairs
  if not weight:
    first = keras.tree.flatten(original)[0]
    weight = [tf.ones(tf.shape(first)[:1])]
  return original, counterfactual, weight[0]


def _changed(original: Any, counterfactual: Any, weight: tf.Tensor) -> tuple:
  """Returns the pairs of a batch whose two sides differ."""

  def differ(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    is_changed = a != b
    if a.dtype.is_floating:
      is_changed &= ~(tf.math.is_nan(a) & tf.math.is_nan(b))
    return tf.reduce_any(is_changed, axis=range(1, a.shape.rank))

  parts = zip(*map(keras.tree.flatten, (original, counterfactual)), strict=True)
  is_changed = tf.reduce_any([differ(a, b) for a, b in parts], axis=0)
  return keras.tree.map_structure(
    lambda part: tf.boolean_mask(part, is_changed), (original, counterfactual, weight)
  )


def _text_feature(x: Any, name: str | None) -> str | None:
  """Returns the name of the text feature; None if `x` itself is the text."""
  if isinstance(x, tf.TensorSpec) and x.dtype == tf.string and name is None:
    return None
  features = x if isinstance(x, dict) else {}
  texts = [key for key in features if features[key].dtype == tf.string]
  if name in texts or (name is None and len(texts) == 1):
    return name or texts[0]
  raise InputError(
    f"Expected x to be texts, or a dict with one text feature or with text_feature "
    f"among its {sorted(texts)}, but got x of {x} and text_feature={name!r}."
  )


def _x(element: Any) -> Any:
  return element[0] if isinstance(element, tuple) else element


def _is_batched(spec: Any) -> bool:
  """Returns whether all parts have rows, and may have equally many."""
  shapes = [part.shape for part in keras.tree.flatten(spec)]
  if any(shape.rank == 0 for shape in shapes):
    return False
  rows = {shape[0] for shape in shapes}
  # Any number beside 1: token ids, and a label of shape `[1]`.
  return len(rows - {None}) <= 1 and rows != {None, 1}
