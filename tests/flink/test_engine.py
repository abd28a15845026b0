"""The pipeline's Beam components on Flink, against the DirectRunner.

Training reads the examples in the order of their shards, which may differ between
runners. The tests therefore evaluate the same model on both.
"""

import sys
from collections import Counter

import pytest
import tensorflow as tf
from tfx import v1 as tfx
from tfx.components.evaluator.executor import Executor
from tfx.types import artifact_utils

from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.pipeline.pipeline import create_pipeline
from clp_tfx.runners.local import prepare_data
from clp_tfx.tfma import load_results
from pipelines.flink.cluster import flink_cluster

from ..conftest import clp_tfx, flags, summary_of

pytestmark = [pytest.mark.e2e, pytest.mark.flink]

# A plain model whose decisions flip; the gate lets it pass.
OPTIONS = {
  "epochs": 3,
  "baseline": "none",
  "counterfactual_loss_weight": 0,
  "min_auc": 0.51,
  "max_flip_rate": 1,
  "min_positive_ratio": 0,
  "max_positive_ratio": 0,
}
OVERALL = "flip_rate/overall@"
OTHER_THRESHOLDS = (0.3, 0.35, 0.4, 0.45)
BEAM_COMPONENTS = {
  "CommentsExampleGen",
  "CounterfactualGen",
  "StatisticsGen",
  "Transform",
  "Evaluator",
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
  with flink_cluster(tmp_path_factory.mktemp("cluster"), task_managers=2) as started:
    yield started


@pytest.fixture(scope="module")
def on_flink(tmp_path_factory, cluster):
  """A run with its Beam components on Flink; its summary and its folder."""
  folder = tmp_path_factory.mktemp("flink")
  runner, *beam_args = cluster.beam_args
  done = clp_tfx(
    "run",
    *("--output", "out", *flags(OPTIONS)),
    *(f"--other-thresholds={threshold}" for threshold in OTHER_THRESHOLDS),
    *("--beam-runner", runner.removeprefix("--runner=")),
    *(f"--beam-args={argument}" for argument in beam_args),
    cwd=folder,
  )
  assert done.returncode == 0, done.stderr
  return summary_of(folder / "out"), folder / "out"


@pytest.fixture(scope="module")
def direct(tmp_path_factory):
  """The same comments, prepared by the DirectRunner."""
  output = tmp_path_factory.mktemp("direct")
  prepare_data(PipelineConfig.of(output=str(output), **OPTIONS), sys.stdout)
  return output


def made_by(output, component, key):
  """Returns the folder of the only artifact of its kind."""
  (folder,) = (output / "pipeline_root" / component / key).iterdir()
  return folder


def records(folder):
  """Returns the number of occurrences of each record."""
  paths = [str(path) for path in folder.iterdir()]
  read = tf.data.TFRecordDataset(paths, compression_type="GZIP")
  return Counter(read.as_numpy_iterator())


def test_the_work_was_done_by_the_workers_of_both_task_managers(cluster, on_flink):
  summary, _ = on_flink
  assert not BEAM_COMPONENTS & set(summary["cached"])
  jobs = cluster.rest("/jobs/overview")["jobs"]
  assert [job["state"] for job in jobs] == ["FINISHED"] * len(BEAM_COMPONENTS)
  for name in cluster.task_managers:
    log = (cluster.logs / f"{name}-pool.log").read_text()
    assert log.count("Starting worker") >= len(BEAM_COMPONENTS)


@pytest.mark.parametrize("split", ["train", "eval", "test"])
def test_the_same_counterfactual_examples(on_flink, direct, split):
  found, expected = (
    records(made_by(output, "CounterfactualGen", "examples") / f"Split-{split}")
    for output in (on_flink[1], direct)
  )
  assert expected
  assert found == expected


def test_the_same_statistics_and_the_same_vocabulary(on_flink, direct):
  for component, key, pattern in (
    ("CounterfactualGen", "counterfactual_statistics", "*.json"),
    ("Transform", "transform_graph", "transform_fn/assets/*"),
  ):
    found, expected = (
      {path.name: path.read_bytes() for path in folder.glob(pattern)}
      for folder in (
        made_by(output, component, key) for output in (on_flink[1], direct)
      )
    )
    assert expected
    assert found == expected


def values(evaluation):
  """Returns every number of an evaluation, by slice and metric."""
  (result,) = load_results(str(evaluation)).values()
  return {
    (key, name): float(value["doubleValue"])
    for key, metrics in result.slicing_metrics
    for name, value in metrics[""][""].items()
    if "doubleValue" in value
  }


def artifact(kind, uri):
  made = kind()
  made.uri = str(uri)
  return made


def evaluated_by_the_direct_runner(output, folder):
  """Evaluates the run's model on the run's data; returns the evaluation."""
  comments = str(output / "demo_comments.csv")
  config = PipelineConfig.of(
    comments=comments,
    output=str(output),
    other_thresholds=OTHER_THRESHOLDS,
    **OPTIONS,
  )
  (evaluator,) = (
    node for node in create_pipeline(config).components if node.id == "Evaluator"
  )
  kinds = tfx.types.standard_artifacts
  examples = artifact(kinds.Examples, made_by(output, "CounterfactualGen", "examples"))
  examples.split_names = artifact_utils.encode_split_names(["train", "eval", "test"])
  model = artifact(kinds.Model, made_by(output, "Trainer", "model"))
  evaluation = artifact(kinds.ModelEvaluation, folder / "evaluation")
  blessing = artifact(kinds.ModelBlessing, folder / "blessing")
  Executor().Do(
    {"examples": [examples], "model": [model]},
    {"evaluation": [evaluation], "blessing": [blessing]},
    evaluator.exec_properties,
  )
  return evaluation.uri


def test_the_same_evaluation_of_one_model(on_flink, tmp_path):
  summary, output = on_flink
  found = values(output / summary["evaluation"])
  expected = values(evaluated_by_the_direct_runner(output, tmp_path))
  assert found == pytest.approx(expected, rel=0, abs=1e-6, nan_ok=True)
  assert summary["clp"]["pairs"] > 30
  assert any(rate > 0 for (_, name), rate in found.items() if OVERALL in name)
