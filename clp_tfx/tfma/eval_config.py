"""The gate as a TFMA configuration: what is measured, and what refuses a model."""

import importlib.util
import json
from collections.abc import Sequence

import tensorflow_model_analysis as tfma
from google.protobuf import text_format

from clp_tfx import features
from clp_tfx.tfma.flip_rate import NAME, FlipRate, threshold_suffix

CANDIDATE = "clp"
BASELINE = "baseline"


def make_eval_config(
  max_flip_rate: float,
  min_auc: float,
  max_auc_drop: float | None = None,
  decision_threshold: float = 0.5,
  text_feature: str = "comment_text",
  slice_features: Sequence[str] = (features.IDENTITY_GROUP,),
) -> tfma.EvalConfig:
  """Builds the configuration of the Evaluator that gates the push.

  A model is blessed when its flip rate over all pairs is at most `max_flip_rate`,
  its AUC on the original texts at least `min_auc` and, where there is a baseline,
  its AUC at most `max_auc_drop` below the baseline's. NaN refuses.

  Args:
    max_flip_rate: In [0, 1].
    min_auc: In [0, 1].
    max_auc_drop: In [0, 1]; without it no baseline is expected.
    decision_threshold: A score above it is a positive decision.
    text_feature: Feature that the counterfactuals stand in for.
    slice_features: Features whose values are reported as slices beside the whole.

  Returns:
    The configuration. AUC and Fairness Indicators weigh each example by
    `LABEL_WEIGHT`; FlipRate counts labelled and unlabelled examples alike.
  """
  change = ""
  if max_auc_drop is not None:
    # TFMA allows an absolute change v when v >= bound for higher-is-better metrics.
    change = f"""
      change_threshold {{
        direction: HIGHER_IS_BETTER absolute {{ value: {-max_auc_drop!r} }}
      }}"""
  baseline = "" if max_auc_drop is None else _model_spec(BASELINE, is_baseline=True)
  slices = "".join(
    f"slicing_specs {{ feature_keys: {_quoted(name)} }}" for name in slice_features
  )
  at = threshold_suffix(decision_threshold)
  # A threshold without slicing specs holds for every slice, however small.
  overall = "slicing_specs {}"
  flip_rate = (
    f'"thresholds": [{decision_threshold!r}], '
    f'"text_feature": {json.dumps(text_feature)}'
  )
  return text_format.Parse(
    f"""
    {_model_spec(CANDIDATE)} {baseline}
    slicing_specs {{}} {slices}
    metrics_specs {{
      example_weights {{ weighted: true }}
      metrics {{
        class_name: "AUC"
        config: '"name": "auc", "num_thresholds": 10000'
        per_slice_thresholds {{
          {overall}
          threshold {{
            value_threshold {{ lower_bound {{ value: {min_auc!r} }} }} {change}
          }}
        }}
      }}
      metrics {{ class_name: "ExampleCount" }}
      {_fairness_indicators(decision_threshold)}
    }}
    metrics_specs {{
      example_weights {{ unweighted: true }}
      metrics {{
        class_name: "{FlipRate.__name__}"
        module: "{FlipRate.__module__}"
        config: {_quoted(flip_rate)}
      }}
      per_slice_thresholds {{
        key: "{NAME}/overall{at}"
        value {{
          thresholds {{
            {overall}
            threshold {{
              value_threshold {{ upper_bound {{ value: {max_flip_rate!r} }} }}
            }}
          }}
        }}
      }}
    }}
    """,
    tfma.EvalConfig(),
  )


def _model_spec(name: str, is_baseline: bool = False) -> str:
  return f"""model_specs {{
    name: "{name}"
    is_baseline: {str(is_baseline).lower()}
    signature_name: "serving_default"
    label_key: "{features.LABEL}"
    example_weight_key: "{features.LABEL_WEIGHT}"
  }}"""


def _fairness_indicators(decision_threshold: float) -> str:
  """The package is an extra: plain pip cannot install it beside TFX 1.16."""
  if not importlib.util.find_spec("fairness_indicators"):
    return ""
  return f"""metrics {{
    class_name: "FairnessIndicators"
    module: "fairness_indicators.fairness_indicators_metrics"
    config: '"thresholds": [{decision_threshold!r}]'
  }}"""


def _quoted(text: str) -> str:
  return '"' + text_format.text_encoding.CEscape(text, as_utf8=True) + '"'
