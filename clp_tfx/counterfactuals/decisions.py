"""Whether the decisions on a text and on its counterfactual differ.

The functions take the array namespace, `numpy` or `keras.ops`, as `xp`: this module
imports neither.
"""

from typing import Any


def labels_differ(xp: Any, original: Any, counterfactual: Any, threshold: Any) -> Any:
  """Tells whether any score is above the threshold for only one of the two texts.

  Args:
    xp: Array namespace.
    original: Scores or logits, shape `[..., num_scores]`.
    counterfactual: Likewise; the shapes broadcast.
    threshold: Scores above it are positive decisions; broadcasts as well.

  Returns:
    Bool, the broadcast shape without its last axis.
  """
  differ = xp.not_equal(original > threshold, counterfactual > threshold)
  return xp.any(differ, axis=-1)


def classes_differ(xp: Any, original: Any, counterfactual: Any) -> Any:
  """Tells whether another score is the highest; the first of equal ones counts.

  Args:
    xp: Array namespace.
    original: Scores or logits, shape `[..., num_scores]`.
    counterfactual: Likewise; the shapes broadcast.

  Returns:
    Bool, the broadcast shape without its last axis.
  """
  return xp.not_equal(xp.argmax(original, axis=-1), xp.argmax(counterfactual, axis=-1))
