import pytest
import tensorflow as tf

from clp_tfx import features
from clp_tfx.components.comments_example_gen.civil_comments import IDENTITIES
from clp_tfx.components.comments_example_gen.examples import (
  TRAIN_OR_EVAL,
  ExampleBuilder,
  ExampleConfig,
)
from clp_tfx.errors import InputError

NAMES = {
  value
  for name, value in vars(features).items()
  if name.isupper() and isinstance(value, str)
}
"""Every name that the contract spells out."""
ROW = {"comment_text": "a", "toxicity": "1"}
KAGGLE = {
  "id": "59848",
  "target": "0.7",
  "comment_text": "She is kind.",
  "severe_toxicity": "0.0",
  **dict.fromkeys(IDENTITIES, ""),
  "female": "1.0",
  "male": "0.0",
  "christian": "0.25",
  "atheist": "0.5",
  "created_date": "2015-09-29 10:50:41.987077+00",
  "parent_id": "",
}


def values(serialized):
  """Returns feature values by name; None for a feature without a kind."""
  found = tf.train.Example.FromString(serialized).features.feature
  kinds = {name: feature.WhichOneof("kind") for name, feature in found.items()}
  return {
    name: list(getattr(found[name], kind).value) if kind else None
    for name, kind in kinds.items()
  }


def build(row, **settings):
  return ExampleBuilder(row, ExampleConfig(**settings)).build(row)


def example_row(**cells):
  """A row as it is read from a TFRecord file."""
  example = tf.train.Example()
  for name, cell in cells.items():
    feature = example.features.feature[name]
    if isinstance(cell[0], bytes):
      feature.bytes_list.value.extend(cell)
    elif isinstance(cell[0], int):
      feature.int64_list.value.extend(cell)
    else:
      feature.float_list.value.extend(cell)
  return dict(example.features.feature)


def test_kaggle_row():
  example = build(KAGGLE)

  assert example.labels == (True,)
  assert values(example.serialized) == {
    "id": [b"59848"],
    "comment_text": [b"She is kind."],
    "toxicity": [pytest.approx(0.7)],  # 32 bits
    "severe_toxicity": [b"0.0"],
    "female": [1.0],
    "male": [0.0],
    "christian": [0.25],
    "atheist": [0.5],
    "created_date": [b"2015-09-29 10:50:41.987077+00"],
    "parent_id": [],
    "binary_label": [1.0],
    "label_weight": [1.0],
    "annotated_identity": [b"atheist", b"female"],
  }


def test_tfds_row():
  row = example_row(
    text=["Él es amable.".encode()],
    toxicity=[0.25],
    male=[0.75],
    article_id=[7],
    tags=[b"\xff", b"b"],
  )
  row["kindless"] = tf.train.Feature()

  assert values(build(row).serialized) == {
    "comment_text": ["Él es amable.".encode()],
    "toxicity": [0.25],
    "male": [0.75],
    "article_id": [7],
    "tags": [b"\xff", b"b"],
    "kindless": None,
    "binary_label": [0.0],
    "label_weight": [1.0],
    "annotated_identity": [b"male"],
  }


@pytest.mark.parametrize(
  "blank", ["", " ", tf.train.Feature(float_list=tf.train.FloatList()), None]
)
def test_blank_label_is_unlabelled(blank):
  row = {"comment_text": "", "toxicity": blank}
  builder = ExampleBuilder(row, ExampleConfig())
  if blank is None:  # A tf.Example may omit the feature.
    del row["toxicity"]

  example = builder.build(row)

  assert example.labels == (None,)
  assert values(example.serialized) == {
    "comment_text": [b""],
    "binary_label": [0.0],
    "label_weight": [0.0],
    "annotated_identity": [],
  }


@pytest.mark.parametrize("kind", [str, float, lambda x: example_row(a=[float(x)])["a"]])
@pytest.mark.parametrize(
  "label, threshold, positive",
  [
    ("0.5", 0.5, True),
    ("0.49", 0.5, False),
    ("0.7", 0.7, True),  # 0.7 in 32 bits is less than 0.7 in 64.
    ("0.7", 0.71, False),
    ("1", 1.0, True),
    ("0", 0.5, False),
  ],
)
def test_thresholds_are_inclusive_in_every_format(kind, label, threshold, positive):
  row = {"comment_text": "a", "toxicity": kind(label), "black": kind(label)}

  example = build(row, label_threshold=threshold, identity_threshold=threshold)

  assert example.labels == (positive,)
  found = values(example.serialized)
  assert found["binary_label"] == [float(positive)]
  assert found["annotated_identity"] == [b"black"] * positive


def test_configured_names():
  row = {"body": "a", "hate": 1, "comment_text": "b", "toxicity": ""}

  example = build(row, text_feature="body", label_feature="hate")

  assert values(example.serialized) == {
    "body": [b"a"],
    "hate": [1.0],
    "comment_text": [b"b"],
    "toxicity": [],
    "binary_label": [1.0],
    "label_weight": [1.0],
    "annotated_identity": [],
  }


def test_alias_is_another_column_where_the_name_is_there():
  found = values(build({**ROW, "text": "b", "target": "0.1"}).serialized)

  assert found["comment_text"] == [b"a"]
  assert found["toxicity"] == [1.0]
  assert found["text"] == [b"b"]
  assert found["target"] == [b"0.1"]


def test_numbers_keep_their_type():
  found = tf.train.Example.FromString(build({**ROW, "i": 3, "f": 0.5}).serialized)

  assert found.features.feature["i"].int64_list.value == [3]
  assert found.features.feature["f"].float_list.value == [0.5]


# --- splits --------------------------------------------------------------------------


@pytest.mark.parametrize(
  "name, split",
  [
    ("test", "test"),
    ("eval", "eval"),
    ("validation", "eval"),
    ("valid", "eval"),
    ("dev", "eval"),
  ],
)
def test_split_column_decides(name, split):
  example = build({**ROW, "split": name})

  assert example.split == split
  assert values(example.serialized)["split"] == [name.encode()]


@pytest.mark.parametrize(
  "text, split",
  [
    # `printf TEXT | b2sum -l 64`, modulo 10: 0 to 7 is train, 8 eval and 9 test.
    ("comment 0", "train"),  # 0x8930f5634719c516 % 10 = 4
    ("comment 13", "eval"),  # 0xc1c2eb1f344c8108 % 10 = 8
    ("comment 4", "test"),  # 0xff7054127500d37f % 10 = 9
  ],
)
def test_hash_of_the_text_decides_without_a_split_column(text, split):
  assert build({"comment_text": text, "toxicity": "1"}).split == split
  assert build({"comment_text": text, "toxicity": "", "id": "7"}).split == split


def test_hash_gives_eighty_ten_and_ten_percent():
  splits = [build({**ROW, "comment_text": f"{i}"}).split for i in range(2000)]

  # Binomial: the standard deviation is at most 18 rows.
  assert splits.count("train") == pytest.approx(1600, abs=80)
  assert splits.count("eval") == pytest.approx(200, abs=80)
  assert splits.count("test") == pytest.approx(200, abs=80)


def test_rows_marked_train_become_eval_by_the_same_hash():
  for i in range(200):
    row = {"comment_text": f"comment {i}", "toxicity": "1"}
    hashed = build(row).split
    marked = build({**row, "split": "train"}).split
    assert marked == (TRAIN_OR_EVAL if hashed == "eval" else "train")


# --- invalid rows --------------------------------------------------------------------


@pytest.mark.parametrize(
  "cells, parts",
  [
    ({"toxicity": "bad"}, ["`toxicity`", "number from 0 to 1", "'bad'"]),
    ({"toxicity": "1.01"}, ["`toxicity`", "'1.01'"]),
    ({"toxicity": "-0.1"}, ["`toxicity`", "'-0.1'"]),
    ({"toxicity": "nan"}, ["`toxicity`", "'nan'"]),
    ({"toxicity": "inf"}, ["`toxicity`", "'inf'"]),
    ({"toxicity": float("nan")}, ["`toxicity`", "nan"]),
    ({"toxicity": 2}, ["`toxicity`", "2"]),
    ({"female": "yes"}, ["`female`", "'yes'"]),
    ({"female": "1.5"}, ["`female`", "'1.5'"]),
    ({"split": "holdout"}, ["`split`", "train, eval, validation", "'holdout'"]),
    ({"split": ""}, ["`split`", "''"]),
    ({"split": 1}, ["`split`", "1"]),
    ({"comment_text": 1.5}, ["`comment_text`", "expected text", "1.5"]),
    (example_row(comment_text=[b"a", b"b"]), ["`comment_text`", "received 2"]),
    (example_row(comment_text=[b"\xff"]), ["`comment_text`", "UTF-8"]),
    (example_row(toxicity=[0.5, 0.5]), ["`toxicity`", "received 2"]),
  ],
)
def test_cell_that_is_not_what_its_column_is_for(cells, parts):
  with pytest.raises(InputError) as caught:
    build({**ROW, **cells})

  for part in parts:
    assert part in str(caught.value)


@pytest.mark.parametrize(
  "row, parts",
  [
    ({"toxicity": "1", "id": ""}, ["`comment_text` is missing", "id, toxicity"]),
    ({"comment_text": "a", "score": "1"}, ["`toxicity` is missing", "score"]),
    *(({**ROW, name: ""}, [f"`{name}`", "rename"]) for name in sorted(NAMES)),
  ],
)
def test_columns(row, parts):
  with pytest.raises(InputError) as caught:
    build(row)

  for part in parts:
    assert part in str(caught.value)


def test_text_and_label_are_two_columns():
  with pytest.raises(InputError, match="both text and label"):
    build(ROW, text_feature="toxicity")


@pytest.mark.parametrize("column", ["toxicity", "split"])
def test_a_comment_where_something_else_belongs_is_not_quoted(column):
  # 19 characters, but more than one word.
  with pytest.raises(InputError, match="received a text of 19 characters; correct"):
    build({"split": "train", **ROW, column: "zebrafish wrote her"})


@pytest.mark.parametrize(
  ("cells", "received"),
  [
    ({"toxicity": "zebrafish"}, "a text of 9 characters"),
    ({"female": "zebrafish"}, "a text of 9 characters"),
    ({"split": "zebrafish"}, "a text of 9 characters"),
    ({"toxicity": "斑馬魚"}, "a text of 3 characters"),
    ({"toxicity": "50%"}, "'50%'"),
    ({"toxicity": "-1"}, "'-1'"),
  ],
)
def test_a_single_word_is_quoted_only_where_texts_may_be(cells, received):
  with pytest.raises(InputError, match=f"received {received}; correct"):
    build({"split": "train", **ROW, **cells}, example_texts=False)


def test_a_first_row_that_may_be_a_comment_is_not_quoted():
  with pytest.raises(InputError, match="is missing: there are 2 other columns"):
    ExampleBuilder(["zebrafish", "0"], ExampleConfig(example_texts=False))


@pytest.mark.parametrize(("yes", "no"), [("true", "false"), ("TRUE", " False"), (1, 0)])
def test_booleans_of_csv_count_as_those_of_parquet(yes, no):
  # Parquet's booleans are read as 1 and 0.
  found = values(build({**ROW, "toxicity": yes, "female": no}).serialized)
  assert found[features.LABEL] == [1.0]
  assert found["female"] == [0.0]


def test_several_labels_have_features_of_their_own():
  row = {"comment_text": "a", "target": "0.3", "threat": "", "female": "0.7"}
  settings = {
    "label_feature": ["toxicity", "threat", "female"],
    "label_threshold": {"toxicity": 0.25},
  }
  example = build(row, **settings)
  assert example.labels == (True, None, True)
  found = values(example.serialized)
  assert found["toxicity"] == pytest.approx([0.3])
  assert "threat" not in found
  for name, label, weight in (
    ("toxicity", 1, 1),
    ("threat", 0, 0),
    ("female", 1, 1),
  ):
    assert found[f"binary_label_{name}"] == [label]
    assert found[f"label_weight_{name}"] == [weight]
  assert features.LABEL not in found
  # A label is no identity that people annotated.
  assert found[features.ANNOTATED_IDENTITY] == []


@pytest.mark.parametrize(
  ("settings", "message"),
  [
    ({"label_feature": ["toxicity", "target"]}, "read from the columns target; name"),
    ({"label_feature": ["toxicity", "insult"]}, "column `insult` is missing"),
    (
      {"label_feature": ["toxicity", "threat"], "label_threshold": {"insult": 0.5}},
      "for one of toxicity, threat. Received: insult=0.5",
    ),
  ],
)
def test_wrong_columns_of_several_labels(settings, message):
  row = {"comment_text": "a", "target": "0.3", "threat": ""}
  with pytest.raises(InputError, match=message):
    build(row, **settings)


def test_the_features_of_a_label_are_reserved():
  row = {"comment_text": "a", "b": "0", "c": "0", "binary_label_b": "1"}
  with pytest.raises(InputError, match="`binary_label_b` has the name of a feature"):
    build(row, label_feature=["b", "c"])


CLASSES = ("ok", "rude", "hateful")


@pytest.mark.parametrize(
  ("cell", "place"),
  [
    ("rude", 1),
    (" hateful ", 2),
    ("0", 0),
    (2, 2),
    (1.0, 1),  # Whole numbers with blanks are floats in Parquet.
    ("", None),
  ],
)
def test_a_class_is_named_or_numbered(cell, place):
  row = {"comment_text": "a", "kind": cell}
  example = build(row, label_feature="kind", classes=CLASSES)
  assert example.labels == (place,)
  found = values(example.serialized)
  assert found.get("kind") == (None if place is None else [CLASSES[place].encode()])
  assert found[features.LABEL] == [place or 0]
  assert found[features.LABEL_WEIGHT] == [place is not None]


def test_names_that_are_numbers_are_names():
  settings = {"label_feature": "stars", "classes": ("1", "2", "3")}
  assert build({"comment_text": "a", "stars": 1}, **settings).labels == (0,)
  with pytest.raises(InputError, match="expected one of the classes 1, 2, 3 or"):
    build({"comment_text": "a", "stars": 0}, **settings)


@pytest.mark.parametrize("cell", ["Rude", "3", "-1", 0.5])
def test_what_is_no_class(cell):
  row = {"comment_text": "a", "kind": cell}
  with pytest.raises(InputError, match="classes ok, rude, hateful .* received"):
    build(row, label_feature="kind", classes=CLASSES)


@pytest.mark.parametrize(("cell", "number"), [("-2.5", -2.5), (4, 4.0), (" ", None)])
def test_a_rating_is_any_number(cell, number):
  row = {"comment_text": "a", "stars": cell}
  example = build(row, label_feature="stars", rating=True)
  assert example.labels == (None if number is None else True,)
  found = values(example.serialized)
  assert found.get("stars") == (None if number is None else [number])
  assert found[features.LABEL] == [number or 0]
  assert found[features.LABEL_WEIGHT] == [number is not None]


@pytest.mark.parametrize("cell", ["many", "nan", "inf", "1e39"])
def test_what_is_no_rating(cell):
  with pytest.raises(InputError, match="expected a number or nothing, received"):
    build({"comment_text": "a", "stars": cell}, label_feature="stars", rating=True)
