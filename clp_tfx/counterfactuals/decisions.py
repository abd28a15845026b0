"""Whether a decision on a text and the one on its counterfactual differ.

The functions take the array namespace to compute with, `numpy` or `keras.ops`, as `xp`:
this module imports neither.
"""

from typing import Any


def labels_differ(xp: Any, original: Any, counterfactual: Any, threshold: Any) -> Any:
  """Tells whether any score is above the threshold in one text and not in the other.

  Args:
    xp: Array namespace.
    original: Scores or logits, shape `[..., num_scores]`.
    counterfactual: The same; the shapes broadcast.
    threshold: What a positive score is above; broadcasts, too.

  Returns:
    Bool, the broadcast shape without its last axis.
  """
  differ = xp.not_equal(original > threshold, counterfactual > threshold)
  return xp.any(differ, axis=-1)


def classes_differ(xp: Any, original: Any, counterfactual: Any) -> Any:
  """Tells whether the highest score, the first of equal ones, is another.

  Args:
    xp: Array namespace.
    original: Scores or logits, shape `[..., num_scores]`.
    counterfactual: The same; the shapes broadcast.

  Returns:
    Bool, the broadcast shape without its last axis.
  """
  return xp.not_equal(xp.argmax(original, axis=-1), xp.argmax(counterfactual, axis=-1))
