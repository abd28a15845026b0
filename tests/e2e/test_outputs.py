"""Models of classes and ratings: refused and pushed, with NumPy's figures."""

import io
import json
import shutil
import types
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.runners.kubeflow import compile_job
from clp_tfx.runners.local import run_locally
from clp_tfx.sweep.local import sweep_locally

from ..conftest import clp_tfx, flags, made_once, summary_of
from ..test_docs import commands
from .comments_of_outputs import CLASSES, write_comments

pytestmark = pytest.mark.e2e

OPTIONS = {
  "label_feature": "kind",
  "model_fn": "bag_of_embeddings",
  "learning_rate": 0.02,
  "epochs": 3,
  "batch_size": 16,
  "baseline": "none",
  "max_flip_rate": 0.15,
  "max_flip_rate_of_class": "hateful=0.15",
  "min_pairs": 5,
}
# Far too low to remove the bias, and enough.
LOW, ENOUGH = 0.001, 2.0
GIVEN = [
  *flags({**OPTIONS, "counterfactual_loss_weight": ENOUGH}),
  *(f"--classes={name}" for name in CLASSES),
]
NO_RATIO = {"min_positive_ratio": 0, "max_positive_ratio": 0}


@pytest.fixture(scope="session")
def classes(tmp_path_factory):
  """A run with enough weight; `classes.folder` has its comments and `out`."""

  def run(folder):
    write_comments(folder / "comments.csv")
    given = ("run", "--comments", "comments.csv", "--output", "out", *GIVEN)
    return {**vars(clp_tfx(*given, cwd=folder)), "folder": str(folder)}

  done = types.SimpleNamespace(**made_once(tmp_path_factory, "classes", run))
  done.folder = Path(done.folder)
  return done


def configured(classes, **values):
  """Returns the configuration of the run, with some values replaced."""
  given = {
    **OPTIONS,
    "classes": CLASSES,
    "counterfactual_loss_weight": ENOUGH,
    "comments": str(classes.folder / "comments.csv"),
    "output": str(classes.folder / "out"),
  }
  return PipelineConfig.of(**{**given, **values})


def pairs_of(output):
  """Returns the originals and the counterfactuals of the test split."""
  originals, counterfactuals = [], []
  examples = output / "pipeline_root/CounterfactualGen/examples"
  for path in examples.glob("*/Split-test/*"):
    for record in tf.data.TFRecordDataset(str(path), "GZIP").as_numpy_iterator():
      feature = tf.train.Example.FromString(record).features.feature
      after = feature["counterfactual_text"].bytes_list.value
      originals += list(feature["comment_text"].bytes_list.value) * len(after)
      counterfactuals += after
  return originals, counterfactuals


def test_pushed_with_enough_weight(classes):
  assert classes.returncode == 0, classes.stdout + classes.stderr
  summary = summary_of(classes.folder / "out")
  assert summary["gate"]["blessed"] and summary["clp"]["auc"] > 0.9
  slices = {check["slice"] for check in summary["gate"]["checks"]}
  assert {"all", *(f"decided_class={name}" for name in CLASSES)} <= slices
  (sentence,) = (each for each in summary["gate"]["inactive"] if "Probes" in each)
  assert "the label `kind` has classes" in sentence
  assert sentence in classes.stdout
  assert "flip rate, decided hateful" in classes.stdout


def test_the_served_model_gives_the_flip_rate_in_ten_lines(classes):
  out = classes.folder / "out"
  summary = summary_of(out)
  model = tf.saved_model.load(summary["pushed_model"]).signatures["serving_text"]
  before, after = (
    model(text=tf.constant(texts))["scores"].numpy().argmax(axis=1)
    for texts in pairs_of(out)
  )
  assert summary["clp"]["pairs"] == len(before) > 50
  assert summary["clp"]["flip_rate"] == np.mean(before != after)
  for place, name in enumerate(CLASSES):
    of_class = before == place
    assert summary["clp"]["pairs_by_class"][name] == of_class.sum()
    if of_class.any():
      rate = np.mean((before != after)[of_class])
      assert summary["clp"]["flip_rate_by_class"][name] == rate


def test_page_and_record_name_the_classes(classes):
  out = classes.folder / "out"
  page = (out / "report.html").read_text()
  assert "Flip rate by class" in page
  record = json.loads((out / "record.json").read_text())
  of_classes = [row for row in record["figures"] if row["kind"] == "decided_class"]
  assert {row["name"] for row in of_classes} == set(CLASSES)
  for line in (out / "worst_flips.jsonl").open():
    flip = json.loads(line)
    assert (flip["original_class"] != flip["counterfactual_class"]) == flip["flips"]


def test_refused_without_the_weight_by_class(classes, tmp_path):
  # Beside the other run, whose data it takes from the cache.
  out = classes.folder / "out"
  (tmp_path / "out").mkdir()
  shutil.copy(out / "metadata.sqlite", tmp_path / "out")
  config = configured(
    classes,
    counterfactual_loss_weight=LOW,
    output=str(tmp_path / "out"),
    pipeline_root=str(out / "pipeline_root"),
  )
  summary = run_locally(config, io.StringIO())
  refused = {(each["metric"], each["slice"]) for each in summary["gate"]["failures"]}
  flips = "flip_rate/overall/upper_bound"
  assert {(flips, "all"), (flips, "decided_class=hateful")} <= refused
  assert not summary["pushed_model"]
  assert "Transform" in summary["cached"]


def test_a_sweep_has_the_gates_figures(classes):
  figures = summary_of(classes.folder / "out")["clp"]
  config = configured(
    classes, max_flip_rate_of_class=(), max_auc_drop=1, baseline="control", **NO_RATIO
  )
  result = sweep_locally(config, (ENOUGH,), ("mse",), 1, io.StringIO())
  assert result["recommended"] == "clp-mse-2"
  passes = {row["name"]: row["passes"] for row in result["eval"]}
  assert passes["control"] == 0
  (row,) = (row for row in result["test"] if row["name"] == "clp-mse-2")
  # The served model's probabilities are in single precision and tie near 1.
  assert row["auc"]["mean"] == pytest.approx(figures["auc"], abs=2e-3)
  assert row["flip_rate"]["mean"] == pytest.approx(figures["flip_rate"])
  upper = row["flip_rate_upper_bound"]["mean"]
  assert upper == pytest.approx(figures["flip_rate_bounds"][1])


def test_a_job_has_the_classes_and_their_bounds(classes, tmp_path):
  config = configured(classes, image="clp-tfx", pipeline_root="gs://bucket/root")
  compile_job(config, str(tmp_path / "job.json"))
  job = json.loads((tmp_path / "job.json").read_text())
  tasks = job["pipelineSpec"]["root"]["dag"]["tasks"]
  bound = "flip_rate/overall/upper_bound/decided_class=hateful"
  assert bound in json.dumps(tasks["Evaluator"])
  for name in ("CommentsExampleGen", "Trainer"):
    text = json.dumps(tasks[name])
    assert all(each in text for each in CLASSES), name


MODELS_PAGE = Path(__file__).parents[2] / "docs" / "models.md"
RATING = {
  **{name: OPTIONS[name] for name in ("model_fn", "batch_size", "baseline")},
  "learning_rate": 0.05,
  "epochs": 4,
  "counterfactual_loss_weight": LOW,
  "min_pairs": 5,
}


@pytest.fixture(scope="module")
def rating(classes, tmp_path_factory):
  """The output of the page's command, with a small model of a biased rating."""
  output = tmp_path_factory.mktemp("rating") / "out"
  page = commands(MODELS_PAGE.read_text(encoding="utf-8"))
  (words,) = (each for each in page if "--flip-tolerance" in each)
  given = flags({**RATING, "output": output})
  done = clp_tfx(*words[1:], *given, cwd=classes.folder)
  assert done.returncode == 3, done.stderr
  return output


def rating_config(classes, rating, **bounds):
  return PipelineConfig.of(
    **{**RATING, **bounds},
    comments=str(classes.folder / "comments.csv"),
    output=str(rating),
    label_feature="stars",
    flip_tolerance=0.5,
  )


def test_a_rating_is_refused_by_flips_and_gap(rating):
  gate = summary_of(rating)["gate"]
  refused = {each["metric"] for each in gate["failures"]}
  assert refused == {"flip_rate/overall/upper_bound", "counterfactual_gap/upper_bound"}
  inactive = " ".join(gate["inactive"])
  assert "AUC and the positive rate are inactive" in inactive
  assert "the label `stars` is a number" in inactive


def test_a_sweep_of_ratings(classes, rating):
  bounds = {"max_flip_rate": 0.05, "max_gap": 0.2, "baseline": "control"}
  config = rating_config(classes, rating, **bounds)
  result = sweep_locally(config, (LOW,), ("mse",), 1, io.StringIO())
  assert result["recommended"] is None and "gap" in result["reason"]
  (row,) = (each for each in result["eval"] if each["name"] == "clp-mse-0.001")
  assert 0 < row["r2"]["mean"] < 1 and row["passes"] == 0


def test_with_loose_bounds_a_rating_is_pushed_and_serves_numbers(classes, rating):
  config = rating_config(classes, rating, max_flip_rate=1.0, max_gap=4.0)
  summary = run_locally(config, io.StringIO())
  assert "Trainer" in summary["cached"] and summary["gate"]["blessed"]
  model = tf.saved_model.load(summary["pushed_model"]).signatures["serving_text"]
  before, after = (
    model(text=tf.constant(texts))["scores"].numpy().astype(float)
    for texts in pairs_of(rating)
  )
  gaps = np.abs(before - after)
  assert before.max() > 2
  assert summary["clp"]["pairs"] == len(gaps) > 50
  assert summary["clp"]["flip_rate"] == np.mean(gaps > 0.5) > 0.1
  assert summary["clp"]["counterfactual_gap"] == pytest.approx(gaps.mean(), abs=1e-6)
  page = (rating / "report.html").read_text()
  assert "changes by more than 0.5" in page and "R²" in page
