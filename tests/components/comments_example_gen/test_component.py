import json
import os
from pathlib import Path

import pytest
import tensorflow as tf
import tfx.v1 as tfx

from clp_tfx.components.comments_example_gen.component import CommentsExampleGen
from clp_tfx.errors import InputError
from clp_tfx.pipeline.beam_runners import LOCAL_BEAM_ARGS


def inputs(component):
  splits = json.loads(component.exec_properties["input_config"])["splits"]
  return component.exec_properties["input_base"], [s["pattern"] for s in splits]


@pytest.mark.parametrize(
  "comments, base, patterns",
  [
    (["/a/b/c.csv"], "/a/b/", ["c.csv"]),
    (["/a/b/c.csv", "/a/bc/d.csv"], "/a/", ["b/c.csv", "bc/d.csv"]),
    (["/a.csv", "/b/a.csv"], "/", ["a.csv", "b/a.csv"]),
    (["/a/../b//c.csv"], "/b/", ["c.csv"]),
    (["gs://bucket/a.csv"], "gs://bucket/", ["a.csv"]),
    (["gs://bu/a.csv", "gs://cket/b.csv"], "gs://", ["bu/a.csv", "cket/b.csv"]),
    (["/a/[b]/{SPAN}*?.csv"], "/a/", ["[b]/{SPAN}*?.csv"]),
    (["gs://bucket/{SPAN}/*.csv"], "gs://bucket/", ["{SPAN}/*.csv"]),
  ],
)
def test_inputs(comments, base, patterns):
  assert inputs(CommentsExampleGen(comments)) == (base, patterns)


def test_local_paths_become_absolute(monkeypatch, tmp_path):
  monkeypatch.chdir(tmp_path)

  assert inputs(CommentsExampleGen(["c.csv"])) == (f"{tmp_path}/", ["c.csv"])


@pytest.mark.parametrize(
  "comments, part",
  [
    ([], "at least one"),
    (["/a.csv", "/b.csv", "/c/../a.csv"], "/a.csv is given twice"),
    (["/a.csv", "gs://bucket/a.csv"], "different file systems"),
    (["/a\\b.csv"], "backslash"),
    (["/{SPAN}.csv", "/a.csv"], "spans in all or none"),
    (["/{YYYY}.csv"], "spans of .* cannot be read"),
  ],
)
def test_refused(comments, part):
  with pytest.raises(InputError, match=part):
    CommentsExampleGen(comments)


@pytest.mark.parametrize(
  "path, asked, part",
  [
    ("/a.csv", {"span": 1}, "Expected comments with spans"),
    ("/a.csv", {"window": 2}, "Expected comments with spans"),
    ("/{SPAN}/{VERSION}.csv", {"window": 2}, "no {VERSION}"),
  ],
)
def test_spans_that_are_not_there(path, asked, part):
  with pytest.raises(InputError, match=part):
    CommentsExampleGen([path], **asked)


def test_settings_are_properties():
  def settings(**changes):
    config = CommentsExampleGen(["/c.csv"], **changes).exec_properties["custom_config"]
    return json.loads(config)["custom_config"]["value"]

  default = settings()

  assert default == {
    "patterns": ["c.csv"],
    "window": 1,
    "text_feature": "comment_text",
    "label_feature": "toxicity",
    "label_threshold": 0.5,
    "identity_threshold": 0.5,
    "example_texts": False,
  }
  for change in default.keys() - {"patterns", "window", "example_texts"}:
    value = "other" if change.endswith("feature") else 0.25
    assert settings(**{change: value})[change] == value


def pipeline(root, comments_example_gen):
  return tfx.dsl.Pipeline(
    pipeline_name="comments",
    pipeline_root=str(root / "root"),
    components=[comments_example_gen],
    enable_cache=True,
    beam_pipeline_args=[*LOCAL_BEAM_ARGS],
    metadata_connection_config=(
      tfx.orchestration.metadata.sqlite_metadata_connection_config(str(root / "db"))
    ),
  )


def test_runs_again_only_when_a_file_changed(write, tmp_path):
  table = {"comment_text": [f"{i}" for i in range(60)], "toxicity": [0, 1] * 30}
  first = write("[a]/{SPAN}.csv", table)
  second = write("b/c.parquet", table)

  def executions():
    tfx.orchestration.LocalDagRunner().run(
      pipeline(tmp_path, CommentsExampleGen([first, second]))
    )
    return len(list(tmp_path.glob("root/CommentsExampleGen/examples/*")))

  assert executions() == 1
  assert executions() == 1
  os.utime(first, (0, 0))
  assert executions() == 2
  write("b/c.parquet", {**table, "comment_text": ["a"] * 30 + ["b"] * 30})
  assert executions() == 3


def test_a_window_of_spans_by_the_local_runner(write, tmp_path):
  table = {"comment_text": [f"{i}" for i in range(60)], "toxicity": [0, 1] * 30}
  for day in (1, 2, 3):
    write(f"day-{day}.csv", table)
  generator = CommentsExampleGen([str(tmp_path / "day-{SPAN}.csv")], span=2, window=2)

  tfx.orchestration.LocalDagRunner().run(pipeline(tmp_path, generator))

  (folder,) = tmp_path.glob("root/CommentsExampleGen/examples/*")
  files = [str(path) for path in folder.glob("*/*")]
  assert sum(1 for _ in tf.data.TFRecordDataset(files, "GZIP")) == 2 * 60


def test_compiles_for_kubeflow_without_reading_files(tmp_path):
  runner = tfx.orchestration.experimental.KubeflowV2DagRunner(
    tfx.orchestration.experimental.KubeflowV2DagRunnerConfig(default_image="image"),
    output_dir=str(tmp_path),
    output_filename="pipeline.json",
  )
  comments = ["gs://bucket/a.csv.gz", "gs://bucket/b/c.parquet"]
  runner.run(pipeline(tmp_path, CommentsExampleGen(comments)))

  spec = json.loads(Path(tmp_path, "pipeline.json").read_text())["pipelineSpec"]
  (executor,) = spec["deploymentSpec"]["executors"].values()
  container = executor["container"]
  assert (
    "clp_tfx.components.comments_example_gen.executor.Executor" in container["args"]
  )
  # The driver that detects changed files runs before the cache lookup.
  assert "file_based_example_gen.driver" in str(container["lifecycle"])
  root = json.dumps(spec["root"])
  assert "gs://bucket/" in root and "b/c.parquet" in root
