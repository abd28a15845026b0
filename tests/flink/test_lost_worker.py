"""Losing a TaskManager in CounterfactualGen duplicates and drops no record."""

import threading
import time
from collections import Counter

import pytest
import tensorflow as tf
from tfx import v1 as tfx
from tfx.types import Channel, artifact_utils

from clp_tfx.components import CounterfactualGen, CounterfactualStatistics
from clp_tfx.components.counterfactual_gen.executor import Executor
from clp_tfx.components.counterfactual_gen.stored_statistics import load_statistics
from clp_tfx.pipeline.beam_runners import FLINK, beam_pipeline_args
from clp_tfx.runners.demo_comments import demo_comments
from pipelines.flink.cluster import flink_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.flink]

RECORDS = 200_000
SHARDS = 8


def serialized(**features):
  example = tf.train.Example()
  for name, value in features.items():
    if isinstance(value, int):
      example.features.feature[name].int64_list.value.append(value)
    else:
      example.features.feature[name].bytes_list.value.append(value.encode())
  return example.SerializeToString()


@pytest.fixture(scope="module")
def comments(tmp_path_factory):
  """The demo comments repeated, with a different number each time."""
  texts = [serialized(comment_text=each.comment_text) for each in demo_comments()]
  examples = tfx.types.standard_artifacts.Examples()
  examples.uri = str(tmp_path_factory.mktemp("comments"))
  examples.split_names = artifact_utils.encode_split_names(["train"])
  folder = artifact_utils.get_split_uri([examples], "train")
  tf.io.gfile.makedirs(folder)
  for shard in range(SHARDS):
    path = f"{folder}/data_tfrecord-{shard:05}-of-{SHARDS:05}.gz"
    with tf.io.TFRecordWriter(path, options="GZIP") as writer:
      for number in range(shard, RECORDS, SHARDS):
        # Concatenated protocol buffers merge.
        writer.write(texts[number % len(texts)] + serialized(number=number))
  return examples


def generate(comments, folder, beam_args):
  """Runs the component; returns the output folder and the counts."""
  target = tfx.types.standard_artifacts.Examples()
  target.uri = str(folder / "examples")
  report = CounterfactualStatistics()
  report.uri = str(folder / "statistics")
  context = Executor.Context(beam_pipeline_args=beam_args)
  Executor(context).Do(
    {"original_examples": [comments]},
    {"examples": [target], "counterfactual_statistics": [report]},
    CounterfactualGen(
      examples=Channel(type=tfx.types.standard_artifacts.Examples),
      identity_terms="gender_and_sexual_orientation",
    ).exec_properties,
  )
  return folder / "examples" / "Split-train", load_statistics(report.uri)


def records(folder):
  paths = [str(path) for path in folder.iterdir()]
  read = tf.data.TFRecordDataset(paths, compression_type="GZIP")
  return Counter(read.as_numpy_iterator())


def lose_a_task_manager(cluster, output, lost):
  """Waits until all TaskManagers' workers have started a file, then kills one."""
  while len(files_begun(output)) < len(cluster.task_managers):
    time.sleep(0.05)
  (job,) = cluster.rest("/jobs/overview")["jobs"]
  victim = next(working(cluster, job["jid"]))
  cluster.kill(victim)
  lost.update(job=job, task_manager=victim)


def files_begun(output):
  return [*output.rglob("unfinished/*")]


def working(cluster, job):
  """Yields TaskManagers with running tasks."""
  for vertex in cluster.rest(f"/jobs/{job}")["vertices"]:
    path = f"/jobs/{job}/vertices/{vertex['id']}/taskmanagers"
    for each in cluster.rest(path)["taskmanagers"]:
      if each["status"] == "RUNNING":
        yield each["taskmanager-id"]


def test_one_lost_in_the_middle(tmp_path, comments):
  expected, expected_counts = generate(comments, tmp_path / "direct", [])
  lost = {}
  # Two slots each: the remaining one has room for the whole job.
  with flink_cluster(tmp_path / "cluster", task_managers=2, slots=2) as cluster:
    beam_args = [*cluster.beam_args[1:], "--parallelism=2"]
    output = tmp_path / "flink"
    killer = threading.Thread(
      target=lose_a_task_manager, args=(cluster, output, lost), daemon=True
    )
    killer.start()
    found, counts = generate(comments, output, beam_pipeline_args(FLINK, beam_args))
    assert lost["job"]["state"] == "RUNNING"
    (job,) = cluster.rest("/jobs/overview")["jobs"]
    assert (job["jid"], job["state"]) == (lost["job"]["jid"], "FINISHED")
    failures = cluster.rest(f"/jobs/{job['jid']}/exceptions")["exceptionHistory"]
    assert failures["entries"]
    left = cluster.rest("/overview")
    assert left["slots-total"] == 2
  # No files of the first attempt are left, which would break readers.
  assert {path.suffix for path in found.iterdir()} == {".gz"}
  made = records(found)
  assert len(made) == RECORDS and set(made.values()) == {1}
  assert made == records(expected)
  assert counts == expected_counts
