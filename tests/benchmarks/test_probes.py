import csv

import numpy as np
import pytest

from benchmarks.probes import Scored, bars, edited_texts, figures_of
from clp_tfx.probes import fill_probes

PROBES = fill_probes()
LABELS = np.array([0, 0, 1, 1])


def scored(*edited):
  logits = np.array([1.0 if each.label == "hostile" else -1.0 for each in PROBES])
  return Scored(logits, np.array([-2.0, -1.0, 1.0, 2.0]), np.array(edited))


def test_flip_rates_of_pairs_and_placebo_edits_averaged_over_seeds():
  # Of two pairs none and one flip; of two placebo edits one and both.
  first = scored([-1, 1], [-2, 2], [1, 2])
  second = scored([-1, 1], [1, 2], [1, -1])
  clp = figures_of(PROBES, [first, second], [first, second], LABELS)
  assert (clp.flip_rate, clp.placebo_flip_rate) == (0.25, 0.75)
  row = bars(PROBES, clp._replace(flip_rate=0.5), clp)[-1]
  assert row == {
    "name": "flip rate of pairs, against placebo edits",
    "figure": 0.25,
    "bar": 0.75,
    "control": 0.5,
    "met": True,
  }
  assert not bars(PROBES, clp, clp._replace(flip_rate=0.76))[-1]["met"]


@pytest.mark.e2e
def test_comments_with_a_pair_and_a_placebo_edit(tmp_path):
  rows = [
    ("comment_text", "split"),
    ("A gay pie was sad.", "test"),  # "pie" is as long as "gay".
    ("A gay man was sad.", "train"),
    ("Women.", "test"),  # No other word can be removed.
    ("Nobody.", "test"),
  ]
  with open(tmp_path / "comments.csv", "w", newline="") as file:
    csv.writer(file).writerows(rows)
  texts = edited_texts(str(tmp_path / "comments.csv"), tmp_path / "texts.csv")
  assert texts == [["A gay pie was sad."], ["A pie was sad."], ["A gay was sad."]]
