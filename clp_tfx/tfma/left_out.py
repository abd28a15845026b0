"""Which pairs of a text count, and why a text that mentions somebody has none."""

import numpy as np
import tensorflow_model_analysis as tfma

from clp_tfx import features
from clp_tfx.counterfactuals.generator import (
  FAILED,
  LABEL,
  LOW_CONFIDENCE,
  NO_COUNTERPART,
  PEJORATIVE,
)

COUNTERFACTUAL_PAIRS = "counterfactual_pairs"
"""Extracts key of the pairs that count: int, shape `[batch, K]`, places among the
example's counterfactuals, then -1. A slice by edit counts those that made the edit."""

NOT_EDITED = "not_edited"
UNKNOWN = "unknown"
POLICY = PEJORATIVE
"""The one reason that is a policy and no fault of the data or the method."""
REASONS = (
  POLICY,
  NO_COUNTERPART,
  LOW_CONFIDENCE,
  FAILED,
  LABEL,
  NOT_EDITED,
  UNKNOWN,
)
"""Why a comment in a slice has no pair there: what `COUNTERFACTUAL_SKIPPED` says;
`not_edited` where its pairs edit other terms than those of the slice; `unknown` where
nothing is said."""


def pairs_of(extracts: tfma.Extracts) -> list[int]:
  """Returns the places of the pairs that count among the counterfactuals."""
  return [place for place in extracts[COUNTERFACTUAL_PAIRS].tolist() if place >= 0]


def has_pairs(extracts: tfma.Extracts) -> bool:
  """Whether any pair counts. Those that do come first."""
  return extracts[COUNTERFACTUAL_PAIRS].item(0) >= 0


def left_out_reason(extracts: tfma.Extracts) -> str | None:
  """Returns why a text that mentions an identity has no pairs.

  Args:
    extracts: Of one example.

  Returns:
    One of `REASONS`; None where the text has pairs or mentions nobody.
  """
  if has_pairs(extracts):
    return None
  skipped = feature_values(extracts, features.COUNTERFACTUAL_SKIPPED)
  mentions = (features.IDENTITY_TERM, features.IDENTITY_GROUP)
  if not skipped and not any(feature_values(extracts, name) for name in mentions):
    return None
  if feature_values(extracts, features.COUNTERFACTUAL_TEXT):
    return NOT_EDITED
  # What failed has the kind of error behind a colon.
  reason = skipped[0].decode(errors="replace").partition(":")[0] if skipped else UNKNOWN
  return reason if reason in REASONS else UNKNOWN


def feature_values(extracts: tfma.Extracts, name: str) -> list[bytes]:
  """Returns the values of a bytes feature; none where it is absent."""
  values = extracts.get(tfma.FEATURES_KEY, {}).get(name)
  if values is None or not len(values):
    return []
  return np.ravel(getattr(values, "values", values)).tolist()
