import datetime
import decimal

import apache_beam as beam
import pytest
import tensorflow as tf
from apache_beam.testing.util import assert_that

from clp_tfx.components.comments_example_gen.big_query import (
  BigQueryCommentsGen,
  BuildExamples,
)
from clp_tfx.components.comments_example_gen.examples import ExampleConfig
from clp_tfx.errors import InputError
from clp_tfx.pipeline.local_beam_runner import LocalBeamRunner

TABLE = "bq://project.dataset.comments"
# Rows as ReadFromBigQuery returns them: by name, with null as None.
ROWS = [
  {"comment_text": "fine", "toxicity": 0.0, "split": "train", "likes": 3},
  {"comment_text": "awful", "toxicity": 1.0, "split": "train", "likes": None},
  {"comment_text": None, "toxicity": None, "split": "eval", "likes": 0},
  {"comment_text": "good", "toxicity": decimal.Decimal("0.25"), "split": "test"},
  {"comment_text": "bad", "toxicity": True, "split": "test", "likes": 1},
]


def built(rows, checks):
  """Checks splits of the examples of rows, each by a function of its own."""
  with beam.Pipeline(runner=LocalBeamRunner()) as pipeline:
    splits = pipeline | beam.Create(rows) | BuildExamples(TABLE, CONFIG)
    for split, check in checks.items():
      assert_that(splits[split], check, label=split)


CONFIG = ExampleConfig()


def values(example, name):
  feature = example.features.feature[name]
  kind = feature.WhichOneof("kind")
  return list(getattr(feature, kind).value) if kind else []


def test_rows_become_examples_of_their_split():
  expected = {
    "train": [([b"awful"], [1.0], []), ([b"fine"], [0.0], [3])],
    "eval": [([b""], [], [0])],
    "test": [([b"bad"], [1.0], [1]), ([b"good"], [0.25], [])],
  }

  def check(split):
    def equal(found):
      examples = [tf.train.Example.FromString(each) for each in found]
      names = ("comment_text", "toxicity", "likes")
      rows = sorted(tuple(values(e, n) for n in names) for e in examples)
      assert rows == expected[split]

    return equal

  rows = [{"likes": None, **row} for row in ROWS]
  built(rows, {split: check(split) for split in expected})


def test_other_types():
  row = {"day": datetime.date(2024, 5, 1), "raw": b"\xff", "flag": True}

  def check(found):
    example = tf.train.Example.FromString(found[0])
    assert values(example, "day") == [b"2024-05-01"]
    assert values(example, "raw") == [b"\xff"]
    assert values(example, "flag") == [1]

  built([{**each, **row} for each in ROWS], {"eval": check})


@pytest.mark.parametrize(
  "rows, part",
  [
    ([{"body": "a", "toxicity": 1.0}], f"{TABLE}, column `comment_text` is missing"),
    ([{**ROWS[0], "toxicity": 2.0}], "from 0 to 1"),
    (
      [{**ROWS[0], "words": ["a"]}],
      "`words`: .* received list; use a view",
    ),
    (ROWS[:1], f"{TABLE} has no positive comment"),
  ],
)
def test_rows_that_cannot_be_worked_with(rows, part):
  with pytest.raises(InputError, match=part):
    built(rows, {})


@pytest.mark.parametrize(
  "table", ["project.dataset.a", "bq://dataset.a", "bq://p.d.`a"]
)
def test_a_name_that_is_no_table(table):
  with pytest.raises(InputError, match="bq://project.dataset.table"):
    BigQueryCommentsGen(table, CONFIG)


def test_the_name_and_the_columns_are_properties():
  properties = BigQueryCommentsGen(TABLE, CONFIG).exec_properties

  assert properties["table"] == TABLE
  assert '"text_feature": "comment_text"' in properties["custom_config"]
