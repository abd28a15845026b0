"""What a training step costs with each weight: its seconds, and peak memory."""

import dataclasses
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

STEPS = 20
ROUNDS = 3


def costs(examples: str, transform_graph: str, hparams: Sequence) -> list[dict]:
  """Trains some steps with each of several hyperparameters, in processes of their own.

  They alternate, so that other load on the machine affects all of them equally.

  Args:
    examples: Folder of the transformed examples.
    transform_graph: Folder of Transform's graph.
    hparams: The hyperparameters.

  Returns:
    For each, `seconds` per step (the median over rounds) and peak memory in
    `gigabytes`.
  """
  workers = [_worker(examples, transform_graph, each) for each in hparams]
  for worker in workers:
    _round(worker)  # Traces and fills the cache.
  rounds = [[_round(worker) for worker in workers] for _ in range(ROUNDS)]
  for worker in workers:
    worker.stdin.close()
    worker.wait()
  return [
    {
      "seconds": statistics.median(each["seconds"] for each in of_worker),
      "gigabytes": of_worker[-1]["gigabytes"],
    }
    for of_worker in zip(*rounds, strict=True)
  ]


def _worker(examples: str, transform_graph: str, hparams) -> subprocess.Popen:
  given = json.dumps(dataclasses.asdict(hparams))
  return subprocess.Popen(
    [sys.executable, __file__, examples, transform_graph, given],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    text=True,
    env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
  )


def _round(worker: subprocess.Popen) -> dict:
  worker.stdin.write("\n")
  worker.stdin.flush()
  return json.loads(worker.stdout.readline())


def work(examples: str, transform_graph: str, given: str) -> None:
  """Trains for each line that it reads; prints what it took."""
  import tensorflow_transform as tft

  from clp_tfx.sweep import split_pattern
  from clp_tfx.training import HParams, compiled, read_batches, starting_classifier

  hparams = HParams.from_dict(json.loads(given))
  transform = tft.TFTransformOutput(transform_graph)
  model = compiled(starting_classifier(hparams, transform), hparams, STEPS)
  batches = read_batches(
    [split_pattern(examples, "train")],
    transform.transformed_feature_spec(),
    hparams.batch_size,
    shuffle_seed=hparams.seed,
    max_tokens=hparams.max_tokens,
  )
  batches = batches.take(STEPS).cache()
  steps = sum(1 for _ in batches)
  for _ in sys.stdin:
    start = time.perf_counter()
    model.fit(batches, verbose=0)
    seconds = (time.perf_counter() - start) / steps
    print(json.dumps({"seconds": seconds, "gigabytes": _peak()}), flush=True)


def _peak() -> float:
  # Not ru_maxrss, in which a process has inherited the memory of the one it came from.
  (line,) = re.findall(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
  return int(line) * 1024 / 1e9


if __name__ == "__main__":
  work(*sys.argv[1:])
