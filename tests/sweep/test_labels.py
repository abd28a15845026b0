import math

import numpy as np
import pytest

from clp_tfx.sweep.bounds import FLIP_RATE, QUALITY, Bounds, Miss
from clp_tfx.sweep.candidates import CONTROL, grid
from clp_tfx.sweep.labels import BoundsByLabel, combined
from clp_tfx.sweep.measures import Scores
from clp_tfx.sweep.recommendation import Figure, Row
from clp_tfx.sweep.sweep import run_sweep

BOUNDS = Bounds(
  max_flip_rate=0.1,
  max_auc_drop=1.0,
  min_auc=0.5,
  min_positive_ratio=0.0,
  max_positive_ratio=0.0,
  decision_threshold=0.5,
  gate_on="point",
  min_pairs=1,
)
OF = {"rude": BOUNDS, "threat": BOUNDS}


def row(flip_rate, auc, *missed):
  figures = {"flip_rate": flip_rate, "flip_rate_upper_bound": 1.0, "auc": auc}
  figures |= {"auc_drop": 0.0, "score_gap": 0.0}
  return Row(
    CONTROL, 1, {name: Figure(x, 0.0) for name, x in figures.items()}, [list(missed)]
  )


def test_a_candidate_is_as_good_as_its_worst_judged_label():
  tables = {
    "rude": [row(0.2, 0.9, Miss(FLIP_RATE, "flip rate 0.2000"))],
    "threat": [row(0.1, 0.8, Miss(QUALITY, "AUC 0.8000"))],
    "insult": [row(0.9, 0.5)],
  }
  (worst,) = combined(tables, ["rude", "threat"])
  assert worst.figures["flip_rate"].mean == 0.2
  assert worst.figures["auc"].mean == 0.8
  assert worst.missed == [
    [Miss(FLIP_RATE, "rude: flip rate 0.2000"), Miss(QUALITY, "threat: AUC 0.8000")]
  ]
  assert worst.passes == 0
  assert combined({"": tables["insult"]}, [""]) == tables["insult"]


@pytest.mark.parametrize("name", ["flip_rate", "auc"])
def test_an_undefined_figure_is_the_worst(name):
  given = {"flip_rate": 0.2, "auc": 0.9}
  undefined = given | {name: math.nan}
  tables = {"rude": [row(**undefined)], "threat": [row(**given)]}
  (worst,) = combined(tables, ["rude", "threat"])
  assert math.isnan(worst.figures[name].mean)


def test_bounds_are_said_once_for_the_labels_that_share_them():
  several = {"a": BOUNDS, "b": BOUNDS}
  assert str(BoundsByLabel(several, ["a", "b"])) == f"for a, b {BOUNDS}"
  assert str(BoundsByLabel({"": BOUNDS}, [""])) == str(BOUNDS)


class Given:
  """Ten comments with a pair each: by `threat` every decision flips, by `rude` none."""

  def is_done(self, candidate, seed):
    return True

  def scores(self, candidate, seed, split):
    original = np.linspace(0.1, 0.9, 10)
    label, weight = np.arange(10) // 5 * 1.0, np.ones(10)
    rows = np.arange(10)
    return {
      "rude": Scores(original, label, weight, original, rows),
      "threat": Scores(original, label, weight, 1 - original, rows),
    }


@pytest.mark.parametrize(
  ("judged", "recommended", "reason"),
  [
    (["rude"], "control", "Plain training meets for rude a flip rate of at most 0.1"),
    (["rude", "threat"], None, "0 of 1 seeds (threat: flip rate 1.0000)"),
  ],
)
def test_only_judged_labels_count(judged, recommended, reason, tmp_path):
  bounds = BoundsByLabel(OF, judged)
  result = run_sweep(Given(), grid((0.5,), ("mse",)), [7], bounds, tmp_path)
  assert result["recommended"] == recommended
  assert reason in result["reason"]
  flips = {
    each["label"]: each["flip_rate"]["mean"]
    for each in result["eval"]
    if each["name"] == "control"
  }
  assert flips == {"rude": 0.0, "threat": 1.0}
  assert result["bounds"].keys() == OF.keys()
  header, first, *_ = (tmp_path / "sweep.csv").read_text().splitlines()
  assert header.startswith("label,name,method") and first.startswith("rude,control")
