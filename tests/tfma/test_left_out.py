import numpy as np
import pytest

from clp_tfx.tfma.left_out import COUNTERFACTUAL_PAIRS, left_out_reason


def extracts(pairs=(), **values):
  return {
    COUNTERFACTUAL_PAIRS: np.array(pairs or [-1]),
    "features": {n: np.array([v.encode()], object) for n, v in values.items()},
  }


@pytest.mark.parametrize(
  ("example", "reason"),
  [
    (extracts(), None),
    (extracts([0], identity_term="gay", counterfactual_text="a"), None),
    (extracts(identity_term="gay"), "unknown"),
    (extracts(identity_term="gay", counterfactual_skipped="odd"), "unknown"),
    (extracts(identity_term="gay", counterfactual_text="a"), "not_edited"),
    (extracts(counterfactual_skipped="pejorative"), "pejorative"),
    (extracts(counterfactual_skipped="failed: TimeoutError"), "failed"),
  ],
)
def test_why_a_text_has_no_pair(example, reason):
  assert left_out_reason(example) == reason
