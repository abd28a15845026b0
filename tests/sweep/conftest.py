"""Transformed comments, few enough to train on within a second."""

import shutil

import pytest

from clp_tfx.sweep.trainings import PreparedData
from tests.conftest import made_once
from tests.training.transformed import transform

COMMENTS = [
  ("gay people are bad", [b"people are bad"], 1.0, 1.0),
  ("they are bad", [], 1.0, 1.0),
  ("people are fine", [], 0.0, 1.0),
  ("he and she are fine", [b"and are fine"], 0.0, 1.0),
]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
  """A `PreparedData` with 16 comments in each split."""

  def prepare(folder):
    transform_graph, records = transform(COMMENTS * 4, folder)
    for split in ("train", "eval", "test"):
      (folder / "examples" / f"Split-{split}").mkdir(parents=True)
      shutil.copy(records, folder / "examples" / f"Split-{split}" / "data.gz")
    return str(folder / "examples"), transform_graph

  return PreparedData(*made_once(tmp_path_factory, "prepared", prepare))
