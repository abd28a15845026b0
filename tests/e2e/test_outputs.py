"""A model of classes: refused and pushed, through commands, with NumPy's figures."""

import json
import types
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from ..conftest import clp_tfx, flags, made_once, summary_of
from .comments_of_outputs import CLASSES, write_comments

pytestmark = pytest.mark.e2e

OPTIONS = {
  "label_feature": "biased_class",
  "model_fn": "bag_of_embeddings",
  "learning_rate": 0.02,
  "epochs": 3,
  "batch_size": 16,
  "baseline": "none",
  "max_flip_rate": 0.15,
  "max_flip_rate_of_class": "hateful=0.15",
  "min_pairs": 5,
}
GIVEN = [*flags(OPTIONS), *(f"--classes={name}" for name in CLASSES)]
NOT_OF_SWEEPS = ("--baseline", "--max-flip-rate-of-class")
# Far too low to remove the bias, and enough.
LOW, ENOUGH = "--counterfactual-loss-weight=0.001", "--counterfactual-loss-weight=2"


@pytest.fixture(scope="session")
def classes(tmp_path_factory):
  """A run with enough weight; `classes.folder` has its comments and `out`."""

  def run(folder):
    write_comments(folder / "comments.csv")
    given = ("run", "--comments", "comments.csv", "--output", "out", *GIVEN, ENOUGH)
    return {**vars(clp_tfx(*given, cwd=folder)), "folder": str(folder)}

  done = types.SimpleNamespace(**made_once(tmp_path_factory, "classes", run))
  done.folder = Path(done.folder)
  return done


def test_pushed_with_enough_weight(classes):
  assert classes.returncode == 0, classes.stdout + classes.stderr
  summary = summary_of(classes.folder / "out")
  assert summary["gate"]["blessed"] and summary["clp"]["auc"] > 0.9
  slices = {check["slice"] for check in summary["gate"]["checks"]}
  assert {"all", *(f"decided_class={name}" for name in CLASSES)} <= slices
  (sentence,) = (each for each in summary["gate"]["inactive"] if "Probes" in each)
  assert "the label `biased_class` has classes" in sentence
  assert sentence in classes.stdout
  assert "flip rate, decided hateful" in classes.stdout


def test_the_served_model_gives_the_flip_rate_in_ten_lines(classes):
  out = classes.folder / "out"
  summary = summary_of(out)
  model = tf.saved_model.load(summary["pushed_model"]).signatures["serving_text"]
  originals, counterfactuals = [], []
  for path in (out / "pipeline_root/CounterfactualGen/examples").glob("*/Split-test/*"):
    for record in tf.data.TFRecordDataset(str(path), "GZIP").as_numpy_iterator():
      feature = tf.train.Example.FromString(record).features.feature
      after = feature["counterfactual_text"].bytes_list.value
      originals += list(feature["comment_text"].bytes_list.value) * len(after)
      counterfactuals += after
  before, after = (
    model(text=tf.constant(texts))["scores"].numpy().argmax(axis=1)
    for texts in (originals, counterfactuals)
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


def test_a_replayed_job_is_refused_without_the_weight(classes, tmp_path):
  compiled = clp_tfx(
    *("compile", "--comments", classes.folder / "comments.csv", "--image", "clp-tfx"),
    *("--pipeline-root", "gs://bucket/root", "--output", "job.json", *GIVEN, LOW),
    cwd=tmp_path,
  )
  assert compiled.returncode == 0, compiled.stderr
  done = clp_tfx("replay", "job.json", "--output", "replay", cwd=tmp_path)
  assert done.returncode == 3, done.stderr
  summary = summary_of(tmp_path / "replay")
  refused = {(each["metric"], each["slice"]) for each in summary["gate"]["failures"]}
  flips = "flip_rate/overall/upper_bound"
  assert {(flips, "all"), (flips, "decided_class=hateful")} <= refused
  assert not summary["pushed_model"]


def test_a_sweep_has_the_gates_figures(classes):
  swept = clp_tfx(
    *("sweep", "--comments", "comments.csv", "--output", "out", "--seeds", 1),
    *("--weights", "2", "--losses", "mse", "--max-auc-drop", 1),
    *(each for each in GIVEN if not each.startswith(NOT_OF_SWEEPS)),
    cwd=classes.folder,
  )
  assert swept.returncode == 0, swept.stderr + swept.stdout
  result = json.loads((classes.folder / "out" / "sweep.json").read_text())
  assert result["recommended"] == "clp-mse-2"
  (row,) = (row for row in result["test"] if row["name"] == "clp-mse-2")
  figures = summary_of(classes.folder / "out")["clp"]
  assert row["auc"]["mean"] == pytest.approx(figures["auc"], abs=1e-4)
  assert row["flip_rate"]["mean"] == pytest.approx(figures["flip_rate"])
  upper = row["flip_rate_upper_bound"]["mean"]
  assert upper == pytest.approx(figures["flip_rate_bounds"][1])


def test_a_class_without_comments_is_refused_before_it_trains(classes, tmp_path):
  done = clp_tfx(
    *("run", "--comments", classes.folder / "comments.csv", "--output", "out"),
    *(*GIVEN, "--classes=vile"),
    cwd=tmp_path,
  )
  assert done.returncode == 2, done.stderr
  assert "has no comment of the class vile in its train split" in done.stderr
  assert "epoch 1" not in done.stderr
