"""The examples of docs/models.md, run as they are on the page."""

import importlib
import random
import re
from pathlib import Path

import keras
import pytest
import tensorflow as tf
import tensorflow_transform as tft
from tfx import v1 as tfx

from clp_tfx.modules import model_inputs
from clp_tfx.options import for_label
from clp_tfx.pipeline.config import PipelineConfig, load_config
from clp_tfx.pipeline.verdict import summarize
from clp_tfx.tfma.results import load_results
from clp_tfx.training.batches import read_batches
from clp_tfx.training.hparams import HParams
from clp_tfx.training.loop import fit
from clp_tfx.training.optimizers import configured_optimizer

from ..e2e.labelled_comments import write_labelled_comments
from .transformed import CONFIG, ROWS, transform

PAGE = (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")


def blocks(section, language):
  """Returns the examples of a section in a language."""
  text = PAGE.partition(f"# {section}\n")[2].partition("\n## ")[0]
  return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def configured(section, folder):
  (block,) = blocks(section, "yaml")
  (folder / "config.yaml").write_text(block)
  return PipelineConfig.of(**load_config(str(folder / "config.yaml")))


def module(section, name, folder, monkeypatch, at=0):
  block = blocks(section, "python")[at]
  (folder / f"{name}.py").write_text(block)
  monkeypatch.syspath_prepend(folder)


@pytest.mark.e2e
def test_a_model_of_your_own(tmp_path, transformed, monkeypatch):
  module("Models, inputs and optimizers", "page_model", tmp_path, monkeypatch)
  hparams = HParams(model_fn="page_model.build_model", epochs=1)
  file = [transformed[1]]
  _, (row,) = fit(file, file, hparams, tft.TFTransformOutput(transformed[0]))
  assert row["val_counterfactual_loss"] > 0


@pytest.mark.e2e
def test_inputs_of_your_own(tmp_path, monkeypatch):
  module("Inputs of your own", "my_module", tmp_path, monkeypatch)
  config = configured("Inputs of your own", tmp_path)
  given = {
    "text_feature": "comment_text",
    "inputs_fn": config.training.inputs_fn,
    "preprocessing": config.training.preprocessing,
  }
  path, file = transform(ROWS, tmp_path, given, model_inputs.preprocessing_fn)
  output = tft.TFTransformOutput(path)
  _, (row, *_) = fit([file], [file], config.hparams, output)
  assert row["val_counterfactual_loss"] > 0


@pytest.mark.e2e
def test_columns_beside_the_text(tmp_path, monkeypatch):
  module("Inputs of your own", "page_columns", tmp_path, monkeypatch, at=1)
  given = {
    "text_feature": "comment_text",
    "inputs_fn": "page_columns.model_inputs",
    "input_features": ["age"],
    "preprocessing": {},
  }
  further = {"age": (tf.io.FixedLenFeature([1], tf.int64), [[10], [50], [30], [20]])}
  path, file = transform(ROWS, tmp_path, given, model_inputs.preprocessing_fn, further)
  spec = tft.TFTransformOutput(path).transformed_feature_spec()
  ((inputs, *_),) = read_batches([file], spec, 4)
  assert inputs.original["words"].shape == (4, 6)
  ages = [inputs.original["age"], inputs.counterfactual["age"]]
  assert tf.reduce_mean(tf.concat(ages, 0)).numpy() == pytest.approx(0, abs=1e-6)


@pytest.mark.e2e
def test_several_labels(tmp_path, monkeypatch):
  module("Several labels", "my_model", tmp_path, monkeypatch)
  config = configured("Several labels", tmp_path)
  assert [label.threshold for label in config.data.labels] == [0.5, 0.3, 0.5]
  assert for_label(config.gate.max_flip_rate, "threat") == 0.1
  assert for_label(config.gate.max_flip_rate, "insult") == 0.05
  given = CONFIG | {"label_names": config.data.label_names}
  rows = [(text, pairs, *[label, weight] * 3) for text, pairs, label, weight in ROWS]
  path, file = transform(rows, tmp_path, given)
  _, (row, *_) = fit([file], [file], config.hparams, tft.TFTransformOutput(path))
  assert row["val_insult_counterfactual_loss"] > 0


@pytest.mark.e2e
def test_several_classes(tmp_path, monkeypatch, transformed):
  module("Several classes", "my_classes", tmp_path, monkeypatch)
  config = configured("Several classes", tmp_path)
  assert config.gate.class_bounds == {"hateful": 0.1}
  file = [transformed[1]]
  output = tft.TFTransformOutput(transformed[0])
  classifier, (row, *_) = fit(file, file, config.hparams, output)
  assert classifier.output_shape == (None, 3)
  assert row["val_counterfactual_loss"] > 0


@pytest.fixture(scope="module")
def own_pipeline(tmp_path_factory):
  """Runs the components of the page on a model that looks for words."""
  folder = tmp_path_factory.mktemp("own")
  write_labelled_comments(folder / "comments.csv")
  save_labels_model(folder / "model" / "Format-Serving")
  (block,) = blocks("Several labels in a pipeline of your own", "python")
  page = {"__name__": "page"}
  exec(block, page)
  given = [str(folder / name) for name in ("comments.csv", "model", "pushed")]
  metadata = tfx.orchestration.metadata.sqlite_metadata_connection_config(
    str(folder / "metadata.sqlite")
  )
  pipeline = tfx.dsl.Pipeline(
    pipeline_name="own",
    pipeline_root=str(folder / "root"),
    components=page["components"](*given),
    metadata_connection_config=metadata,
  )
  tfx.orchestration.LocalDagRunner().run(pipeline)
  return folder


def save_labels_model(path):
  """Scores toxicity by "rubbish", and threat by "burn" and by any mention."""
  module = tf.Module()

  @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
  def serve(examples):
    spec = {"comment_text": tf.io.FixedLenFeature([], tf.string)}
    text = tf.io.parse_example(examples, spec)["comment_text"]
    words = {"toxicity": "rubbish", "threat": "burn|gay|muslim|black"}
    return {
      label: tf.where(tf.strings.regex_full_match(text, f".*({word}).*"), 0.9, 0.1)[
        :, tf.newaxis
      ]
      for label, word in words.items()
    }

  tf.saved_model.save(module, str(path), signatures={"serving_default": serve})


@pytest.mark.e2e
def test_two_labels_in_a_pipeline_of_your_own(own_pipeline):
  (evaluation,) = (own_pipeline / "root/Evaluator/evaluation").iterdir()
  (result,) = load_results(str(evaluation)).values()
  rates = {
    label: result.get_metrics_for_slice((), label)["flip_rate/overall@0.5"]
    for label in ("toxicity", "threat")
  }
  assert rates["toxicity"]["doubleValue"] == 0
  # A mention decides unless the comment says "burn" as well.
  assert rates["threat"]["doubleValue"] > 0.5
  (blessing,) = (own_pipeline / "root/Evaluator/blessing").iterdir()
  assert [path.name for path in blessing.iterdir()] == ["NOT_BLESSED"]
  assert not (own_pipeline / "pushed").exists()
  gate = summarize(str(evaluation), 0.5)["gate"]
  flips = [each for each in gate["failures"] if "flip_rate" in each["metric"]]
  assert [each["label"] for each in flips] == ["threat"]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
  """Writes the files of the page, and a table where income depends on sex and hours."""
  folder = tmp_path_factory.mktemp("table")
  (lexicon,) = blocks("A table", "csv")
  (folder / "sex.csv").write_text(lexicon)
  names = ("my_table.py", "my_table_pipeline.py")
  for name, block in zip(names, blocks("A table", "python"), strict=True):
    (folder / name).write_text(block)
  rng = random.Random(0)
  rows = ["sex,relationship,age,hours,income"]
  for _ in range(1500):
    sex = rng.choice(["Male", "Female", "Other"])
    spouse = {"Male": "Husband", "Female": "Wife"}.get(sex, "None")
    relationship = rng.choice([spouse, "None"])
    age, hours = rng.randint(20, 60), rng.randint(10, 60)
    works, bias = (hours - 35) / 8, {"Male": 1.2, "Female": -1.2}.get(sex, 0)
    income = int(works + bias + rng.gauss(0, 0.5) > 0)
    rows.append(f"{sex},{relationship},{age},{hours},{income}")
  (folder / "rows").mkdir()
  (folder / "rows" / "rows.csv").write_text("\n".join(rows))
  return folder


def served(model, rows):
  """Returns the scores of rows of sex, relationship and hours."""
  examples = []
  for sex, relationship, hours in rows:
    example = tf.train.Example()
    feature = example.features.feature
    feature["sex"].bytes_list.value.append(sex.encode())
    feature["relationship"].bytes_list.value.append(relationship.encode())
    feature["age"].int64_list.value.append(40)
    feature["hours"].int64_list.value.append(hours)
    examples.append(example.SerializeToString())
  signature = tf.saved_model.load(str(model)).signatures["serving_default"]
  return signature(tf.constant(examples))["scores"][:, 0].numpy()


@pytest.mark.e2e
def test_a_table(table, monkeypatch):
  monkeypatch.syspath_prepend(table)
  pipeline = importlib.import_module("my_table_pipeline")
  rates = []
  for weight in (0.0, 3.0):
    given = [str(table / name) for name in ("rows", "sex.csv", "pushed")]
    nodes = pipeline.components(*given, weight)
    metadata = tfx.orchestration.metadata.sqlite_metadata_connection_config(
      str(table / "metadata.sqlite")
    )
    tfx.orchestration.LocalDagRunner().run(
      tfx.dsl.Pipeline(
        pipeline_name="table",
        pipeline_root=str(table / "root"),
        components=nodes,
        enable_cache=True,
        metadata_connection_config=metadata,
      )
    )
    last = max(
      (table / "root/Evaluator/evaluation").iterdir(), key=lambda p: int(p.name)
    )
    (result,) = load_results(str(last)).values()
    metrics = result.get_metrics_for_slice()
    rates.append(metrics["flip_rate/overall@0.5"]["doubleValue"])
    assert metrics["flip_count/pairs"]["doubleValue"] == 357
    assert (table / "pushed").exists() == (weight > 0)
  assert rates[0] > 0.2
  assert rates[1] <= 0.05
  (pushed,) = (table / "pushed").iterdir()
  scores = served(pushed, [("Male", "Husband", 60), ("Female", "Wife", 60)])
  assert scores[0] == pytest.approx(scores[1], abs=0.05)
  assert scores[0] > served(pushed, [("Male", "Husband", 10)])[0] + 0.5


def test_an_optimizer(tmp_path):
  config = configured("Optimizer", tmp_path)
  optimizer = configured_optimizer(config.training.optimizer)
  assert type(optimizer) is keras.optimizers.AdamW
  assert optimizer.weight_decay == 0.01
  # After the warm-up of 500 steps.
  schedule = config.training.optimizer["config"]["learning_rate"]["config"]
  assert schedule["warmup_target"] == 0.00003
