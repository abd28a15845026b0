"""Measures what FlipRate and BiasAUC cost: an evaluation with and without them.

python benchmarks/evaluation.py [COMMENTS] [OUTPUT]

Target: an evaluation of real comments with them takes at most 1.3 times as long as one
without them, plus the time that the same models need to score the same counterfactual
texts in batches, outside Beam. Without them the comments are sliced by the groups and
terms that they mention, with them by those that their pairs edit. There are two models,
as in the pipeline.

Prints a table, writes OUTPUT/evaluation.json, and exits with 1 if the target is missed.
Prints a message and skips if the comments file does not exist. Times are the CPU time
of this process, which does not depend on other processes; the table also shows
wall-clock time.
"""

import csv
import gzip
import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import tensorflow as tf
import tensorflow_model_analysis as tfma
from rich.console import Console
from rich.table import Table

from clp_tfx import features
from clp_tfx.counterfactuals import (
  CounterfactualGenerator,
  IdentityTerms,
  edits_to_json,
  groups_with_ancestors,
)
from clp_tfx.tfma import counterfactual_extractors, make_eval_config

COMMENTS = Path(__file__).parents[2] / "shared" / "data" / "comments.csv.gz"
BAR = 1.3
REPEATS = 2
MODELS = ("clp", "baseline")
_BATCH = 512


def main(comments: str = str(COMMENTS), output: str = "out/evaluation") -> int:
  if not Path(comments).is_file():
    print(f"Skipped: {comments} does not exist; name a file of comments.")
    return 0
  folder = Path(output)
  folder.mkdir(parents=True, exist_ok=True)
  serialized = [*_examples(comments)]
  with tf.io.TFRecordWriter(str(folder / "data.tfrecord")) as writer:
    for each in serialized:
      writer.write(each)
  for seed, name in enumerate(MODELS):
    save_model(folder / name, seed)
  counterfactuals = [*_counterfactual_examples(serialized)]
  seconds: dict[str, list[tuple[float, float]]] = {}
  for _ in range(REPEATS):
    for name, work in (
      ("without", lambda: _evaluate(folder, with_flips=False)),
      ("with", lambda: _evaluate(folder, with_flips=True)),
      ("scoring", lambda: _score(folder, counterfactuals)),
    ):
      seconds.setdefault(name, []).append(_timed(work))
  cpu = {name: min(each[0] for each in runs) for name, runs in seconds.items()}
  wall = {name: min(each[1] for each in runs) for name, runs in seconds.items()}
  table = Table("", "CPU s", "wall s")
  for name in cpu:
    table.add_row(name, f"{cpu[name]:.2f}", f"{wall[name]:.2f}")
  ratio = (cpu["with"] - cpu["scoring"]) / cpu["without"]
  table.add_row("(with - scoring) / without", f"{ratio:.3f}", "")
  Console().print(f"{len(serialized)} comments, {len(counterfactuals)} pairs", table)
  figures = {
    "comments": len(serialized),
    "pairs": len(counterfactuals),
    "cpu_seconds": cpu,
    "wall_seconds": wall,
    "ratio": ratio,
    "bar": BAR,
  }
  (folder / "evaluation.json").write_text(json.dumps(figures, indent=2) + "\n")
  return int(ratio > BAR)


def _examples(comments: str) -> list[bytes]:
  """Returns the test comments as the pipeline passes them to the Evaluator."""
  generator = CounterfactualGenerator(
    IdentityTerms.load("gender_and_sexual_orientation")
  )
  made = []
  with gzip.open(comments, "rt", encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
      if row["split"] != "test":
        continue
      found = generator.generate(row["comment_text"])
      edits = [edit for each in found for edit in each.edits if edit.group]
      groups = {g for edit in edits for g in groups_with_ancestors(edit.group)}
      values = {
        "comment_text": [row["comment_text"]],
        features.COUNTERFACTUAL_TEXT: [each.text for each in found],
        features.COUNTERFACTUAL_GROUP: [each.group for each in found],
        features.COUNTERFACTUAL_EDIT: [each.edit for each in found],
        features.COUNTERFACTUAL_EDITS: [edits_to_json(each.edits) for each in found],
        features.IDENTITY_TERM: sorted({edit.term for edit in edits}),
        features.IDENTITY_GROUP: sorted(groups),
      }
      example = tf.train.Example()
      for name, texts in values.items():
        example.features.feature[name].bytes_list.value.extend(
          text.encode("utf-8", "surrogateescape") for text in texts
        )
      label = float(row["toxicity"])
      example.features.feature[features.LABEL].float_list.value.append(label)
      example.features.feature[features.LABEL_WEIGHT].float_list.value.append(1.0)
      made.append(example.SerializeToString())
  return made


def _counterfactual_examples(serialized: list[bytes]) -> list[bytes]:
  replaced = []
  for each in serialized:
    example = tf.train.Example.FromString(each)
    values = example.features.feature
    for text in list(values[features.COUNTERFACTUAL_TEXT].bytes_list.value):
      values["comment_text"].bytes_list.value[:] = [text]
      replaced.append(example.SerializeToString())
  return replaced


def save_model(path: Path, seed: int) -> None:
  """Saves an untrained model: embedding, convolution, maximum and sigmoid."""
  random = tf.random.Generator.from_seed(seed)
  module = tf.Module()
  module.embedding = tf.Variable(random.normal([20_000, 64]))
  module.kernel = tf.Variable(random.normal([5, 64, 64]))
  module.weights = tf.Variable(random.normal([64, 1]))

  @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
  def serve(examples):
    spec = {"comment_text": tf.io.FixedLenFeature([], tf.string)}
    words = tf.strings.split(tf.io.parse_example(examples, spec)["comment_text"])
    tokens = tf.strings.to_hash_bucket_fast(words, 20_000)
    embedded = tf.nn.embedding_lookup(module.embedding, tokens.to_tensor()[:, :128])
    pooled = tf.reduce_max(tf.nn.conv1d(embedded, module.kernel, 1, "SAME"), axis=1)
    return {"scores": tf.sigmoid(pooled @ module.weights / 100)}

  tf.saved_model.save(module, str(path), signatures={"serving_default": serve})


def _evaluate(folder: Path, with_flips: bool) -> None:
  config = make_eval_config(max_flip_rate=1, min_auc=0, max_auc_drop=1)
  if not with_flips:
    del config.metrics_specs[1:], config.slicing_specs[1:]
    for name in (features.IDENTITY_GROUP, features.IDENTITY_TERM):
      config.slicing_specs.add(feature_keys=[name])
  models = [
    tfma.default_eval_shared_model(
      str(folder / spec.name), model_name=spec.name, eval_config=config
    )
    for spec in config.model_specs
  ]
  extractors = counterfactual_extractors if with_flips else tfma.default_extractors
  tfma.run_model_analysis(
    eval_shared_model=models,
    eval_config=config,
    data_location=str(folder / "data.tfrecord"),
    output_path=str(folder / "result"),
    extractors=extractors(eval_shared_model=models, eval_config=config),
  )
  shutil.rmtree(folder / "result")


def _score(folder: Path, examples: list[bytes]) -> None:
  for name in MODELS:
    signature = tf.saved_model.load(str(folder / name)).signatures["serving_default"]
    for start in range(0, len(examples), _BATCH):
      signature(tf.constant(examples[start : start + _BATCH]))


def _timed(work: Callable[[], None]) -> tuple[float, float]:
  cpu, wall = time.process_time(), time.monotonic()
  work()
  return time.process_time() - cpu, time.monotonic() - wall


if __name__ == "__main__":
  sys.exit(main(*sys.argv[1:]))
