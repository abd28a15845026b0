"""A change reruns what depends on it, and nothing else."""

import shutil

import pytest

import clp_tfx.modules.preprocessing

from ..conftest import clp_tfx as command
from ..conftest import summary_of
from .test_demo import COMPONENTS

pytestmark = pytest.mark.e2e

MODEL = "from my_layers import build_model"
LAYERS = """
import keras
from clp_tfx.features import VOCABULARY

def build_model(hparams, tf_transform_output):
  size = tf_transform_output.vocabulary_size_by_name(VOCABULARY)
  tokens = keras.Input([None], dtype="int32")
  x = keras.layers.Embedding(size + 2, UNITS)(tokens)
  return keras.Model(tokens, keras.layers.Dense(1)(keras.ops.mean(x, axis=1)))
"""
# A control would add another training, which follows the same rules.
NODES = set(COMPONENTS) - {"ControlTrainer"}
MODELS = {"Trainer", "Evaluator", "Pusher"}


@pytest.fixture(scope="module")
def work(tmp_path_factory, few_comments):
  """A user's folder: their lexicon, their preprocessing, their model and its module."""
  folder = tmp_path_factory.mktemp("work")
  lexicon = "term,group\ngay,orientation/gay\nshe,gender/female\nhe,gender/male\n"
  (folder / "terms.csv").write_text(lexicon)
  shutil.copy(clp_tfx.modules.preprocessing.__file__, folder / "my_preprocessing.py")
  (folder / "my_model.py").write_text(MODEL)
  (folder / "my_layers.py").write_text(LAYERS.replace("UNITS", "4"))
  return folder


def executed(folder, few_comments):
  done = command(
    "run",
    *("--comments", few_comments),
    *("--output", "out"),
    *("--identity-terms", "terms.csv"),
    *("--preprocessing-fn", "my_preprocessing.preprocessing_fn"),
    *("--model-fn", "my_model.build_model"),
    *("--epochs", 1),
    *("--baseline", "none"),
    *("--harm-gate", "off"),
    cwd=folder,
  )
  assert done.returncode in (0, 3), done.stderr
  return NODES - set(summary_of(folder / "out")["cached"])


def test_each_edit_runs_what_depends_on_it(work, few_comments):
  assert executed(work, few_comments) == NODES

  (work / "my_layers.py").write_text(LAYERS.replace("UNITS", "5"))
  assert executed(work, few_comments) == MODELS

  source = (work / "my_preprocessing.py").read_text()
  assert "tf.strings.lower" in source
  (work / "my_preprocessing.py").write_text(source + "\n# An edit.\n")
  assert executed(work, few_comments) == {"Transform", *MODELS}

  with open(work / "terms.csv", "a") as file:
    file.write("lesbian,orientation/lesbian\n")
  assert executed(work, few_comments) == NODES - {"CommentsExampleGen"}
