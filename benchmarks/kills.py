"""Kills `run`, `sweep` and `evaluate` at random moments, and runs them again.

    python benchmarks/kills.py [--kills 20] [--commands run sweep evaluate] [--seed 0]

Each works on an output folder that holds an earlier pushed model. It is killed with
SIGKILL, processes that it started included, at a random moment of the time that it
takes undisturbed. Then it runs again. The earlier model must be whole at every moment,
every version beside it whole whenever it is there, and the figures and the exit code of
the second attempt those of an undisturbed one.

Ends with a line per command: kills, how many of them hit it at work, what was wrong.
Exit code 1 if anything was.
"""

import argparse
import csv
import hashlib
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLP_TFX = [sys.executable, "-c", "from clp_tfx.cli import main; main()"]
COMMENTS = 600
PERSONS = ("woman", "man", "gay man", "lesbian", "teacher", "neighbour")
WORDS = {"1": ("stupid", "disgusting", "awful"), "0": ("kind", "clever", "lovely")}
TOLERANCE = 1e-5
POLL_SECONDS = 0.2
OPTIONS = [
  *("--comments", "comments.csv", "--epochs", "1", "--max-flip-rate", "1"),
  *("--min-auc", "0.51", "--min-pairs", "1"),
  *("--min-positive-ratio", "0", "--max-positive-ratio", "0"),
]
# Another seed than the earlier model's: something is left to do.
COMMANDS = {
  "run": ["run", *OPTIONS, "--baseline", "none", "--seed", "2"],
  "sweep": ["sweep", *OPTIONS, "--weights", "0,1", "--seeds", "1", "--seed", "2"],
  "evaluate": [
    *("evaluate", "model", "--comments", "comments.csv", "--split", "all"),
    *("--max-flip-rate", "1", "--min-pairs", "1"),
  ],
}
FIGURES = {
  "run": ("summary.json", ("clp", "gate")),
  "sweep": ("sweep.json", ("eval", "test", "recommended", "reason")),
  "evaluate": ("summary.json", ("clp", "gate")),
}


def main():
  """Runs the benchmark."""
  parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
  parser.add_argument("--kills", type=int, default=20, help="of each command")
  parser.add_argument("--commands", nargs="+", choices=COMMANDS, default=list(COMMANDS))
  parser.add_argument("--seed", type=int, default=0, help="of the moments")
  args = parser.parse_args()
  with tempfile.TemporaryDirectory(prefix="kills-") as folder:
    wrong = measure(Path(folder), args.commands, args.kills, random.Random(args.seed))
  sys.exit(1 if wrong else 0)


def measure(folder, commands, kills, rng):
  """Prints a line per command; returns how many attempts went wrong."""
  write_comments(folder / "comments.csv", rng)
  earlier = [*OPTIONS, "--baseline", "none", "--seed", "1", "--output", "earlier"]
  attempt(folder, ["run", *earlier], folder / "earlier")
  (model,) = served(folder / "earlier")
  shutil.copytree(model, folder / "model")
  total = 0
  for name in commands:
    undisturbed = fresh(folder, "undisturbed")
    started = time.monotonic()
    expected = again(folder, name, undisturbed)
    seconds = time.monotonic() - started
    hits, problems = 0, []
    for _ in range(kills):
      output = fresh(folder, "killed")
      command = [*COMMANDS[name], "--output", output.name]
      code, found = attempt(folder, command, output, rng.uniform(0, seconds))
      hits += code == -signal.SIGKILL
      problems += found
      problems += differences(expected, again(folder, name, output))
    print(f"{name}: {kills} kills, {hits} at work; wrong: {problems or 'nothing'}")
    total += len(problems)
  return total


def write_comments(path, rng):
  """Writes comments whose labels can be learned, and which name people."""
  with open(path, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file)
    writer.writerow(["comment_text", "toxicity"])
    for number in range(COMMENTS):
      label = rng.choice(list(WORDS))
      word, person = rng.choice(WORDS[label]), rng.choice(PERSONS)
      writer.writerow([f"This {person} is {word}, says number {number}.", label])


def fresh(folder, name):
  """Returns an output folder that holds the earlier model, and nothing since."""
  output = folder / name
  shutil.rmtree(output, ignore_errors=True)
  return Path(shutil.copytree(folder / "earlier", output))


def again(folder, name, output):
  """Runs a command to its end; returns exit code, figures and what was wrong."""
  command = [*COMMANDS[name], "--output", output.name]
  code, problems = attempt(folder, command, output)
  file, keys = FIGURES[name]
  written = json.loads((output / file).read_text(encoding="utf-8"))
  return {"code": code, "wrong": problems, **{key: written[key] for key in keys}}


def attempt(folder, command, output, seconds=math.inf):
  """Runs a command, or kills it; returns its exit code and what was wrong."""
  before = {model.name: digest(model) for model in served(output)}
  process = subprocess.Popen(
    [*CLP_TFX, *command],
    cwd=folder,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
    start_new_session=True,
  )
  problems = set()
  end = time.monotonic() + seconds
  while process.poll() is None and time.monotonic() < end:
    problems |= broken(output, before)
    time.sleep(max(0.0, min(POLL_SECONDS, end - time.monotonic())))
  if process.poll() is None:
    os.killpg(process.pid, signal.SIGKILL)
  process.wait()
  return process.returncode, sorted(problems | broken(output, before))


def broken(output, before):
  """Returns what is wrong with the versions that a server would load."""
  found = {model.name: digest(model) for model in served(output)}
  problems = {f"{name} changed" for name in before if found.get(name) != before[name]}
  names = {frozenset(files) for files in found.values()}
  return problems | ({"a version is not whole"} if len(names) > 1 else set())


def served(output):
  """Returns the folders that a model server would load."""
  return sorted(output.glob("serving_model/[0-9]*"))


def digest(model):
  """Returns a digest of each file of a model, by its path."""
  return {
    str(path.relative_to(model)): hashlib.sha256(path.read_bytes()).hexdigest()
    for path in sorted(model.rglob("*"))
    if path.is_file()
  }


def differences(expected, found, path=""):
  """Returns where two values differ, numbers by more than the tolerance."""
  if isinstance(expected, dict) and isinstance(found, dict):
    keys = sorted({*expected, *found})
    pairs = [(key, expected.get(key), found.get(key)) for key in keys]
  elif isinstance(expected, list) and isinstance(found, list):
    if len(expected) != len(found):
      return [f"{path}: {len(expected)} became {len(found)}"]
    pairs = [(i, *pair) for i, pair in enumerate(zip(expected, found, strict=True))]
  else:
    numbers = all(
      isinstance(each, float | int) and not isinstance(each, bool)
      for each in (expected, found)
    )
    same = (
      math.isclose(expected, found, abs_tol=TOLERANCE)
      if numbers
      else (expected == found)
    )
    return [] if same else [f"{path}: {expected} became {found}"]
  return [
    line
    for key, one, other in pairs
    for line in differences(one, other, f"{path}/{key}")
  ]


if __name__ == "__main__":
  main()
