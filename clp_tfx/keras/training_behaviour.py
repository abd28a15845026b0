"""Whether a model scores in training as it does in serving."""

import keras


def scores_as_in_serving(model: keras.Layer) -> bool:
  """Returns whether training changes the weights of a model and none of its scores.

  True for models made of Keras's own layers without dropout, batch normalization and
  the like, which all keep a state that is not trained. False where it is not known:
  layers and models that others have written may do anything.

  Args:
    model: Any layer; a model's inner layers count.
  """
  return not model.non_trainable_variables and all(
    type(layer).__module__.startswith("keras.") for layer in model._flatten_layers()
  )
