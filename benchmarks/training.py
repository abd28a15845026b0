"""Compares a CLP step with a plain Keras step and with the reference implementation.

    python benchmarks/training.py [--comments FILE] [--json FILE]

All train the same classifier on the same batches of real comments. They alternate in
short rounds, so that other load on the machine affects all of them equally; each figure
is the median over rounds of the ratio within a round. The reference implementation runs
in a separate process because it needs Keras 2. It is measured twice: with only the
pairs of the batch (`same pairs`), and with as many pairs as rows, which is how its own
workflow packs them (`its packing`).

A CLP step must take at most (1 + share of rows with a counterfactual) · 1.15 times as
long as a plain step, and the reference at least 1.8 times as long as a CLP step.
"""

import argparse
import collections
import csv
import gzip
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

COMMENTS = Path(__file__).parents[2] / "shared" / "data" / "comments.csv.gz"
BATCH, LENGTH, VOCABULARY = 64, 96, 20_000
WORD = re.compile(r"\w+|[^\w\s]")


def prepared(comments, batches):
  """Returns token ids of full batches of comments, and of the pairs in them."""
  from clp_tfx.counterfactuals import CounterfactualGenerator, IdentityTerms

  terms = IdentityTerms.load("gender_and_sexual_orientation")
  generator = CounterfactualGenerator(terms)
  with gzip.open(comments, "rt", encoding="utf-8", newline="") as file:
    rows = [row for row in csv.DictReader(file) if row["source"] == "wiki"]
  rows = rows[: batches * BATCH]
  counts = collections.Counter(
    word for row in rows for word in WORD.findall(row["comment_text"].lower())
  )
  ids = {word: 2 + i for i, (word, _) in enumerate(counts.most_common(VOCABULARY - 2))}

  def tokens(text):
    found = [ids.get(word, 1) for word in WORD.findall(text.lower())[:LENGTH]]
    return found + [0] * (LENGTH - len(found))

  pairs = [
    (index, tokens(generated[0].text))
    for index, row in enumerate(rows)
    if (generated := generator.generate(row["comment_text"]))
  ]
  return {
    "x": np.array([tokens(row["comment_text"]) for row in rows], "int32"),
    "y": np.array([[float(row["toxicity"])] for row in rows], "float32"),
    "pair_row": np.array([index for index, _ in pairs], "int64"),
    "counterfactual": np.array([edited for _, edited in pairs], "int32"),
  }


def classifier(keras):
  """Builds embedding, convolution and maximum over time, with Keras 2 or Keras 3."""
  layers = keras.layers
  return keras.Sequential(
    [
      layers.InputLayer([LENGTH], dtype="int32"),
      layers.Embedding(VOCABULARY, 64),
      layers.Conv1D(128, 5, padding="same", activation="relu"),
      layers.GlobalMaxPooling1D(),
      layers.Dense(1),
    ]
  )


def compiled(keras, model):
  model.compile(
    keras.optimizers.Adam(), keras.losses.BinaryCrossentropy(from_logits=True)
  )
  return model


def batches_of(data):
  """Yields `(x, y, pair rows within the batch, counterfactuals)`."""
  for start in range(0, len(data["x"]), BATCH):
    inside = (data["pair_row"] >= start) & (data["pair_row"] < start + BATCH)
    rows = data["pair_row"][inside] - start
    whole = slice(start, start + BATCH)
    yield data["x"][whole], data["y"][whole], rows, data["counterfactual"][inside]


def dataset(tf, elements):
  """Returns an in-memory dataset with unknown leading dimensions."""
  elements = list(elements)
  spec = tf.nest.map_structure(
    lambda part: tf.TensorSpec([None, *part.shape[1:]], part.dtype), elements[0]
  )
  made = tf.data.Dataset.from_generator(lambda: elements, output_signature=spec)
  return made.cache().prefetch(2)


def ours(data):
  """Returns trainers for a plain model and for a CounterfactualModel."""
  import keras
  import tensorflow as tf

  from clp_tfx.keras import CounterfactualInputs, CounterfactualModel

  def paired():
    for x, y, rows, counterfactual in batches_of(data):
      weight = np.ones(len(rows), "float32")
      yield CounterfactualInputs(x, counterfactual, rows, weight), y

  plain = dataset(tf, ((x, y) for x, y, *_ in batches_of(data)))
  return {
    "plain": (compiled(keras, classifier(keras)), plain),
    "clp": (
      compiled(keras, CounterfactualModel(classifier(keras))),
      dataset(tf, paired()),
    ),
  }


def reference(data):
  """Returns trainers for the reference implementation."""
  import tensorflow as tf
  from tensorflow_model_remediation import counterfactual as reference

  packed_inputs = reference.keras.utils.CounterfactualPackedInputs

  def packed(pairs_of):
    for x, y, rows, counterfactual in batches_of(data):
      if not len(rows):
        continue
      chosen = pairs_of(rows)
      weight = np.ones(len(chosen), "float32")
      pairs = x[rows][chosen], counterfactual[chosen], weight
      yield packed_inputs((x, y), pairs)

  return {
    name: (
      compiled(tf.keras, reference.keras.CounterfactualModel(classifier(tf.keras))),
      dataset(tf, packed(pairs_of)),
    )
    for name, pairs_of in (
      ("same pairs", lambda rows: np.arange(len(rows))),
      ("its packing", lambda rows: np.resize(np.arange(len(rows)), BATCH)),
    )
  }


def work(kind, path):
  """Trains one epoch for each name it reads; prints the seconds per step."""
  with np.load(path) as data:
    trainers = {"ours": ours, "reference": reference}[kind](dict(data))
  for name in map(str.strip, sys.stdin):
    model, batches = trainers[name]
    steps = sum(1 for _ in batches)
    start = time.perf_counter()
    model.fit(batches, verbose=0)
    print(json.dumps((time.perf_counter() - start) / steps), flush=True)


class Worker:
  """A process that trains on demand."""

  def __init__(self, kind, path):
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    if kind == "reference":
      environment["TF_USE_LEGACY_KERAS"] = "1"
    self.process = subprocess.Popen(
      [sys.executable, __file__, "--worker", kind, path],
      stdin=subprocess.PIPE,
      stdout=subprocess.PIPE,
      text=True,
      env=environment,
    )

  def seconds_per_step(self, name):
    self.process.stdin.write(name + "\n")
    self.process.stdin.flush()
    return json.loads(self.process.stdout.readline())


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("--comments", type=Path, default=COMMENTS)
  parser.add_argument("--batches", type=int, default=40, help="steps per round")
  parser.add_argument("--rounds", type=int, default=9)
  parser.add_argument("--json", type=Path, help="also write the figures here")
  parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
  args = parser.parse_args()
  if args.worker:
    work(*args.worker)
    return
  data = prepared(args.comments, args.batches)
  share = len(data["pair_row"]) / len(data["x"])
  names = {"plain": "ours", "clp": "ours"}
  names |= {"same pairs": "reference", "its packing": "reference"}
  seconds = {name: [] for name in names}
  with tempfile.TemporaryDirectory() as folder:
    np.savez(f"{folder}/data.npz", **data)
    workers = {
      kind: Worker(kind, f"{folder}/data.npz") for kind in ("ours", "reference")
    }
    for name, kind in names.items():
      workers[kind].seconds_per_step(name)  # traces and fills the cache
    for _ in range(args.rounds):
      for name, kind in names.items():
        seconds[name].append(workers[kind].seconds_per_step(name))
    for worker in workers.values():
      worker.process.stdin.close()
      worker.process.wait()

  def ratio(numerator, denominator):
    rounds = zip(seconds[numerator], seconds[denominator], strict=True)
    return statistics.median(a / b for a, b in rounds)

  figures = {
    "share_of_rows_with_a_counterfactual": share,
    "clp_step_over_plain_step": ratio("clp", "plain"),
    "bar": (1 + share) * 1.15,
    "reference_step_over_clp_step_same_pairs": ratio("same pairs", "clp"),
    "reference_step_over_clp_step_its_packing": ratio("its packing", "clp"),
    "bar_reference": 1.8,
    "milliseconds_per_step": {
      name: 1000 * statistics.median(values) for name, values in seconds.items()
    },
  }
  for name, value in figures.items():
    print(f"{name:42} {value if isinstance(value, dict) else round(value, 3)}")
  if args.json:
    args.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
  main()
