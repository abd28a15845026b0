"""A model with six labels: pushed or refused by label, through every command."""

import collections
import json
import types
from pathlib import Path

import pytest
import tensorflow as tf

from clp_tfx.report.results import NO_BLESSED_MODEL

from ..conftest import clp_tfx, flags, made_once, summary_of
from .labelled_comments import BIASED, LABELS, write_labelled_comments
from .test_replay import ON_VERTEX, numbers

pytestmark = pytest.mark.e2e

OPTIONS = {
  "model_fn": "bag_of_embeddings",
  "learning_rate": 0.02,
  "epochs": 4,
  "batch_size": 16,
  # Far too low to remove the bias.
  "counterfactual_loss_weight": 0.001,
  "baseline": "none",
  "min_auc": 0.8,
  "max_flip_rate": 0.15,
  "harm_gate": "off",
  "text_feature": "comment_text",
}
GIVEN = [f"--label-feature={label}" for label in LABELS] + flags(OPTIONS)
FAIR = [label for label in LABELS if label != BIASED]
NOT_OF_SWEEPS = ("--counterfactual-loss-weight", "--baseline", "--harm-gate")
JUDGED = [f"--gate-label={label}" for label in FAIR]
THREAT = "--decision-threshold=threat=0.4"


@pytest.fixture(scope="session")
def six(tmp_path_factory):
  """A run that is judged by the fair labels only; `six.folder` has comments and out."""

  def run(folder):
    write_labelled_comments(folder / "six.csv")
    given = ("run", "--comments", "six.csv", "--output", "out", *GIVEN)
    return {**vars(clp_tfx(*given, THREAT, *JUDGED, cwd=folder)), "folder": str(folder)}

  done = types.SimpleNamespace(**made_once(tmp_path_factory, "six", run))
  done.folder = Path(done.folder)
  return done


def failed_labels(summary):
  return {failure["label"] for failure in summary["gate"]["failures"]}


def test_pushed_if_only_fair_labels_are_judged(six):
  assert six.returncode == 0, six.stdout + six.stderr
  summary = summary_of(six.folder / "out")
  assert summary["gate"]["blessed"] and list(summary["labels"]) == list(LABELS)
  assert f"Measured without a bound: {BIASED}." in six.stdout
  # All were measured, and the bias that was planted was found.
  rates = {name: each["clp"]["flip_rate"] for name, each in summary["labels"].items()}
  assert rates[BIASED] > 0.1 > max(rates[label] for label in FAIR)
  for row in summary["training"]["clp"]:
    assert {f"val_{label}_flip_rate" for label in LABELS} <= row.keys()
  checks = {check["label"] for check in summary["gate"]["checks"]}
  assert checks == {"", *FAIR}
  metrics = {each["metric"] for each in summary["gate"]["checks"]}
  assert "flip_rate/overall/upper_bound@0.4" in metrics


def test_the_pushed_model_serves_every_label(six):
  model = tf.saved_model.load(summary_of(six.folder / "out")["pushed_model"])
  scores = model.signatures["serving_text"](text=tf.constant(["burn it", "we saw it"]))
  assert scores.keys() == LABELS.keys()
  first, second = scores["threat"][:, 0].numpy()
  assert first > 0.5 > second


def test_page_record_and_flips_are_by_label(six):
  out = six.folder / "out"
  page = (out / "report.html").read_text()
  for label in LABELS:
    assert f'id="{label}-figures"' in page and f"{label}: Worst flips" in page
    assert f"{label}: Fairness Indicators" in page
  assert page.count("<fairness-nb-container style=") == len(LABELS)
  record = json.loads((out / "record.json").read_text())
  assert {row["label"] for row in record["figures"]} == LABELS.keys()
  flips = [json.loads(line) for line in (out / "worst_flips.jsonl").open()]
  assert {flip["label"] for flip in flips} == LABELS.keys()
  number = collections.Counter(flip["label"] for flip in flips if flip["flips"])
  assert number[BIASED] > 10 > sum(number[label] for label in FAIR)


def test_refused_by_the_biased_label_and_by_name(six):
  again = clp_tfx(
    *("run", "--comments", "six.csv", "--output", "out", *GIVEN, THREAT),
    cwd=six.folder,
  )
  assert again.returncode == 3, again.stderr
  assert again.stderr.count("cached") == 7  # All but the Evaluator and the Pusher.
  assert f"  {BIASED}: flip_rate/overall/upper_bound@0.5 is 0." in again.stdout
  assert not [line for line in again.stdout.splitlines() if line.startswith("  threat")]


def test_replayed_with_the_same_figures_refused_and_not_pushed(six, tmp_path):
  # The job uses the other schema version, the resolvers find no model, and the number
  # of epochs is set at submission.
  options = {**OPTIONS, **ON_VERTEX, "schema_version": "2.1"}
  options |= {"baseline": "blessed", "epochs": 7}
  compiled = clp_tfx(
    *("compile", "--comments", six.folder / "six.csv", "--image", "clp-tfx:1"),
    *("--pipeline-root", "gs://bucket/root", "--output", "job.json", THREAT),
    *("--beam-args=--temp_location=gs://bucket/tmp", *flags(options)),
    *(f"--label-feature={label}" for label in LABELS),
    cwd=tmp_path,
  )
  assert compiled.returncode == 0, compiled.stderr
  epochs = f"--parameter=epochs={OPTIONS['epochs']}"
  done = clp_tfx("replay", "job.json", "--output", "replay", epochs, cwd=tmp_path)
  assert done.returncode == 3, done.stderr
  found = summary_of(tmp_path / "replay")
  assert failed_labels(found) == {BIASED}
  assert found["pushed_model"] is None and "Refused by the gate" in done.stdout
  assert found["gate"]["inactive"][0] == NO_BLESSED_MODEL
  assert "There is no blessed model yet" in done.stdout
  root = tmp_path / "replay" / "buckets" / "bucket" / "root"
  assert not (root / "serving_model").exists()
  expected = summary_of(six.folder / "out")
  assert numbers(found["labels"]) == pytest.approx(
    numbers(expected["labels"]), abs=1e-6
  )


def test_a_sweep_names_the_label_that_misses_its_bounds(six):
  swept = clp_tfx(
    *("sweep", "--comments", "six.csv", "--output", "out", "--seeds", 1),
    *("--weights", 0, "--max-positive-ratio", 0, "--max-auc-drop", 1),
    *(each for each in GIVEN if not each.startswith(NOT_OF_SWEEPS)),
    cwd=six.folder,
  )
  assert swept.returncode == 3, swept.stderr + swept.stdout
  assert f"None meets for {', '.join(LABELS)} a flip rate whose" in swept.stdout
  assert f"{BIASED}: upper bound of the flip rate 0." in swept.stdout
  assert f"{BIASED}: eval split, mean" in swept.stdout
  result = json.loads((six.folder / "out" / "sweep.json").read_text())
  assert {row["label"] for row in result["eval"]} == LABELS.keys()


def test_a_model_without_one_of_the_outputs_is_refused_before_it_trains(six, tmp_path):
  (tmp_path / "mine.py").write_text(
    "from clp_tfx.training.classifiers import bag_of_embeddings\n"
    "import dataclasses\n\n\n"
    "def build_model(hparams, output):\n"
    "  few = dataclasses.replace(hparams, label_names=('toxicity', 'threat'),\n"
    "                            decision_threshold=0.5)\n"
    "  return bag_of_embeddings(few, output)\n"
  )
  done = clp_tfx(
    *("run", "--comments", six.folder / "six.csv", "--output", six.folder / "out"),
    *(each for each in GIVEN if "model" not in each),
    *("--model-fn", "mine.build_model"),
    cwd=tmp_path,
  )
  assert done.returncode == 2, done.stderr
  assert "to have an output for each label, toxicity, severe_toxicity" in done.stderr
  assert "Received: toxicity, threat; name the labels with" in done.stderr
  assert "epoch 1" not in done.stderr
