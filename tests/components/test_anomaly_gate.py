import pandas as pd
import pytest
import tensorflow_data_validation as tfdv
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.types import standard_artifacts

from clp_tfx.components.anomaly_gate import AnomalyGate
from clp_tfx.errors import InputError


def test_values_that_may_be_comments_are_not_quoted(tmp_path):
  # A schema inferred from a small file lists its comments as the values there are.
  schema = text_format.Parse(
    'feature { name: "comment_text" type: BYTES domain: "comment_text" }'
    'string_domain { name: "comment_text" value: "one" }',
    schema_pb2.Schema(),
  )
  folder = tmp_path / "Split-train"
  folder.mkdir()
  statistics = tfdv.generate_statistics_from_dataframe(
    pd.DataFrame({"comment_text": ["zebrafish"]})
  )
  anomalies = tfdv.validate_statistics(statistics, schema)
  assert "zebrafish" in str(anomalies)
  (folder / "SchemaDiff.pb").write_bytes(anomalies.SerializeToString())
  found = standard_artifacts.ExampleAnomalies()
  found.uri = str(tmp_path)
  with pytest.raises(InputError) as error:
    AnomalyGate.EXECUTOR_SPEC.executor_class._FUNCTION(found)
  assert "Split-train: comment_text: Unexpected string values" in str(error.value)
  assert "zebrafish" not in str(error.value)
