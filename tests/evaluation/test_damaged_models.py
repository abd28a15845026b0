"""Damaged models: the check before an evaluation says what is wrong in a sentence."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.fuzz import damage_model, save_model, wrong_with_sentence
from clp_tfx.cli import cli

# In a process of its own: TensorFlow may end the one that loads a damaged graph.
CHECK = """
import json, sys
import tensorflow as tf
from clp_tfx.errors import InputError
from clp_tfx.scorers.scorer import TextScorer

example = tf.train.Example()
example.features.feature["comment_text"].bytes_list.value.append(b"A gay person")
for path in sys.argv[1:]:
  try:
    scores = TextScorer(path).score_examples([example.SerializeToString()] * 3)
    told = {"scores": scores.tolist()}
  except InputError as error:
    told = {"refused": str(error)}
  except BaseException as error:
    told = {"failed": f"{type(error).__name__}: {error}"}
  print("told", json.dumps(told), flush=True)
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
  path = tmp_path_factory.mktemp("whole") / "model"
  save_model(path)
  return path


def test_thirty_damaged_models(whole, tmp_path):
  paths = [tmp_path / str(seed) for seed in range(30)]
  for seed, path in enumerate(paths):
    damage_model(whole, path, seed)
  before = contents(tmp_path)
  done = subprocess.run(
    [sys.executable, "-c", CHECK, *map(str, paths)],
    capture_output=True,
    text=True,
    check=False,
  )
  lines = [line for line in done.stdout.splitlines() if line.startswith("told ")]
  told = [json.loads(line.removeprefix("told ")) for line in lines]
  assert len(told) == len(paths), f"{paths[len(told)]} ended the process: {done.stderr}"
  refused = 0
  for path, each in zip(paths, told, strict=True):
    assert "failed" not in each, path
    if "refused" in each:
      assert wrong_with_sentence(each["refused"], path) is None
      refused += 1
    else:
      assert all(0 <= score <= 1 for score in each["scores"])
  assert refused >= 15
  assert contents(tmp_path) == before


def contents(folder):
  return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
  ("name", "content"),
  [
    ("saved_model.pb", None),
    ("saved_model.pb", b""),
    ("saved_model.pb", b"no graph"),
    ("variables/variables.index", None),
    ("variables/variables.data-00000-of-00001", b"no variables"),
    ("assets/words.txt", None),
  ],
)
def test_exit_code_and_sentence_of_the_command(whole, tmp_path, name, content):
  model = tmp_path / "model"
  for path, old in contents(whole).items():
    copy = model / path.relative_to(whole)
    copy.parent.mkdir(parents=True, exist_ok=True)
    if copy != model / name:
      copy.write_bytes(old)
    elif content is not None:
      copy.write_bytes(content)
  comments = Path(tmp_path, "c.csv")
  comments.write_text("comment_text\nA gay person\n")
  output = tmp_path / "out"
  options = ["--comments", comments, "--output", output]
  done = CliRunner().invoke(cli, list(map(str, ["evaluate", model, *options])))
  assert done.exit_code == 2
  sentence = done.stderr.strip().splitlines()[-1]
  assert sentence.startswith("Error: ") and "Traceback" not in done.output
  assert wrong_with_sentence(sentence, model) is None
  assert [each.name for each in output.iterdir()] == ["clp-tfx.log"]
