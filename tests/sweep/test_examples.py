import shutil

import pytest
import tensorflow as tf
import tensorflow_transform as tft

from clp_tfx import features
from clp_tfx.sweep.examples import (
  TokenLists,
  augmented,
  blinded,
  split_pattern,
  write_variant,
)


@pytest.fixture
def lists(prepared):
  output = tft.TFTransformOutput(prepared.transform_graph)
  return TokenLists(output.transformed_feature_spec())


def read(pattern):
  paths = tf.io.gfile.glob(pattern)
  return [
    tf.train.Example.FromString(record)
    for record in tf.data.TFRecordDataset(paths, "GZIP").as_numpy_iterator()
  ]


def texts(examples, lists):
  return sorted(lists.get(example, features.TOKENS) for example in examples)


def test_blinded_examples_hold_the_text_without_its_terms(prepared, lists, tmp_path):
  originals = read(split_pattern(prepared.examples, "eval"))
  pattern = write_variant(
    prepared.examples, "eval", tmp_path, lambda example: blinded(example, lists)
  )
  expected = [
    (lists.counterfactuals(e) or [lists.get(e, features.TOKENS)])[0] for e in originals
  ]
  assert texts(read(pattern), lists) == sorted(expected)
  assert sum(map(bool, map(lists.counterfactuals, originals))) == 8
  # Without the terms "gay", and "he" and "she", in 4 comments each.
  assert sum(map(len, texts(originals, lists))) - sum(map(len, expected)) == 4 + 8


def test_augmented_examples_are_the_originals_and_their_counterfactuals(
  prepared, lists, tmp_path
):
  originals = read(split_pattern(prepared.examples, "train"))
  pattern = write_variant(
    prepared.examples, "train", tmp_path, lambda example: augmented(example, lists)
  )
  further = [tokens for e in originals for tokens in lists.counterfactuals(e)]
  assert len(further) == 8
  found = read(pattern)
  assert texts(found, lists) == sorted(texts(originals, lists) + further)
  labels = [e.features.feature[features.LABEL].float_list.value[0] for e in found]
  # 8 positives and a counterfactual for 4 of them, and the same for the negatives.
  assert sum(labels) == 12


def test_several_counterfactuals_are_told_apart(lists):
  example = tf.train.Example()
  lists.set(example, features.COUNTERFACTUAL_TOKENS, [1, 2, 3])
  lists.set(example, features.COUNTERFACTUAL_LENGTHS, [2, 0, 1])
  assert lists.counterfactuals(example) == [[1, 2], [], [3]]


def test_a_folder_whose_name_looks_like_a_pattern(prepared, tmp_path):
  examples = tmp_path / "[ab]"
  shutil.copytree(prepared.examples, examples)
  pattern = write_variant(str(examples), "eval", tmp_path / "a?", lambda e: [e])
  assert len(read(pattern)) == 16


def test_what_an_interrupted_attempt_left_is_removed(prepared, tmp_path):
  left = tmp_path / f".unfinished-{'0' * 32}-Split-eval"
  left.mkdir()
  write_variant(prepared.examples, "eval", tmp_path, lambda e: [e])
  assert [path.name for path in tmp_path.iterdir()] == ["Split-eval"]


def test_a_variant_is_written_once_and_whole(prepared, tmp_path):
  def interrupted(example):
    yield example
    raise KeyboardInterrupt

  with pytest.raises(KeyboardInterrupt):
    write_variant(prepared.examples, "eval", tmp_path, interrupted)
  assert not (tmp_path / "Split-eval").exists()
  pattern = write_variant(prepared.examples, "eval", tmp_path, lambda e: [e])
  assert len(read(pattern)) == 16
  assert write_variant(prepared.examples, "eval", tmp_path, interrupted) == pattern
