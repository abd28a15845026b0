"""Measures whether reading keeps up with training, as ratios within one run.

python benchmarks/input_pipeline.py PIPELINE_ROOT [OUTPUT.json]

PIPELINE_ROOT is the pipeline root of a finished `clp-tfx run`. The benchmark alternates
between only reading the batches, training on them from memory, and training on them as
they are read.
"""

import json
import sys
import time
from pathlib import Path

import keras
import tensorflow as tf
import tensorflow_transform as tft
from rich.console import Console
from rich.table import Table

from clp_tfx.training import HParams, compiled, read_batches, starting_classifier

STEPS, ROUNDS = 600, 2


def main(pipeline_root: str, output: str | None = None) -> None:
  graph, examples = (
    max(Path(pipeline_root, "Transform", name).iterdir(), key=lambda p: int(p.name))
    for name in ("transform_graph", "transformed_examples")
  )
  transform_output = tft.TFTransformOutput(str(graph))
  hparams = HParams()
  keras.utils.set_random_seed(hparams.seed)
  model = compiled(starting_classifier(hparams, transform_output), hparams, 1)
  read = read_batches(
    [f"{examples}/Split-train/*"],
    transform_output.transformed_feature_spec(),
    hparams.batch_size,
    shuffle_seed=1,
  ).take(STEPS)
  in_memory = read.cache()
  for _ in in_memory:
    pass
  model.fit(in_memory, verbose=0)  # Traces.

  def fit(dataset: tf.data.Dataset) -> None:
    model.fit(dataset, verbose=0)

  ways = {
    "read": lambda: [None for _ in read],
    "trained on from memory": lambda: fit(in_memory),
    "trained on as they are read": lambda: fit(read),
  }
  seconds, cores = dict.fromkeys(ways, 0.0), dict.fromkeys(ways, 0.0)
  for _ in range(ROUNDS):
    for name, run in ways.items():
      wall, used = time.perf_counter(), time.process_time()
      run()
      seconds[name] += time.perf_counter() - wall
      cores[name] += time.process_time() - used
  table = Table("batches", "per second", "cores busy")
  figures = {}
  for name in ways:
    rate, busy = STEPS * ROUNDS / seconds[name], cores[name] / seconds[name]
    figures[name] = {"per_second": rate, "cores_busy": busy}
    table.add_row(name, f"{rate:.1f}", f"{busy:.2f}")
  memory, stream = list(ways)[1:]
  ratio = seconds[memory] / seconds[stream]
  figures["speed as read / from memory"] = ratio
  Console().print(table, f"Training speed, as read / from memory: {ratio:.3f}")
  if output:
    Path(output).write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
  main(*sys.argv[1:])
