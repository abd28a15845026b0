"""Figures against targets, as compared by benchmarks/encoder.py."""

import pytest

from benchmarks.encoder_figures import bars


def arm(control, clp):
  names = ("auc", "flip_rate", "mean_distance", "matched_recall", "recall")
  methods = {"control": control, "clp": clp}
  return {"methods": {k: dict(zip(names, v, strict=True)) for k, v in methods.items()}}


def test_changes_are_of_the_control_or_a_share_of_it():
  rows = bars({"frozen": arm((0.9, 0.2, 0.1, 0.5, 0.5), (0.9, 0.02, 0.04, 0.5, 0.4))})
  # .02 / .2 - 1, .04 / .1 - 1; the worse recall is .1 below the control's.
  assert [row["figure"] for row in rows] == pytest.approx([0, -0.9, -0.6, 0, 0.1])
  assert [row["met"] for row in rows] == [True, True, False, True, False]


def test_the_convolution_has_no_targets_but_an_auc_to_beat():
  same = (0.9, 0.2, 0.1, 0.5, 0.5)
  arms = {
    "convolution": arm(same, same),
    "frozen": arm((0.89, *same[1:]), same),
    "trained": arm((0.92, *same[1:]), same),
  }
  rows = bars(arms)
  assert [row["met"] for row in rows[:5]] == [None] * 5
  assert rows[-1]["figure"] == pytest.approx(-0.02)
  assert rows[-1]["met"] is True
  del arms["trained"]
  assert bars(arms)[-1]["met"] is False


def test_a_control_without_flips_shows_nothing():
  rows = bars({"frozen": arm((0.9, 0, 0.1, 0.5, 0.5), (0.9, 0, 0.1, 0.5, 0.5))})
  assert rows[1]["met"] is False
