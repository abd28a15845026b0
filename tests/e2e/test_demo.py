"""The demo run with all defaults, as a new user would run it."""

import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_model_analysis as tfma

from clp_tfx.pipeline.nodes import RESOLVER_ID
from clp_tfx.runners.demo_comments import demo_comments

from ..conftest import clp_tfx, summary_of

pytestmark = pytest.mark.e2e

SHOWN = "Who gains and who loses is shown without a bound: --harm-gate is shown."
COMPONENTS = [
  "CommentsExampleGen",
  "CounterfactualGen",
  "StatisticsGen",
  "SchemaGen",
  "ExampleValidator",
  "Transform",
  "ControlTrainer",
  "Trainer",
  "Evaluator",
  "Pusher",
]


def test_pushes_a_model_and_writes_a_report(demo):
  assert demo.returncode == 0, demo.stderr
  summary = summary_of(demo.output)
  gate = summary["gate"]
  assert {**gate, "checks": [], "not_judged": []} == {
    "blessed": True,
    "failures": [],
    "not_judged": [],
    "inactive": [SHOWN],
    "checks": [],
  }
  # Every bound was held against a figure of this run.
  assert all(check["passed"] and check["value"] is not None for check in gate["checks"])
  assert {"auc", "auc (change)"} <= {check["metric"] for check in gate["checks"]}
  assert "Pushed:" in demo.stdout
  assert summary["report"] == str(demo.output / "report.html")
  assert (demo.output / "report.html").stat().st_size > 10_000
  assert sorted(summary["seconds"]) == sorted(COMPONENTS)


def test_every_identity_is_measured_and_that_there_is_no_bound_is_said(demo):
  probes = summary_of(demo.output)["probes"]
  assert len(probes["identities"]) == 110
  assert all(row["displacement"]["verdict"] for row in probes["identities"])
  assert SHOWN in demo.stdout and "Probes: of 110 identities" in demo.stdout


@pytest.mark.parametrize("width", [1280, 390])
def test_the_report_can_be_read(demo, browse, width):
  opened = browse(demo.output / "report.html", width=width)
  opened.page.locator("fairness-metric-summary:visible").first.wait_for()
  assert opened.illegible() == [] and opened.faults() == []
  # Both models' evidence: what flips in one, and what comes nearest to it in the other.
  flips, widest = opened.texts("#flips h3")
  assert re.fullmatch(r"Baseline: \d+ of \d+ pairs flip", flips)
  assert widest == "CLP: no pair flips; the widest distances"
  opened.assert_quiet()


def test_record_and_model_card_lie_beside_the_report_and_the_pushed_model(demo):
  summary = summary_of(demo.output)
  record = json.loads((demo.output / "record.json").read_text())
  (file,) = record["data"]["files"]
  comments = (demo.output / "demo_comments.csv").read_bytes()
  assert file["sha256"] == hashlib.sha256(comments).hexdigest()
  assert record["data"]["splits"]["test"]["counterfactuals"] == summary["clp"]["pairs"]
  assert record["verdict"]["passed"] and record["verdict"]["pushed"]
  beside = Path(summary["pushed_model"]) / "assets.extra"
  for name in ("record.json", "model_card.html"):
    assert (beside / name).read_bytes() == (demo.output / name).read_bytes()
  # Both from the summary, as often as one likes.
  page = (demo.output / "model_card.html").read_bytes()
  again = clp_tfx("report", "out", cwd=demo.output.parent)
  assert again.returncode == 0, again.stderr
  assert (demo.output / "model_card.html").read_bytes() == page


@pytest.mark.parametrize("width", [1280, 390])
def test_the_model_card_can_be_read(demo, browse, width):
  opened = browse(demo.output / "model_card.html", width=width)
  assert opened.illegible() == [] and opened.faults() == []
  opened.assert_quiet()


def test_the_planted_bias_is_there_before_and_gone_after(demo):
  summary = summary_of(demo.output)
  before, after = summary["baseline"], summary["clp"]
  assert before["flip_rate"] >= 0.1
  assert after["flip_rate"] <= before["flip_rate"] / 5
  assert after["auc"] >= before["auc"] - 0.01
  assert after["auc"] >= 0.9
  assert after["positive_rate"] == pytest.approx(before["positive_rate"], rel=0.25)
  assert before["pairs"] == after["pairs"] >= 100
  assert set(after["flip_rate_by_group"]) >= {"gender", "gender/female"}


def test_shows_progress_and_keeps_logs_out_of_sight(demo):
  shown = demo.stderr.splitlines()
  for position, component in enumerate(summary_of(demo.output)["seconds"], start=1):
    assert f"[{position}/{len(COMPONENTS)}] {component}" in demo.stderr
  assert any("epoch 1 of" in line for line in shown)
  assert not [line for line in shown if "warning" in line.lower()]
  log = (demo.output / "clp-tfx.log").read_text()
  # Nothing looked for another Beam runner on the network.
  assert log and "prism" not in log.lower()


def test_every_comment_is_accounted_for(demo):
  expected = {split: [] for split in ("train", "eval", "test")}
  for comment in demo_comments():
    expected[comment.split].append(comment.comment_text.encode())
  for component in ("CommentsExampleGen", "CounterfactualGen"):
    root = demo.output / "pipeline_root" / component
    for split, texts in expected.items():
      paths = tf.io.gfile.glob(f"{root}/examples/*/Split-{split}/*")
      found = [
        tf.train.Example.FromString(record)
        .features.feature["comment_text"]
        .bytes_list.value[0]
        for record in tf.data.TFRecordDataset(paths, "GZIP").as_numpy_iterator()
      ]
      assert sorted(found) == sorted(texts)


def test_the_pushed_model_scores_what_the_evaluator_scored(demo):
  summary = summary_of(demo.output)
  model = tf.saved_model.load(summary["pushed_model"])
  root = demo.output / "pipeline_root" / "CounterfactualGen"
  paths = tf.io.gfile.glob(f"{root}/examples/*/Split-test/*")
  serialized = list(tf.data.TFRecordDataset(paths, "GZIP").as_numpy_iterator())
  features = [tf.train.Example.FromString(s).features.feature for s in serialized]
  texts = [f["comment_text"].bytes_list.value[0] for f in features]
  by_text = model.signatures["serving_text"](tf.constant(texts))["scores"].numpy()
  by_example = model.signatures["serving_default"](tf.constant(serialized))["scores"]
  np.testing.assert_allclose(by_text, by_example, atol=1e-6)

  # The flip rate recomputed from raw strings.
  pairs = [
    (score > 0.5, text)
    for score, f in zip(by_text.ravel(), features, strict=True)
    for text in f["counterfactual_text"].bytes_list.value
  ]
  scores = model.signatures["serving_text"](tf.constant([text for _, text in pairs]))
  flips = np.array([p for p, _ in pairs]) != (scores["scores"].numpy().ravel() > 0.5)
  assert len(pairs) == summary["clp"]["pairs"]
  assert flips.mean() == pytest.approx(summary["clp"]["flip_rate"], abs=1e-12)
  assert (by_text > 0.5).mean() == pytest.approx(summary["clp"]["positive_rate"])


def test_fairness_indicators_stand_beside_the_flip_rate(demo):
  (path,) = (demo.output / "pipeline_root" / "Evaluator" / "evaluation").iterdir()
  metrics = tfma.load_eval_result(str(path), model_name="clp").get_metrics_for_slice()
  assert "fairness_indicators_metrics/false_positive_rate@0.5" in metrics


def test_a_second_run_takes_everything_from_the_cache(demo):
  before = summary_of(demo.output)
  again = clp_tfx("run", "--output", "out", cwd=demo.output.parent)
  assert again.returncode == 0, again.stderr
  after = summary_of(demo.output)
  assert sorted(after["cached"]) == sorted(COMPONENTS)
  assert after["clp"] == before["clp"]
  assert after["pushed_model"] == before["pushed_model"]


@pytest.fixture(scope="module")
def refused(demo):
  """A run into the same folder that compares with the blessed model, and is refused.

  Before it there was `refused.before`, and in the serving folder `refused.served`.
  """
  served = demo.output / "serving_model"
  before = summary_of(demo.output)
  files = {path: path.stat().st_mtime_ns for path in served.rglob("*")}
  options = ("--baseline", "blessed", "--min-auc", 1)
  done = clp_tfx("run", "--output", "out", *options, cwd=demo.output.parent)
  done.before, done.served, done.output = before, files, demo.output
  return done


def test_a_missed_bound_refuses_and_leaves_the_served_model(refused):
  assert refused.returncode == 3, refused.stderr
  summary = summary_of(refused.output)
  ran = set(summary["seconds"]) - set(summary["cached"])
  assert {"Evaluator", "Pusher"} <= ran <= {"Evaluator", "Pusher", RESOLVER_ID}
  assert summary["pushed_model"] is None
  served = refused.output / "serving_model"
  assert refused.served
  assert {path: path.stat().st_mtime_ns for path in served.rglob("*")} == refused.served
  (failure,) = summary["gate"]["failures"]
  assert failure["metric"] == "auc"
  assert failure["bound"] == "at least 1"
  assert failure["value"] == pytest.approx(summary["clp"]["auc"])
  assert failure["reason"] in refused.stdout


def test_after_a_control_a_blessed_baseline_is_charted_as_itself(refused):
  # The model is compared with itself: the demo run blessed it.
  before, after = refused.before, summary_of(refused.output)
  assert after["baseline"]["flip_rate"] == after["clp"]["flip_rate"]
  assert before["baseline"]["flip_rate"] > after["baseline"]["flip_rate"]
  # No curves of the old control: the blessed model was not trained in this run.
  assert set(before["training"]) == {"clp", "baseline"}
  assert set(after["training"]) == {"clp"}
