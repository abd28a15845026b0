import dataclasses
import math
from pathlib import Path

import pytest
import tensorflow as tf
from tfx import v1 as tfx
from tfx.components.util import examples_utils
from tfx.proto.example_gen_pb2 import PayloadFormat
from tfx.types import artifact_utils

from clp_tfx import features
from clp_tfx.components.counterfactual_gen.component import CounterfactualStatistics
from clp_tfx.components.counterfactual_gen.executor import Executor
from clp_tfx.components.counterfactual_gen.stored_statistics import load_statistics
from clp_tfx.counterfactuals.generator_options import GeneratorOptions
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.errors import InputError
from clp_tfx.pipeline.beam_runners import DIRECT, LOCAL_BEAM_ARGS, beam_pipeline_args

LEXICON = "gender_and_sexual_orientation"
ADDED = {
  features.COUNTERFACTUAL_TEXT,
  features.COUNTERFACTUAL_GROUP,
  features.COUNTERFACTUAL_EDIT,
  features.COUNTERFACTUAL_EDITS,
  features.COUNTERFACTUAL_SKIPPED,
  features.IDENTITY_TERM,
  features.IDENTITY_GROUP,
}


def example(number: int, text: bytes) -> tf.train.Example:
  built = tf.train.Example()
  feature = built.features.feature
  feature["comment_text"].bytes_list.value.append(text)
  feature["number"].int64_list.value.append(number)
  feature["scores"].float_list.value.extend([0.1, math.inf, -0.0])
  feature["empty"].int64_list.SetInParent()
  _ = feature["nothing"]
  return built


def examples_artifact(uri: Path, **splits: list[list[tf.train.Example]]):
  """Writes one shard for each list of a split."""
  artifact = tfx.types.standard_artifacts.Examples()
  artifact.uri = str(uri)
  artifact.split_names = artifact_utils.encode_split_names(list(splits))
  artifact.span = 7
  for split, shards in splits.items():
    folder = uri / f"Split-{split}"
    folder.mkdir(parents=True)
    for number, shard in enumerate(shards):
      path = folder / f"data_tfrecord-{number:05}-of-{len(shards):05}.gz"
      with tf.io.TFRecordWriter(str(path), options="GZIP") as writer:
        for built in shard:
          writer.write(built.SerializeToString())
  return artifact


def read(artifact, split: str) -> dict[int, tf.train.Example]:
  """Returns the examples of a split by number."""
  paths = sorted(map(str, Path(artifact.uri, f"Split-{split}").iterdir()))
  records = tf.data.TFRecordDataset(paths, compression_type="GZIP")
  read_back = [tf.train.Example.FromString(r) for r in records.as_numpy_iterator()]
  by_number = {e.features.feature["number"].int64_list.value[0]: e for e in read_back}
  assert len(by_number) == len(read_back)
  return by_number


def execute(source, uri: Path, beam_args=LOCAL_BEAM_ARGS, **properties):
  """Runs the executor and returns the examples; writes `uri`/statistics."""
  target = tfx.types.standard_artifacts.Examples()
  target.uri = str(uri)
  report = CounterfactualStatistics()
  report.uri = str(uri / "statistics")
  context = Executor.Context(beam_pipeline_args=list(beam_args))
  Executor(context).Do(
    {"original_examples": source if isinstance(source, list) else [source]},
    {"examples": [target], "counterfactual_statistics": [report]},
    {
      **dataclasses.asdict(GeneratorOptions()),
      "also_edited": "[]",
      "identity_terms": LEXICON,
      "identity_terms_digest": IdentityTerms.load(LEXICON).digest(),
      "pejorative_terms_digest": "",
      "training_splits": '["train"]',
      **properties,
    },
  )
  return target


def test_what_an_attempt_that_failed_has_left_is_removed(tmp_path):
  left = tmp_path / "out" / "unfinished"
  left.mkdir(parents=True)
  (left / "half").write_text("of a record")
  source = examples_artifact(tmp_path / "in", train=[[example(0, b"he")]])
  assert set(read(execute(source, tmp_path / "out"), "train")) == {0}
  assert not left.exists()


def test_what_an_attempt_of_another_component_has_left_is_passed_over(tmp_path):
  source = examples_artifact(tmp_path / "in", train=[[example(0, b"he")]])
  left = tmp_path / "in" / "Split-train" / "beam-temp-data_tfrecord-1"
  left.mkdir()
  (left / "half").write_text("of a record")
  assert set(read(execute(source, tmp_path / "out"), "train")) == {0}


@pytest.mark.e2e
def test_workers_in_processes_of_their_own_make_the_same(tmp_path):
  shards = [[example(10 * i + j, b"she or he") for j in range(10)] for i in range(4)]
  source = examples_artifact(tmp_path / "in", train=shards)
  two = beam_pipeline_args(DIRECT, workers=2)
  made = execute(source, tmp_path / "two", two)
  assert read(made, "train") == read(execute(source, tmp_path / "one"), "train")
  statistics = [
    load_statistics(str(tmp_path / n / "statistics")) for n in ("one", "two")
  ]
  assert statistics[0] == statistics[1]


def test_every_feature_of_every_split_stays(tmp_path):
  texts = [
    b"I'm a gay person",
    b"",
    b'two\n\n lines, "she" said',
    "\U0001f642 caf\u00e9 there".encode(),
    b"\xff he",
  ]
  numbered = [example(number, text) for number, text in enumerate(texts)]
  shards = {
    "train": [numbered[:2], [], numbered[2:]],  # A shard may be empty,
    "eval": [[numbered[1]]],  # a split may have no term,
    "test": [[]],  # or no record,
    "more": [],  # or not even a file.
  }
  source = examples_artifact(tmp_path / "in", **shards)
  target = execute(source, tmp_path / "out")

  assert artifact_utils.decode_split_names(target.split_names) == list(shards)
  assert target.span == 7
  assert examples_utils.get_payload_format(target) == PayloadFormat.FORMAT_TF_EXAMPLE
  for split, originals in shards.items():
    before = {
      e.features.feature["number"].int64_list.value[0]: e
      for shard in originals
      for e in shard
    }
    assert list(Path(target.uri, f"Split-{split}").iterdir())  # readers want a file
    after = read(target, split)
    assert after.keys() == before.keys()
    for number, result in after.items():
      for name in ADDED:
        assert result.features.feature.pop(name).WhichOneof("kind") == "bytes_list"
      assert result == before[number]
  edited = read(target, "train")[2].features.feature[features.COUNTERFACTUAL_TEXT]
  assert list(edited.bytes_list.value) == [b'two\n\n lines, "" said']


def test_all_records_of_all_shards(tmp_path):
  numbered = [example(number, b"he") for number in range(40)]
  source = examples_artifact(tmp_path / "in", train=[numbered[:20], numbered[20:]])
  target = execute(source, tmp_path / "out")
  assert read(target, "train").keys() == set(range(40))
  for file in Path(target.uri, "Split-train").iterdir():
    assert file.match("data_tfrecord-*-of-*.gz")


def numbers(path: Path) -> list[int]:
  records = tf.data.TFRecordDataset(str(path), "GZIP").as_numpy_iterator()
  examples = map(tf.train.Example.FromString, records)
  return [each.features.feature["number"].int64_list.value[0] for each in examples]


def test_output_shards_follow_the_input(tmp_path):
  # One worker reads each shard: a single output shard would leave the others idle.
  zero, one, two, three = (example(number, b"he") for number in range(4))
  spans = [
    examples_artifact(tmp_path / "0", train=[[zero, one], []], eval=[]),
    examples_artifact(tmp_path / "1", train=[[three, two]], eval=[]),
  ]
  target = execute(spans, tmp_path / "out")
  folder = Path(target.uri, "Split-train")
  assert {path.name: numbers(path) for path in folder.iterdir()} == {
    "data_tfrecord-00000-of-00003.gz": [0, 1],
    "data_tfrecord-00001-of-00003.gz": [],
    "data_tfrecord-00002-of-00003.gz": [3, 2],
  }
  assert [path.name for path in Path(target.uri, "Split-eval").iterdir()] == [
    "data_tfrecord-00000-of-00001.gz"
  ]
  assert {path.name for path in Path(target.uri).iterdir()} == {
    "Split-train",
    "Split-eval",
    "statistics",
  }


def test_a_shard_that_fails_leaves_no_part_of_it(tmp_path):
  damaged = tf.train.Example()
  many = [example(number, b"he") for number in range(300)]
  source = examples_artifact(tmp_path / "in", train=[[*many, damaged]])
  with pytest.raises(InputError, match="to have the text feature"):
    execute(source, tmp_path / "out")
  assert not [*Path(tmp_path, "out", "Split-train").glob("*")]


def test_no_term_in_any_split(tmp_path):
  source = examples_artifact(
    tmp_path / "in", train=[[example(0, b"there")]], eval=[[example(1, b"theme")]]
  )
  with pytest.raises(InputError, match="at least one text of feature 'comment_text'"):
    execute(source, tmp_path / "out")


def test_a_label_of_any_name(tmp_path):
  # Only several labels travel as JSON.
  source = examples_artifact(tmp_path / "in", train=[[example(0, b"he")]])
  assert read(execute(source, tmp_path / "out", label_feature="[bad]"), "train")


def test_lexicon_edited_since_the_pipeline_was_created(tmp_path):
  source = examples_artifact(tmp_path / "in", train=[[example(0, b"he")]])
  with pytest.raises(InputError, match="have changed since"):
    execute(source, tmp_path / "out", identity_terms_digest="0123")


def test_other_payload_format(tmp_path):
  source = examples_artifact(tmp_path / "in", train=[[example(0, b"he")]])
  examples_utils.set_payload_format(source, PayloadFormat.FORMAT_PROTO)
  with pytest.raises(InputError, match="are FORMAT_PROTO in tfrecords_gzip"):
    execute(source, tmp_path / "out")


def test_other_file_format(tmp_path):
  source = examples_artifact(tmp_path / "in", train=[[example(0, b"he")]])
  examples_utils.set_file_format(source, "parquet")
  with pytest.raises(InputError, match="are FORMAT_TF_EXAMPLE in parquet"):
    execute(source, tmp_path / "out")


def test_statistics(tmp_path):
  texts = [b"a gay man", b"he he", b"there", b"he"]
  source = examples_artifact(
    tmp_path / "in",
    train=[[example(number, text) for number, text in enumerate(texts)]],
    eval=[[]],
  )
  execute(source, tmp_path / "out")
  found = load_statistics(str(tmp_path / "out" / "statistics"))["splits"]
  train = found["train"]
  assert [*found] == ["train", "eval"]
  assert (train["texts"], train["texts_matched"], train["counterfactuals"]) == (4, 3, 3)
  # "he" twice in one text: one text, one counterfactual, two removals.
  he = {
    "texts_matched": 2,
    "counterfactuals": 2,
    "skipped": {},
    "rules": {"removal": 3},
  }
  assert train["terms"]["he"] == he
  assert train["groups"]["gender"] == {
    "texts_matched": 3,
    "counterfactuals": 3,
    "skipped": {},
    "rules": {"removal": 4},
  }
  assert {*train["terms"]} == {"gay", "man", "he"}
  assert found["eval"]["texts"] == 0
  assert [*(tmp_path / "out" / "statistics").iterdir()] == [
    tmp_path / "out" / "statistics" / "counterfactual_statistics.json"
  ]


def test_filters_act_on_training_splits_only(tmp_path):
  def labelled(number: int, label: float | None) -> tf.train.Example:
    built = example(number, b"he")
    if label is not None:
      built.features.feature["toxicity"].float_list.value.append(label)
    return built

  labels = [0.4, 0.5, None]
  shard = [labelled(number, label) for number, label in enumerate(labels)]
  source = examples_artifact(tmp_path / "in", train=[shard], eval=[shard])
  target = execute(source, tmp_path / "out", only_when_label_below=0.5)
  for split, made in (("train", [1, 0, 0]), ("eval", [1, 1, 1])):
    for number, result in read(target, split).items():
      feature = result.features.feature
      assert len(feature[features.COUNTERFACTUAL_TEXT].bytes_list.value) == made[number]
      skipped = list(feature[features.COUNTERFACTUAL_SKIPPED].bytes_list.value)
      assert skipped == ([] if made[number] else [b"label"])
      assert list(feature[features.IDENTITY_TERM].bytes_list.value) == [b"he"]
  found = load_statistics(str(tmp_path / "out" / "statistics"))["splits"]
  names = ("texts", "texts_matched", "counterfactuals", "skipped")
  assert [found["train"][name] for name in names] == [3, 3, 1, {"label": 2}]
  assert [found["eval"][name] for name in names] == [3, 3, 3, {}]


def test_several_spans_become_one(tmp_path):
  spans = [
    examples_artifact(tmp_path / str(span), train=[[example(span, b"he")]], eval=[[]])
    for span in (0, 1, 2)
  ]
  spans[1].span = 9
  target = execute(spans, tmp_path / "out")
  assert read(target, "train").keys() == {0, 1, 2}
  assert read(target, "eval") == {}
  assert target.span == 9


def test_spans_of_other_splits(tmp_path):
  spans = [
    examples_artifact(tmp_path / "0", train=[[example(0, b"he")]]),
    examples_artifact(tmp_path / "1", test=[[example(1, b"he")]]),
  ]
  with pytest.raises(InputError, match=r"the splits \['train'\]"):
    execute(spans, tmp_path / "out")


def test_no_term_where_that_is_allowed(tmp_path):
  source = examples_artifact(tmp_path / "in", train=[[example(0, b"there")]])
  target = execute(source, tmp_path / "out", no_match="allow")
  assert read(target, "train").keys() == {0}


def test_original_bytes_stay(tmp_path):
  texts = [b"he", b"there"]
  source = examples_artifact(
    tmp_path / "in", train=[[example(n, t) for n, t in enumerate(texts)]]
  )
  target = execute(source, tmp_path / "out")
  before, after = (
    [
      record
      for path in sorted(map(str, Path(artifact.uri, "Split-train").iterdir()))
      for record in tf.data.TFRecordDataset(path, "GZIP").as_numpy_iterator()
    ]
    for artifact in (source, target)
  )
  assert len(before) == len(after) == 2
  for record in before:
    assert len([other for other in after if other.startswith(record)]) == 1
