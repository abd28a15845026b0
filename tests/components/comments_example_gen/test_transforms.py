import hashlib

import apache_beam as beam
import pytest
import tensorflow as tf
from apache_beam.testing.util import assert_that, equal_to

from clp_tfx.components.comments_example_gen.examples import ExampleConfig
from clp_tfx.components.comments_example_gen.transforms import (
  ReadComments,
  check_counts,
)
from clp_tfx.errors import InputError
from clp_tfx.pipeline.local_beam_runner import LocalBeamRunner

CONFIG = ExampleConfig()
ENOUGH = {(s, p): 1 for s in ("train", "test") for p in (True, False)}


def check(counts):
  of_one_label = {(split, (label,)): count for (split, label), count in counts.items()}
  return check_counts(of_one_label, ["a.csv", "b.csv"], CONFIG)


@pytest.mark.parametrize(
  "counts",
  [
    ENOUGH,
    {**ENOUGH, ("train", None): 5, ("eval", True): 1},
    # `train` has a negative comment if it keeps the undecided ones.
    {**ENOUGH, ("train", False): 0, ("train_or_eval", False): 1, ("eval", True): 1},
  ],
)
def test_enough(counts):
  assert check({key: count for key, count in counts.items() if count}) == []


@pytest.mark.parametrize(
  "lacking, sentence",
  [
    ([("train", True)], "no positive comment (toxicity >= 0.5) in its train split"),
    ([("test", True)], "no positive comment (toxicity >= 0.5) in its test split"),
    ([("train", False)], "no negative comment (toxicity < 0.5) in its train split"),
    ([("test", False)], "no negative comment (toxicity < 0.5) in its test split"),
    ([("test", True), ("test", False)], "no comment in its test split"),
    ([("train", True), ("train", False)], "no comment in its train split"),
  ],
)
def test_lacking(lacking, sentence):
  counts = {key: 1 for key in ENOUGH if key not in lacking}

  with pytest.raises(InputError) as caught:
    check(counts)

  assert f"a.csv, b.csv has {sentence}; add some" in str(caught.value)


def test_each_label_needs_both_classes():
  config = ExampleConfig(label_feature=["toxicity", "threat"])
  counts = {("train", (True, False)): 1, ("train", (False, True)): 1}
  counts |= {("test", (True, None)): 1, ("test", (False, False)): 1}
  with pytest.raises(InputError, match="positive comment .threat >= 0.5. in its test"):
    check_counts(counts, ["a.csv"], config)


def test_each_class_needs_comments():
  config = ExampleConfig(label_feature="kind", classes=("ok", "rude", "hateful"))
  counts = {(split, (place,)): 1 for split in ("train", "test") for place in range(3)}
  assert check_counts(counts, ["a.csv"], config) == []
  del counts["test", (0,)]
  counts["test", (None,)] = 1
  with pytest.raises(InputError, match="no comment of the class ok in its test split"):
    check_counts(counts, ["a.csv"], config)


def test_ratings_need_labels_and_no_classes():
  config = ExampleConfig(label_feature="stars", rating=True)
  counts = {("train", (True,)): 1, ("test", (True,)): 1}
  assert check_counts(counts, ["a.csv"], config) == []
  with pytest.raises(InputError, match="no labelled comment .* in its test split"):
    check_counts({("train", (True,)): 1, ("test", (None,)): 1}, ["a.csv"], config)


def test_unlabelled():
  with pytest.raises(InputError, match="no labelled comment .* in its train split"):
    check({("train", None): 3, ("test", None): 1})


def test_undecided_comments_that_become_eval_do_not_count_for_train():
  counts = {**ENOUGH, ("train_or_eval", True): 1}
  del counts["train", True]

  with pytest.raises(InputError, match="no positive comment .* train"):
    check(counts)


def is_eval_by_hash(text):
  digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
  return int.from_bytes(digest, "big") % 10 == 8


def ids(serialized):
  return tf.train.Example.FromString(serialized).features.feature["id"].int64_list.value


def read_ids(paths):
  with beam.Pipeline(runner=LocalBeamRunner()) as pipeline:
    for split, examples in (pipeline | ReadComments(paths, CONFIG)).items():
      yield split, examples | f"Ids[{split}]" >> beam.FlatMap(ids)


@pytest.mark.parametrize("other", ["eval", "test"])
def test_a_tenth_of_train_becomes_eval_only_if_no_row_is(write, other):
  texts = [f"{i}" for i in range(100)]
  table = {
    "comment_text": [*texts, "a", "b", "c"],
    "toxicity": [i % 2 for i in range(103)],
    "id": range(103),
    "split": ["train"] * 100 + ["test", "test", other],
  }
  tenth = [i for i in range(100) if is_eval_by_hash(texts[i])]
  rest = [i for i in range(100) if i not in tenth]
  assert 1 < len(tenth) < 25
  expected = {"train": rest, "eval": tenth, "test": [100, 101, 102]}
  if other == "eval":
    expected = {"train": range(100), "eval": [102], "test": [100, 101]}

  for split, found in read_ids([write("c.parquet", table)]):
    assert_that(found, equal_to(list(expected[split])), label=split)


def test_identical_texts_of_several_files_land_in_one_split(write):
  texts = [f"{i}" for i in range(300)]
  table = {"comment_text": texts, "toxicity": [0.0, 1.0] * 150, "id": range(300)}
  paths = [write("a/c.parquet", table), write("b/c.tfrecord", table)]

  def twice_each(found):
    assert len(found) == 2 * len(set(found)) > 0

  for split, found in read_ids(paths):
    assert_that(found, twice_each, label=split)


def test_error_of_a_row_keeps_its_type_and_sentence(write):
  path = write("c.csv", {"comment_text": ["a", "b"], "toxicity": ["1", "high"]})

  with pytest.raises(InputError, match=r"row 2 \(line 3\), column `toxicity`.*'high'"):
    for _ in read_ids([path]):
      pass


def test_error_of_the_whole_keeps_its_type_and_sentence(write):
  path = write("c.csv", {"comment_text": ["a", "b"], "toxicity": ["", ""]})

  with pytest.raises(InputError, match=f"{path} has no"):
    for _ in read_ids([path]):
      pass
