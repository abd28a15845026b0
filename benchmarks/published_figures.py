"""Recomputes the published figures of CLP's walk-through next to the flip rate.

python benchmarks/published_figures.py [COMMENTS] [OUTPUT] [LOSS_WEIGHT]

The walk-through reports a flip rate of 13% that CLP reduces to 1.3%. The first figure
compares the model's decision with the *label*, the second the decisions of *two models
on the same text*. Neither compares a text with its counterfactual. This benchmark
trains a model with that architecture (embedding, convolution, pooling) without and with
CLP on the comments. It prints those two measures and the flip rate for the same test
comments, those that mention a group; their counterfactuals have all terms removed.

Prints a table and writes OUTPUT/published_figures.json. Prints a message and skips if
the comments file does not exist.
"""

import csv
import gzip
import json
import random
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.table import Table

from clp_tfx.counterfactuals import CounterfactualGenerator, IdentityTerms
from clp_tfx.keras import (
  CounterfactualModel,
  build_counterfactual_dataset,
  pack_counterfactual_data,
)

COMMENTS = Path(__file__).parents[2] / "shared" / "data" / "comments.csv.gz"
LEXICON = "gender_and_sexual_orientation"
GROUP = "sexual_orientation"
EPOCHS, BATCH, WORDS, LENGTH = 3, 64, 20_000, 128


def main(
  comments: str = str(COMMENTS),
  output: str = "out/published_figures",
  loss_weight: str = "0.1",
) -> int:
  if not Path(comments).is_file():
    print(f"Skipped: {comments} does not exist; name a file of comments.")
    return 0
  rows = _rows(comments)
  vectorize = keras.layers.TextVectorization(WORDS, output_sequence_length=LENGTH)
  train = [row for row in rows if row["split"] == "train"]
  random.Random(1).shuffle(train)  # The file is sorted by source.
  vectorize.adapt([row["comment_text"] for row in train])
  plain = _trained(train, vectorize, 0.0)
  clp = _trained(train, vectorize, float(loss_weight))
  test = [row for row in rows if row["split"] == "test"]
  figures = _figures(test, vectorize, plain, clp)
  table = Table("", "plain", "CLP")
  for name, values in figures.items():
    table.add_row(name, *(f"{value:.4f}" for value in values))
  Console().print(table)
  Path(output).mkdir(parents=True, exist_ok=True)
  (Path(output) / "published_figures.json").write_text(
    json.dumps(figures, indent=2) + "\n"
  )
  return 0


def _rows(comments: str) -> list[dict[str, str]]:
  with gzip.open(comments, "rt", encoding="utf-8", newline="") as file:
    # In other sources, the source determines the label.
    return [row for row in csv.DictReader(file) if row["source"] == "wiki"]


def _trained(
  rows: list[dict[str, str]],
  vectorize: keras.layers.TextVectorization,
  loss_weight: float,
) -> keras.Model:
  keras.utils.set_random_seed(1)
  tokens = keras.Input([LENGTH], dtype="int64")
  x = keras.layers.Embedding(WORDS, 64)(tokens)
  x = keras.layers.Conv1D(128, 5, activation="relu")(x)
  x = keras.layers.GlobalMaxPooling1D()(x)
  classifier = keras.Model(tokens, keras.layers.Dense(1)(x))
  texts = [row["comment_text"].encode() for row in rows]
  labels = np.array([[float(row["toxicity"])] for row in rows], np.float32)
  originals = tf.data.Dataset.from_tensor_slices((texts, labels)).batch(BATCH)
  pairs = build_counterfactual_dataset(originals, IdentityTerms.load(LEXICON))
  pairs = pairs.unbatch().batch(BATCH // 4, drop_remainder=True)
  originals = originals.map(lambda text, label: (vectorize(text), label))
  pairs = pairs.map(lambda a, b, *rest: (vectorize(a), vectorize(b), *rest)).cache()
  model = CounterfactualModel(classifier, loss_weight=loss_weight)
  model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
  model.fit(pack_counterfactual_data(originals, pairs), epochs=EPOCHS, verbose=2)
  return classifier


def _figures(
  test: list[dict[str, str]],
  vectorize: keras.layers.TextVectorization,
  plain: keras.Model,
  clp: keras.Model,
) -> dict[str, tuple[float, float]]:
  """Returns each measure for the plain model and for CLP."""
  generator = CounterfactualGenerator(IdentityTerms.load(LEXICON))
  pairs = [
    (row["comment_text"], found.text, float(row["toxicity"]))
    for row in test
    for found in generator.generate(row["comment_text"])
    if any(group.startswith(GROUP) for group in found.group.split("+"))
  ]
  texts, others, labels = (list(column) for column in zip(*pairs, strict=True))

  def decisions(model: keras.Model, some: list[str]) -> np.ndarray:
    encoded = [text.encode("utf-8", "surrogateescape") for text in some]
    return _logits(model, vectorize, encoded) > 0

  before, after = decisions(plain, texts), decisions(clp, texts)
  wrong = before != (np.array(labels) > 0.5)
  everything = [row["comment_text"].encode() for row in test]
  toxic = np.array([float(row["toxicity"]) for row in test])
  auc = []
  for model in (plain, clp):
    metric = keras.metrics.AUC(from_logits=True, num_thresholds=2000)
    metric.update_state(toxic, _logits(model, vectorize, everything))
    auc.append(float(metric.result()))
  return {
    "pairs": (len(pairs), len(pairs)),
    "as published before: decision against label": (
      float(wrong.mean()),
      float((after != (np.array(labels) > 0.5)).mean()),
    ),
    "as published after: plain against CLP, same text": (
      float("nan"),
      float((before != after).mean()),
    ),
    "flip rate: text against counterfactual": (
      float((before != decisions(plain, others)).mean()),
      float((after != decisions(clp, others)).mean()),
    ),
    "AUC, all test comments": tuple(auc),
  }


def _logits(
  model: keras.Model, vectorize: keras.layers.TextVectorization, texts: list[bytes]
) -> np.ndarray:
  batches = [
    np.array(model(vectorize(tf.constant(texts[start : start + 512]))))[:, 0]
    for start in range(0, len(texts), 512)
  ]
  return np.concatenate(batches)


if __name__ == "__main__":
  sys.exit(main(*sys.argv[1:]))
