"""The pairs of a text that count, and why a text that mentions an identity has none."""

import numpy as np
import tensorflow_model_analysis as tfma

from clp_tfx import features
from clp_tfx.counterfactuals.outcome import (
  FAILED,
  LABEL,
  LOW_CONFIDENCE,
  NO_COUNTERPART,
  PEJORATIVE,
)

COUNTERFACTUAL_PAIRS = "counterfactual_pairs"
"""Extracts key of the pairs that count: int, shape `[batch, K]`, indices of the
example's counterfactuals, padded with -1. A slice by edit counts the pairs with it."""

NOT_EDITED = "not_edited"
UNKNOWN = "unknown"
POLICY = PEJORATIVE
"""The only reason that is a policy rather than a fault of the data or the method."""
REASONS = (
  POLICY,
  NO_COUNTERPART,
  LOW_CONFIDENCE,
  FAILED,
  LABEL,
  NOT_EDITED,
  UNKNOWN,
)
"""Why a comment has no pair in a slice: a reason from `COUNTERFACTUAL_SKIPPED`;
`not_edited` if its pairs edit other terms than the slice's; `unknown` if no reason was
recorded."""


def pairs_of(extracts: tfma.Extracts) -> list[int]:
  """Returns the indices of the counterfactuals whose pairs count."""
  return [place for place in extracts[COUNTERFACTUAL_PAIRS].tolist() if place >= 0]


def has_pairs(extracts: tfma.Extracts) -> bool:
  """Returns whether any pair counts; those that do come first."""
  return extracts[COUNTERFACTUAL_PAIRS].item(0) >= 0


def left_out_reason(extracts: tfma.Extracts) -> str | None:
  """Returns why a text that mentions an identity has no pairs.

  Args:
    extracts: Extracts of one example.

  Returns:
    One of `REASONS`; None if the text has pairs or mentions no identity.
  """
  if has_pairs(extracts):
    return None
  skipped = feature_values(extracts, features.COUNTERFACTUAL_SKIPPED)
  mentions = (features.IDENTITY_TERM, features.IDENTITY_GROUP)
  if not skipped and not any(feature_values(extracts, name) for name in mentions):
    return None
  if feature_values(extracts, features.COUNTERFACTUAL_TEXT):
    return NOT_EDITED
  # For failures, the kind of error follows after a colon.
  reason = skipped[0].decode(errors="replace").partition(":")[0] if skipped else UNKNOWN
  return reason if reason in REASONS else UNKNOWN


def feature_values(extracts: tfma.Extracts, name: str) -> list[bytes]:
  """Returns the values of a bytes feature; an empty list if it is absent."""
  values = extracts.get(tfma.FEATURES_KEY, {}).get(name)
  if values is None or not len(values):
    return []
  return np.ravel(getattr(values, "values", values)).tolist()
