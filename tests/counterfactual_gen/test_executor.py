import math
from pathlib import Path

import pytest
import tensorflow as tf
from tfx import v1 as tfx
from tfx.components.util import examples_utils
from tfx.proto.example_gen_pb2 import PayloadFormat
from tfx.types import artifact_utils

from clp_tfx import features
from clp_tfx.counterfactual_gen.executor import Executor
from clp_tfx.errors import InputError
from clp_tfx.identity_terms import IdentityTerms

LEXICON = "gender_and_sexual_orientation"
ADDED = {
  features.COUNTERFACTUAL_TEXT,
  features.COUNTERFACTUAL_GROUP,
  features.COUNTERFACTUAL_EDIT,
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
  """Writes a shard per list of each split."""
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
  """Reads a split's examples by number."""
  paths = sorted(map(str, Path(artifact.uri, f"Split-{split}").iterdir()))
  records = tf.data.TFRecordDataset(paths, compression_type="GZIP")
  read_back = [tf.train.Example.FromString(r) for r in records.as_numpy_iterator()]
  by_number = {e.features.feature["number"].int64_list.value[0]: e for e in read_back}
  assert len(by_number) == len(read_back)
  return by_number


def execute(source, uri: Path, **properties: str):
  target = tfx.types.standard_artifacts.Examples()
  target.uri = str(uri)
  Executor().Do(
    {"original_examples": [source]},
    {"examples": [target]},
    {
      "identity_terms": LEXICON,
      "text_feature": "comment_text",
      "identity_terms_digest": IdentityTerms.load(LEXICON).digest(),
      **properties,
    },
  )
  return target


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


def test_no_term_in_any_split(tmp_path):
  source = examples_artifact(
    tmp_path / "in", train=[[example(0, b"there")]], eval=[[example(1, b"theme")]]
  )
  with pytest.raises(InputError, match="at least one text of feature 'comment_text'"):
    execute(source, tmp_path / "out")


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
