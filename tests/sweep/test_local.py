import sys

import pytest

from clp_tfx.errors import InputError
from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.sweep.local import _makes_blind, sweep_locally


def test_a_bound_that_a_sweep_cannot_judge_by_is_refused():
  config = PipelineConfig.of(max_flip_rate_of=["gender=0.1"])
  with pytest.raises(InputError, match=r"Received: gender=0\.1; leave it out"):
    sweep_locally(config, (0.0,), ("mse",), 1, sys.stderr)


@pytest.mark.parametrize(
  ("options", "message"),
  [
    (
      {"classes": ["a", "b"], "max_flip_rate_of_class": ["a=0.1"]},
      "Received: a=0.1; leave it out",
    ),
  ],
)
def test_what_a_sweep_does_not_compare_is_refused(options, message):
  with pytest.raises(InputError, match=message):
    sweep_locally(PipelineConfig.of(**options), (0.0,), ("mse",), 1, sys.stderr)


@pytest.mark.parametrize(
  ("options", "expected"),
  [
    ({}, True),
    ({"method": "substitution"}, False),
    ({"counterfactual_fn": "mine.rewrite"}, False),
    ({"min_confidence": 0.5}, False),
    ({"only_when_label_below": 0.5}, False),
  ],
)
def test_only_plain_ablation_gives_a_text_without_terms(options, expected):
  assert _makes_blind(PipelineConfig.of(**options).counterfactuals) == expected
