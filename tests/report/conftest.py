import pandas as pd
import pytest
import tensorflow_model_analysis as tfma
from google.protobuf import text_format
from tensorflow_model_analysis.proto import config_pb2

HOSTILE = "x</script><script>hacked = 1</script><!--\u2028'\":y"

# The one chosen first stays in the page, but hidden.
METRIC = "fairness-metric-summary:visible"


def plain(name):
  """Returns a name of the component without the places where it may break."""
  return name.replace("\u200b", "").strip()


EVAL_CONFIG = """
model_specs { name: "clp" prediction_key: "clp" label_key: "label" }
model_specs {
  name: "baseline" prediction_key: "baseline" label_key: "label" is_baseline: true
}
slicing_specs {}
slicing_specs { feature_keys: "identity_group" }
metrics_specs {
  model_names: ["clp", "baseline"]
  metrics { class_name: "AUC" config: '"name": "auc"' }
  metrics { class_name: "Recall" config: '"name": "recall", "thresholds": 0.5' }
  metrics { class_name: "ExampleCount" }
  metrics { class_name: "ConfusionMatrixAtThresholds" config: '"thresholds": [0.5]' }
}
"""


@pytest.fixture(scope="session")
def evaluation(tmp_path_factory):
  """Output folder of a TFMA run on six rows, two models and three groups.

  The baseline ranks the two rows of the hostile group the wrong way round: AUC 0
  there, and 8 of the 9 couples of a positive and a negative are right. `negative`
  has no positive: its recall is NaN.
  """
  rows = pd.DataFrame(
    {
      "label": [1.0, 0.0, 1.0, 0.0, 1.0, 0.0],
      "clp": [0.9, 0.1, 0.8, 0.2, 0.7, 0.3],
      "baseline": [0.9, 0.1, 0.4, 0.6, 0.7, 0.3],
      "identity_group": ["gender", "gender", HOSTILE, HOSTILE, "gender", "negative"],
    }
  )
  output = str(tmp_path_factory.mktemp("evaluation"))
  tfma.analyze_raw_data(
    rows, text_format.Parse(EVAL_CONFIG, config_pb2.EvalConfig()), output_path=output
  )
  return output
