import pytest
from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

from clp_tfx.errors import InputError
from clp_tfx.runners.replay.artifacts import (
  ArtifactStore,
  executor_input,
  imported,
  set_outputs,
)
from clp_tfx.runners.replay.job import Task

MODEL, BLESSING = "title: tfx.Model\n", "title: tfx.ModelBlessing\n"
BLESSED = (
  'schema_title="tfx.ModelBlessing" AND state=LIVE AND metadata.blessed.number_value=1'
)
BLESSED_MODEL = (
  'schema_title="tfx.Model" AND state=LIVE AND '
  "name=\"{{$.inputs.artifacts['input'].metadata['current_model_id']}}\""
)


def task(spec=None, component=None, executor=None):
  return Task(
    "t",
    json_format.ParseDict(spec or {}, pipeline_spec_pb2.PipelineTaskSpec()),
    json_format.ParseDict(component or {}, pipeline_spec_pb2.ComponentSpec()),
    json_format.ParseDict(
      executor or {}, pipeline_spec_pb2.PipelineDeploymentConfig.ExecutorSpec()
    ),
  )


def artifacts(name, schema, **metadata):
  found = pipeline_spec_pb2.ArtifactList()
  found.artifacts.add(name=name, uri=f"/{name}", type={"instance_schema": schema})
  found.artifacts[0].metadata.update(metadata)
  return found


def resolver(key, query):
  return task(
    executor={"resolver": {"outputArtifactQueries": {key: {"filter": query}}}}
  )


def names(found):
  return [each.name for each in found.artifacts]


def test_what_an_executor_is_told():
  told = executor_input(
    task(
      {
        "inputs": {
          "parameters": {
            "a": {"runtimeValue": {"constantValue": {"intValue": "2"}}},
            "b": {"runtimeValue": {"constant": "x"}},
            "c": {"componentInputParameter": "weight"},
          }
        }
      },
      {
        "outputDefinitions": {
          "artifacts": {"model": {"artifactType": {"instanceSchema": MODEL}}}
        }
      },
    ),
    {"examples": artifacts("e", "title: tfx.Examples\n")},
    {"weight": 0.5},
    "/run/t",
  )
  assert json_format.MessageToDict(told) == {
    "inputs": {
      "artifacts": {
        "examples": {
          "artifacts": [
            {
              "name": "e",
              "uri": "/e",
              "type": {"instanceSchema": "title: tfx.Examples\n"},
            }
          ]
        }
      },
      "parameters": {
        "a": {"intValue": "2"},
        "b": {"stringValue": "x"},
        "c": {"doubleValue": 0.5},
      },
      "parameterValues": {"a": 2.0, "b": "x", "c": 0.5},
    },
    "outputs": {
      "artifacts": {
        "model": {
          "artifacts": [
            {
              "name": "/run/t/model",
              "uri": "/run/t/model",
              "type": {"instanceSchema": MODEL},
              "metadata": {},
            }
          ]
        }
      },
      "outputFile": "/run/t/executor_output.json",
    },
  }


def test_outputs_are_what_the_executor_says(tmp_path):
  told = pipeline_spec_pb2.ExecutorInput()
  told.outputs.output_file = str(tmp_path / "output.json")
  told.outputs.artifacts["model"].CopyFrom(artifacts("m", MODEL))
  told.outputs.artifacts["run"].CopyFrom(artifacts("r", MODEL))
  (tmp_path / "output.json").write_text(
    '{"artifacts": {"model": {"artifacts": [{"metadata": {"pushed": 1}}]}}}'
  )
  set_outputs(told)
  (model,) = told.outputs.artifacts["model"].artifacts
  assert (model.name, model.uri, dict(model.metadata)) == ("m", "/m", {"pushed": 1})
  assert names(told.outputs.artifacts["run"]) == ["r"]


def test_an_importer_stands_for_what_it_names():
  found = imported(
    task(
      component={"outputDefinitions": {"artifacts": {"result": {}}}},
      executor={
        "importer": {
          "artifactUri": {"runtimeParameter": "model"},
          "typeSchema": {"instanceSchema": MODEL},
          "metadata": {"a": 1},
        }
      },
    ),
    {"model": "gs://b/m"},
  )
  (artifact,) = found["result"].artifacts
  assert (artifact.uri, artifact.type.instance_schema) == ("gs://b/m", MODEL)
  assert dict(artifact.metadata) == {"a": 1}


def test_the_latest_blessed_model(tmp_path):
  blessings = resolver("blessing", BLESSED)
  models = resolver("model", BLESSED_MODEL)
  store = ArtifactStore(tmp_path / "artifacts.json")
  nothing = store.resolved(blessings, {})
  assert names(nothing["blessing"]) == []
  assert names(store.resolved(models, {"input": nothing["blessing"]})["model"]) == []
  # Three runs: blessed, blessed, refused. The second one's model is the latest blessed.
  for run, blessed in ((1, 1), (2, 1), (3, 0)):
    store.add({"model": artifacts(f"m{run}", MODEL)})
    store.add(
      {
        "blessing": artifacts(
          f"b{run}", BLESSING, blessed=blessed, current_model_id=f"m{run}"
        )
      }
    )
  again = ArtifactStore(tmp_path / "artifacts.json")
  found = again.resolved(blessings, {})
  assert names(found["blessing"]) == ["b2"]
  assert names(again.resolved(models, {"input": found["blessing"]})["model"]) == ["m2"]


def test_a_query_of_another_kind(tmp_path):
  with pytest.raises(InputError, match="Received: uri=x"):
    ArtifactStore(tmp_path / "a.json").resolved(resolver("a", "uri=x"), {})
