import dataclasses

import pytest

from clp_tfx.errors import InputError
from clp_tfx.pipeline.config import PipelineConfig, load_config


def test_defaults_are_valid_and_documented():
  for field in dataclasses.fields(PipelineConfig()):
    assert field.metadata["help"].endswith(".")


def test_numbers_become_floats_and_a_single_file_a_tuple():
  config = PipelineConfig(max_flip_rate=0, comments="a.csv")
  assert isinstance(config.max_flip_rate, float)
  assert config.comments == ("a.csv",)
  assert PipelineConfig(comments=["a.csv", "b.csv"]).comments == ("a.csv", "b.csv")


def test_bounds_by_group_several_thresholds_and_yes_or_no():
  config = PipelineConfig(
    max_flip_rate_of=["gender/female=0.1", "a=b=1"],
    other_thresholds=[0.3, 1],
    example_texts=False,
  )
  assert config.group_bounds == {"gender/female": 0.1, "a=b": 1.0}
  assert config.other_thresholds == (0.3, 1.0)
  assert not config.example_texts


@pytest.mark.parametrize(
  ("values", "message"),
  [
    ({"epochs": 0}, "--epochs to be at least 1. Received: 0"),
    ({"epochs": "3"}, "--epochs to be a whole number. Received: '3'"),
    ({"epochs": True}, "--epochs to be a whole number"),
    ({"max_flip_rate": 1.5}, "--max-flip-rate to be at most 1. Received: 1.5"),
    ({"max_flip_rate": float("nan")}, "--max-flip-rate to be at least 0"),
    ({"counterfactual_loss_weight": float("inf")}, "to be finite"),
    ({"counterfactual_loss_weight": -1.0}, "--counterfactual-loss-weight"),
    ({"text_feature": None}, "--text-feature to be a text. Received: None"),
    ({"comments": 3}, "--comments to be a list of texts"),
    ({"comments": [1]}, "--comments to be a list of texts"),
    ({"other_thresholds": ["x"]}, "--other-thresholds to be a list of numbers"),
    ({"other_thresholds": [2]}, "--other-thresholds to be at most 1. Received: 2"),
    ({"max_flip_rate_of": "0.1"}, "such as gender/female=0.1. Received: '0.1'"),
    ({"max_flip_rate_of": "gender=few"}, "from 0 to 1. Received: 'few'"),
    ({"example_texts": "no"}, "--example-texts to be a yes or no. Received: 'no'"),
    ({"resources": "Trainer=8"}, "Expected --resources to be a component, CPUs"),
    ({"resources": "Trainer=0,1"}, "Received: 'Trainer=0,1'"),
    ({"resources": "Trainer=8,30,T4"}, "Received: 'Trainer=8,30,T4'"),
    ({"schema_version": "2"}, "--schema-version to be one of 2.0, 2.1"),
    ({"gate_on": "mean"}, "--gate-on to be one of upper_bound, point"),
    ({"baseline": "other"}, "--baseline to be one of control, blessed, none"),
    ({"baseline": "none", "min_auc": 0.5}, "give --min-auc above 0.5"),
    ({"baseline": "blessed", "min_auc": 0.0}, "give --min-auc above 0.5"),
  ],
)
def test_wrong_values_are_refused(values, message):
  with pytest.raises(InputError) as error:
    PipelineConfig(**values)
  assert message in str(error.value)


def test_reads_yaml(tmp_path):
  path = tmp_path / "config.yaml"
  path.write_text("max-flip-rate: 0.1\nepochs: 2\ncomments: [a.csv]\n")
  values = load_config(str(path))
  assert values == {"max_flip_rate": 0.1, "epochs": 2, "comments": ["a.csv"]}
  (tmp_path / "empty.yaml").write_text("")
  assert load_config(str(tmp_path / "empty.yaml")) == {}


@pytest.mark.parametrize(
  ("content", "message"),
  [
    (b"epocs: 2", "Unknown options ['epocs']"),
    (b"- 1", "Received: list"),
    (b"a: [", "cannot be read"),
    (b"\xff\xfe\x00", "cannot be read"),
    (b"!!python/object/apply:os.system ['true']", "cannot be read"),
  ],
)
def test_faulty_yaml_is_refused(tmp_path, content, message):
  path = tmp_path / "config.yaml"
  path.write_bytes(content)
  with pytest.raises(InputError) as error:
    load_config(str(path))
  assert message in str(error.value)
  assert str(path) in str(error.value)


def test_missing_yaml_is_refused(tmp_path):
  with pytest.raises(InputError, match=r"none\.yaml cannot be read"):
    load_config(str(tmp_path / "none.yaml"))


def test_every_configuration_that_is_shipped_is_valid():
  import pathlib

  folder = pathlib.Path(__file__).parents[2] / "pipelines"
  for path in folder.glob("*.yaml"):
    assert PipelineConfig(**load_config(str(path)))
