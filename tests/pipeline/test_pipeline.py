import json

import pytest

from clp_tfx.errors import InputError
from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.pipeline.pipeline import create_pipeline

from ..training.encoder_folders import PIECES, write_configuration


def properties(config):
  """Returns the execution properties of each component."""
  nodes = create_pipeline(config).components
  return {node.id: dict(node.exec_properties) for node in nodes}


def test_a_pipeline_with_a_bound_for_a_group_of_a_remote_lexicon(
  memory_files, tmp_path
):
  memory_files["memory://b/terms.csv"] = b"term,group\nman,gender/male\n"
  config = PipelineConfig.of(
    comments=(str(tmp_path / "comments.csv"),),
    output=str(tmp_path),
    identity_terms="memory://b/terms.csv",
    max_flip_rate_of=("gender/male=0.1",),
  )
  found = properties(config)
  assert found["CounterfactualGen"]["identity_terms"] == "memory://b/terms.csv"
  assert "gender/male" in found["Evaluator"]["eval_config"]


def of_transform(**options):
  found = properties(PipelineConfig.of(comments="comments.csv", **options))["Transform"]
  return found["preprocessing_fn"], json.loads(found["custom_config"])


def test_what_the_preprocessing_is_given():
  words = {"text_feature": "comment_text", "vocabulary_size": 20_000, "max_tokens": 512}
  default = "clp_tfx.modules.preprocessing.preprocessing_fn"
  # Not a key more, which would be another key of the cache.
  assert of_transform() == (default, words)
  own = {"lower": True}
  given = {**words, "preprocessing": own}
  assert of_transform(preprocessing=own) == (default, given)
  inputs_fn = f"{__name__}.of_transform"
  expected = {
    "text_feature": "comment_text",
    "inputs_fn": inputs_fn,
    "preprocessing": own,
  }
  assert of_transform(inputs_fn=inputs_fn, preprocessing=own) == (
    "clp_tfx.modules.model_inputs.preprocessing_fn",
    expected,
  )
  of_columns = of_transform(inputs_fn=inputs_fn, input_features=["age"])
  assert of_columns[1]["input_features"] == ["age"]


def test_an_optimizer_that_keras_does_not_have_is_refused_before_any_run():
  with pytest.raises(InputError, match="to be classes of keras.optimizers"):
    of_transform(optimizer={"class_name": "Adamm"})


def test_an_encoders_files_are_part_of_what_its_components_are_cached_by(tmp_path):
  pytest.importorskip("keras_hub", reason="Needs pip install 'clp-tfx[encoder]'.")
  folder = write_configuration(tmp_path)
  weights = tmp_path / "model.safetensors"
  options = {"comments": "comments.csv", "model_fn": "encoder", "encoder": folder}
  found = []
  for content in (b"a", b"b"):
    weights.write_bytes(content)
    found.append(properties(PipelineConfig.of(**options)))
  changed = {name for name in found[0] if found[0][name] != found[1][name]}
  assert changed == TRAINERS
  transform = found[0]["Transform"]
  assert json.loads(transform["custom_config"]) == {
    "text_feature": "comment_text",
    "inputs_fn": "clp_tfx.modules.encoder_tokens.token_ids",
    "preprocessing": {"encoder": folder, "max_tokens": 128},
  }
  (tmp_path / "vocab.txt").write_text("\n".join([*PIECES, "new"]))
  last = properties(PipelineConfig.of(**options))
  assert last["Transform"] != transform


def test_a_frozen_encoder_is_applied_in_transform_for_all_trainings(tmp_path):
  pytest.importorskip("keras_hub", reason="Needs pip install 'clp-tfx[encoder]'.")
  options = {"comments": "comments.csv", "model_fn": "encoder"}
  options |= {"encoder": write_configuration(tmp_path), "encoder_layers_trained": 0}
  found = []
  for content in (b"a", b"b"):
    (tmp_path / "model.safetensors").write_bytes(content)
    found.append(properties(PipelineConfig.of(**options)))
  custom_config = json.loads(found[0]["Transform"]["custom_config"])
  assert custom_config["inputs_fn"] == "clp_tfx.modules.frozen_encoder.embeddings"
  changed = {name for name in found[0] if found[0][name] != found[1][name]}
  assert changed == {"Transform", *TRAINERS}


TRAINERS = {"Trainer", "ControlTrainer"}


@pytest.mark.parametrize(
  "file, components",
  [
    ("my_model.py", TRAINERS),
    ("my_layers.py", TRAINERS),
    ("base.keras", TRAINERS),
    ("my_preprocessing.py", {"Transform"}),
    ("my_tokens.py", {"Transform"}),
    ("my_rewriting.py", {"CounterfactualGen"}),
    ("my_rules.py", {"CounterfactualGen"}),
    ("schema.pbtxt", {"ImportSchemaGen"}),
  ],
)
def test_what_a_users_file_changes(tmp_path, monkeypatch, file, components):
  sources = {
    "my_model.py": "def build_model(h, t):\n  import my_layers\n",
    "my_layers.py": "",
    "base.keras": "",
    "my_preprocessing.py": "from my_tokens import preprocessing_fn\n",
    "my_tokens.py": "",
    "my_rewriting.py": "from my_rules import rewrite\n",
    "my_rules.py": "",
    "schema.pbtxt": "",
  }
  for name, source in sources.items():
    (tmp_path / name).write_text(source)
  monkeypatch.syspath_prepend(tmp_path)
  config = PipelineConfig.of(
    comments=(str(tmp_path / "comments.csv"),),
    output=str(tmp_path),
    model_fn="my_model.build_model",
    base_model=str(tmp_path / "base.keras"),
    preprocessing_fn="my_preprocessing.preprocessing_fn",
    counterfactual_fn="my_rewriting.rewrite",
    schema=str(tmp_path / "schema.pbtxt"),
  )
  before = properties(config)
  (tmp_path / file).write_text(f"{sources[file]}# An edit.\n")
  after = properties(config)
  assert {id_ for id_ in after if after[id_] != before[id_]} == components
