"""Training in half precision: Keras's dtype policies, for one training only."""

import contextlib
from collections.abc import Iterator

import keras


@contextlib.contextmanager
def computing_in(policy: str | None) -> Iterator[None]:
  """Makes a policy Keras's own while models are built and trained, then restores it.

  Args:
    policy: Name of the policy; None changes nothing.
  """
  before = keras.config.dtype_policy()
  if policy:
    keras.config.set_dtype_policy(policy)
  try:
    yield
  finally:
    keras.config.set_dtype_policy(before)


def to_float32(model: keras.Model, policy: str) -> None:
  """Lets the layers of a policy compute in float32 from now on.

  Their weights are float32 already. Half precision saves time where it was trained, but
  costs time on the processors that may serve the model.

  Args:
    model: Model, not traced yet; layers of other policies keep them.
    policy: Name of the policy.
  """
  for layer in model._flatten_layers():
    if layer.dtype_policy.name == policy:
      layer.dtype_policy = "float32"
