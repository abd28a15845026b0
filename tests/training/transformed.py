"""Transformed examples, made by Transform from a few comments."""

import random

import tensorflow as tf
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from tensorflow_transform.tf_metadata import (
  dataset_metadata,
  metadata_io,
  schema_utils,
)

from clp_tfx import features
from clp_tfx.modules.preprocessing import preprocessing_fn

CONFIG = {"text_feature": "comment_text", "vocabulary_size": 100, "max_tokens": 6}
ROWS = [
  ("A GAY bar, a GAY day", [b"A bar, a day"], 1.0, 1.0),
  ("fine", [], 0.0, 1.0),
  ("he and she", [b"and", b"she and he"], 0.0, 0.0),
  ("", [], 0.0, 1.0),
]
RAW_SPEC = {
  "comment_text": tf.io.FixedLenFeature([1], tf.string),
  features.COUNTERFACTUAL_TEXT: tf.io.VarLenFeature(tf.string),
  features.LABEL: tf.io.FixedLenFeature([1], tf.float32),
  features.LABEL_WEIGHT: tf.io.FixedLenFeature([1], tf.float32),
}


def half_noise():
  """Returns 24 random comments, some with a counterfactual; labels are half noise."""
  rng = random.Random(0)
  words = ["gay", "she", "day", "bad", "good", "one", "two", "fine"]
  rows = []
  for _ in range(24):
    text = rng.choices(words, k=rng.randint(1, 6))
    label = float(("bad" in text) != (rng.random() < 0.3))
    without = " ".join(word for word in text if word not in ("gay", "she"))
    pairs = [without.encode()] if without != " ".join(text) else []
    rows.append((" ".join(text), pairs, label, 1.0))
  return rows


def transform(rows, folder, config=CONFIG, function=preprocessing_fn, further=None):
  """Writes the output of the Transform component for some comments.

  Args:
    rows: Rows of text, counterfactual texts, label and label weight; with several
      `label_names` in the configuration, label and weight of each in turn.
    folder: Output folder.
    config: Configuration of the preprocessing.
    function: The preprocessing.
    further: Further features by name: how they are parsed, and a value for each row.

  Returns:
    The transform output and a TFRecord file of transformed examples.
  """
  spec = dict(list(RAW_SPEC.items())[:2])
  for name in features.label_features(config.get("label_names", ())):
    spec[name] = tf.io.FixedLenFeature([1], tf.float32)
  data = [
    dict(zip(spec, ([row[0].encode()], row[1], *([x] for x in row[2:])), strict=True))
    for row in rows
  ]
  for name, (kind, values) in (further or {}).items():
    spec[name] = kind
    for row, value in zip(data, values, strict=True):
      row[name] = value
  metadata = dataset_metadata.DatasetMetadata(
    schema_utils.schema_from_feature_spec(spec)
  )
  with tft_beam.Context(temp_dir=str(folder / "tmp")):
    (examples, transformed_metadata), transform_fn = (
      data,
      metadata,
    ) | tft_beam.AnalyzeAndTransformDataset(lambda x: function(x, config))
    _ = transform_fn | tft_beam.WriteTransformFn(str(folder / "out"))
  # Like TFX's Transform.
  metadata_io.write_metadata(metadata, str(folder / "out" / "metadata"))
  coder = tft.coders.ExampleProtoCoder(transformed_metadata.schema)
  with tf.io.TFRecordWriter(str(folder / "data.gz"), "GZIP") as writer:
    for example in examples:
      writer.write(coder.encode(example))
  return str(folder / "out"), str(folder / "data.gz")
