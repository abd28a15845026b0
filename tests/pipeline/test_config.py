import dataclasses
import subprocess
import sys

import pytest

from clp_tfx.errors import InputError
from clp_tfx.pipeline.config import PipelineConfig, load_config
from clp_tfx.pipeline.sections import DeploymentOptions, GateOptions


def test_defaults_are_valid_and_documented():
  fields = [
    field
    for section in vars(PipelineConfig()).values()
    for field in dataclasses.fields(section)
  ]
  assert len(fields) == len({field.name for field in fields}) == 88
  for field in fields:
    assert field.metadata["help"].endswith(".")


def test_numbers_become_floats_and_a_single_file_a_tuple():
  config = PipelineConfig.of(max_flip_rate=0, comments="a.csv")
  assert isinstance(config.gate.max_flip_rate, float)
  assert config.data.comments == ("a.csv",)
  several = PipelineConfig.of(comments=["a.csv", "b.csv"])
  assert several.data.comments == ("a.csv", "b.csv")


def test_bounds_by_group_several_thresholds_and_yes_or_no():
  config = PipelineConfig.of(
    max_flip_rate_of=["gender/female=0.1", "a=b=1"],
    other_thresholds=[0.3, 1],
    example_texts=False,
  )
  assert config.gate.group_bounds == {"gender/female": 0.1, "a=b": 1.0}
  assert config.gate.other_thresholds == (0.3, 1.0)
  assert not config.gate.example_texts


@pytest.mark.parametrize(
  ("values", "message"),
  [
    ({"epochs": 0}, "--epochs to be at least 1. Received: 0"),
    ({"epocs": 3}, "Unknown option 'epocs' in the configuration: the closest known"),
    ({"training": {"epochs": 0}}, "--epochs to be at least 1. Received: 0"),
    ({"epochs": 1, "training": {"epochs": 1}}, "epochs is given twice"),
    ({"decision_threshold": 1}, "--decision-threshold to be above 0 and below 1"),
    ({"decision_threshold": 0.0}, "above 0 and below 1. Received: 0.0"),
    ({"min_confidence": 2}, "--min-confidence to be at most 1. Received: 2"),
    (
      {"counterfactual_fn": "f"},
      "dotted path such as my_module.rewrite. Received: 'f'",
    ),
    ({"model_fn": "other"}, "one of convolution, bag_of_embeddings, transformer"),
    ({"optimizer": "Adam"}, "--optimizer to be a mapping. Received: 'Adam'"),
    ({"optimizer": {"name": "Adam"}}, "a class_name and a config, such as"),
    ({"optimizer": {"class_name": "Adam", "config": 1}}, "a class_name and a config"),
    (
      {
        "optimizer": {"class_name": "Adam", "config": {"learning_rate": 0.1}},
        "learning_rate": 0.2,
      },
      "0.1 in the optimizer's config and learning_rate 0.2; leave one out.",
    ),
    ({"inputs_fn": "f"}, "--inputs-fn to be a dotted path such as"),
    ({"input_features": ["age"]}, "inputs of them. Received: age and none"),
    ({"inputs_fn": "m.f", "preprocessing_fn": "m.g"}, "Received: m.f and m.g; leave"),
    ({"padding": {"ids": 1}}, "Expected padding as a value and a maximum of at least"),
    ({"padding": {"ids": {"maximum": 0}}}, "Received: {'maximum': 0} for ids"),
    ({"padding": {"ids": {"max": 1}}}, "Received: {'max': 1} for ids"),
    ({"padding": {"ids": {"value": [1]}}}, "Received: {'value': [1]} for ids"),
    ({"model_fn": "encoder"}, "Expected model_fn encoder together with encoder, the"),
    ({"encoder": "folder"}, "Received: model_fn convolution and encoder folder."),
    ({"encoder_layers_trained": 2}, "together with an encoder. Received: 2 and none"),
    (
      {"model_fn": "encoder", "encoder": "folder", "max_tokens": 2},
      "at least 3 with an encoder, which takes two of them",
    ),
    (
      {"model_fn": "encoder", "encoder": "folder", "preprocessing": {}},
      "Expected no --preprocessing for an encoder's own tokenizer",
    ),
    ({"vertex_training": "8 cores"}, "--vertex-training to be a machine type"),
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
    (
      {"max_flip_rate_of": ["gender=0.1", "gender=0.2"]},
      "Expected --max-flip-rate-of for gender once",
    ),
    (
      {"resources": ["Trainer=8,30", "Trainer=8,60"]},
      "Expected --resources for Trainer once",
    ),
    ({"example_texts": "no"}, "--example-texts to be a yes or no. Received: 'no'"),
    ({"resources": "Trainer=8"}, "Expected --resources to be a component, CPUs"),
    ({"resources": "Trainer=0,1"}, "Received: 'Trainer=0,1'"),
    ({"resources": "Trainer=8,30,T4"}, "Received: 'Trainer=8,30,T4'"),
    ({"schema_version": "2"}, "--schema-version to be one of 2.0, 2.1"),
    ({"gate_on": "mean"}, "--gate-on to be one of upper_bound, point"),
    ({"baseline": "other"}, "--baseline to be one of control, blessed, none"),
    ({"baseline": "none", "min_auc": 0.5}, "Expected --min-auc above 0.5"),
    ({"baseline": "blessed", "min_auc": 0.0}, "Expected --min-auc above 0.5"),
  ],
)
def test_wrong_values_are_refused(values, message):
  with pytest.raises(InputError) as error:
    PipelineConfig.of(**values)
  assert message in str(error.value)


@pytest.mark.parametrize(
  ("options", "expected"),
  [
    ({"image": "clp-tfx:1"}, "clp-tfx:1-gpu"),
    ({"image": "host:80/p/clp-tfx:v1.2"}, "host:80/p/clp-tfx:v1.2-gpu"),
    ({"image": "clp-tfx:1-gpu"}, "clp-tfx:1-gpu"),
    ({"image": "clp-tfx", "gpu_image": "own"}, "own"),
  ],
)
def test_the_image_with_cuda(options, expected):
  assert PipelineConfig.of(**options).deployment.image_with_cuda == expected


@pytest.mark.parametrize(
  "image", [None, "clp-tfx", "host:80/p/clp-tfx", "clp-tfx:1@sha256:0f"]
)
def test_no_image_with_cuda_without_a_tag(image):
  with pytest.raises(InputError, match=f"--gpu-image.*Received: {image or 'none'}."):
    _ = PipelineConfig.of(image=image).deployment.image_with_cuda


def test_what_the_components_take():
  config = PipelineConfig.of(
    **{"text_feature": "text", "label_feature": "label", "decision_threshold": 0.25},
    **{
      "method": "substitution",
      "identity_terms": "identity_de",
      "counterfactuals": "one",
    },
  )
  options = config.generator_options
  assert (options.text_feature, options.label_feature) == ("text", "label")
  assert (options.method, options.identity_terms) == ("substitution", "identity_de")
  hparams = config.hparams
  assert (hparams.text_feature, hparams.decision_threshold) == ("text", 0.25)
  assert hparams.counterfactuals == "one"
  assert hparams.checkpoint_dir is None


def test_flat_values_and_back():
  config = PipelineConfig.of(epochs=2, gate={"max_flip_rate": 0.1}, workers=3)
  flat = config.flat()
  assert len(flat) == 88
  assert (flat["epochs"], flat["max_flip_rate"], flat["workers"]) == (2, 0.1, 3)
  assert PipelineConfig.of(**flat) == config
  changed = config.replace(epochs=4)
  assert changed.flat() == {**flat, "epochs": 4}
  assert config == PipelineConfig(
    training=dataclasses.replace(PipelineConfig().training, epochs=2),
    gate=GateOptions(max_flip_rate=0.1),
    deployment=DeploymentOptions(workers=3),
  )


def test_an_option_in_place_of_a_section_is_refused():
  # Both an option and a section; 0.1 took the option.
  with pytest.raises(InputError, match=r"PipelineConfig\.of takes .* Received: 'one'"):
    PipelineConfig(counterfactuals="one")


def test_a_section_names_its_options_as_python_does():
  with pytest.raises(InputError, match="Expected 'max_flip_rate' to be at most 1"):
    GateOptions(max_flip_rate=2)


def test_the_configuration_needs_no_tensorflow():
  code = (
    "import sys, clp_tfx.pipeline.config\n"
    "print(sorted({'tensorflow', 'keras', 'apache_beam', 'tfx'} & set(sys.modules)))"
  )
  done = subprocess.run(
    [sys.executable, "-c", code], capture_output=True, text=True, check=True
  )
  assert done.stdout == "[]\n"


def test_reads_yaml(tmp_path):
  path = tmp_path / "config.yaml"
  path.write_text("max-flip-rate: 0.1\nepochs: 2\ncomments: [a.csv]\n")
  values = load_config(str(path))
  assert values == {"max_flip_rate": 0.1, "epochs": 2, "comments": ["a.csv"]}
  path.write_text(
    "epochs: 2\ncounterfactuals: one\ngate: {max-flip-rate: 0.1}\ntraining:\n"
  )
  grouped = {"epochs": 2, "counterfactuals": "one", "max_flip_rate": 0.1}
  assert load_config(str(path)) == grouped
  # A mapping is the section of that name, anything else the option.
  path.write_text("counterfactuals: {method: substitution}\n")
  assert load_config(str(path)) == {"method": "substitution"}
  # PyYAML alone takes these for texts.
  path.write_text("optimizer: {config: {learning_rate: 3e-5, a: 1E+2, b: x1e5}}\n")
  numbers = {"learning_rate": 0.00003, "a": 100.0, "b": "x1e5"}
  assert load_config(str(path)) == {"optimizer": {"config": numbers}}
  (tmp_path / "empty.yaml").write_text("")
  assert load_config(str(tmp_path / "empty.yaml")) == {}


@pytest.mark.parametrize(
  ("content", "message"),
  [
    (b"epocs: 2", "Unknown option 'epocs' in"),
    (b"epocs: 2", ": the closest known name is epochs."),
    (b"max-flip-rat: 2", ": the closest known name is max_flip_rate."),
    (b"gates: {}", ": the closest known name is gate."),
    (b"xyzzy: 2", ": clp-tfx compile --help lists all options."),
    (b"gate: {min_ac: 1}", "in section gate of"),
    (b"gate: {min_ac: 1}", ": the closest known name is min_auc."),
    (b"gate: {epochs: 1}", "is an option of the section training, not of gate"),
    (b"gate: 1", "Expected gate in"),
    (b"min_auc: 1\ngate: {min-auc: 1}", "min_auc is given twice in"),
    (b"gate: {min_auc: 1, min-auc: 1}", "option of gate is given twice in"),
    (b"min_auc: 1\nmin_auc: 1", "min_auc is given twice, leave one out"),
    (b"gate: {min_auc: 1, min_auc: 1}", "min_auc is given twice, leave one out"),
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
    assert PipelineConfig.of(**load_config(str(path)))


CLASSES = {"label_feature": "kind", "classes": ["ok", "rude", "hateful"]}


def test_classes_and_their_bounds():
  config = PipelineConfig.of(**CLASSES, max_flip_rate_of_class=["rude=0.1"])
  assert config.hparams.classes == ("ok", "rude", "hateful")
  assert config.hparams.num_logits == 3
  assert config.gate.class_bounds == {"rude": 0.1}


@pytest.mark.parametrize(
  ("values", "message"),
  [
    ({"classes": ["ok"]}, "at least two classes. Received: ok"),
    ({"classes": ["ok", "ok"]}, "--classes for ok once"),
    ({"classes": ["ok", " rude"]}, "without blanks at their ends. Received: ' rude'"),
    ({"label_feature": ["a", "b"]}, "one label with --classes. Received: a, b"),
    ({"label_threshold": 0.3}, "no --label-threshold with --classes"),
    ({"other_thresholds": [0.3]}, "no --other-thresholds with --classes"),
    ({"decision_threshold": 0.3}, "no --decision-threshold with --classes"),
    ({"only_when_label_below": 0.5}, "no --only-when-label-below with --classes"),
    ({"max_flip_rate_of_class": ["vile=0.1"]}, "one of ok, rude, hateful. .*: vile"),
    ({"max_flip_rate_of_class": ["rude=2"]}, "class rude to be a number from 0 to 1"),
    ({"max_flip_rate_of_class": ["rude"]}, "a class and a bound, such as spam=0.1"),
  ],
)
def test_what_does_not_go_with_classes(values, message):
  with pytest.raises(InputError, match=message):
    PipelineConfig.of(**{**CLASSES, **values})


def test_a_bound_of_a_class_needs_classes():
  with pytest.raises(InputError, match="name one of --classes. Received: rude"):
    PipelineConfig.of(max_flip_rate_of_class=["rude=0.1"])


@pytest.mark.parametrize(
  ("values", "message"),
  [
    ({"classes": ["a", "b"]}, "no --classes with --flip-tolerance"),
    ({"label_threshold": 0.3}, "no --label-threshold with --flip-tolerance"),
    ({"other_thresholds": [0.3]}, "no --other-thresholds with --flip-tolerance"),
    ({"label_feature": ["a", "b"]}, "one label with --flip-tolerance. Received: a, b"),
    ({"counterfactual_loss": "jensen_shannon"}, "mse or mae with --flip-tolerance"),
  ],
)
def test_what_does_not_go_with_ratings(values, message):
  with pytest.raises(InputError, match=message):
    PipelineConfig.of(flip_tolerance=0.5, **values)


def test_a_bound_on_the_gap_needs_ratings():
  with pytest.raises(InputError, match="--max-gap together with --flip-tolerance"):
    PipelineConfig.of(max_gap=0.2)
  config = PipelineConfig.of(max_gap=0.2, flip_tolerance=0.5)
  assert config.data.is_rating and config.hparams.flip_tolerance == 0.5
