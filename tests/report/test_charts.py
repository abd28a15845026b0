import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clp_tfx.report.charts import highest_first, rate_chart, ticks, training_panels


def metrics(rates):
  return {"flip_rate_by_group": rates, "pairs_by_group": dict.fromkeys(rates, 3)}


def test_bars_are_on_a_square_root_scale():
  before = metrics({"b": 1.0, "a": 0.25})
  after = metrics({"b": None, "a": 0.01})
  # The roots of 1, 1/4 and 1/100 in percent; 4 times as much is twice as long.
  chart = rate_chart(before, after, "group")
  assert chart["rows"] == [
    {
      "name": "a",
      "pairs": 3,
      "left_out": {},
      "bars": [
        {
          "model": "baseline",
          "rate": 0.25,
          "bounds": None,
          "placebo": None,
          "width": 50,
          "interval": None,
        },
        {
          "model": "clp",
          "rate": 0.01,
          "bounds": None,
          "placebo": None,
          "width": 10,
          "interval": None,
        },
      ],
    },
    {
      "name": "b",
      "pairs": 3,
      "left_out": {},
      "bars": [
        {
          "model": "baseline",
          "rate": 1.0,
          "bounds": None,
          "placebo": None,
          "width": 100,
          "interval": None,
        },
        {
          "model": "clp",
          "rate": None,
          "bounds": None,
          "placebo": None,
          "width": 0,
          "interval": None,
        },
      ],
    },
  ]
  assert chart["ticks"] == [(10, "1%"), (22.36, "5%"), (50, "25%"), (100, "100%")]


def test_the_scale_ends_where_the_rates_and_their_bounds_do():
  clp = metrics({"a": 0.0016, "b": 0.2}) | {
    "flip_rate_bounds_by_group": {"a": [0.0, 0.0064], "b": [None, None]}
  }
  with_bounds, without = rate_chart(None, clp, "group")["rows"]
  # The end is 25%: the roots of .0016 / .25, .0064 / .25 and .2 / .25.
  assert with_bounds["bars"][0]["width"] == 8
  assert with_bounds["bars"][0]["interval"] == [0, 16]
  assert without["bars"][0]["width"] == 89.44
  assert without["bars"][0]["interval"] is None
  few = rate_chart(None, metrics({"a": 0.008}), "group")
  assert few["ticks"] == [(50, "0.25%"), (100, "1%")]


def test_no_flip_at_all_is_no_bar():
  (row,) = rate_chart(None, metrics({"a": 0.0}), "group")["rows"]
  (bar,) = row["bars"]
  assert bar["rate"] == 0 and bar["width"] == 0


def test_terms_with_the_highest_rate_of_any_model_come_first():
  def term_metrics(rates, pairs):
    return {"flip_rate_by_term": rates, "pairs_by_term": pairs}

  pairs = {"a": 5, "b": 9, "c": 7, "d": 1}
  before = term_metrics({"a": 0.1, "b": 0.2, "c": 0.2, "d": None}, pairs)
  after = term_metrics({"a": 0.3, "b": 0.0, "c": 0.0, "d": None}, pairs)
  rows = highest_first(rate_chart(before, after, "term")["rows"])
  assert [row["name"] for row in rows] == ["a", "b", "c", "d"]


def test_rates_of_few_pairs_come_last():
  rates = {"one": 1.0, "many": 0.1, "more": 0.2}
  after = {
    "flip_rate_by_term": rates,
    "pairs_by_term": {"one": 1, "many": 30, "more": 40},
  }
  rows = highest_first(rate_chart(None, after, "term")["rows"])
  assert [row["name"] for row in rows] == ["more", "many", "one"]


def test_a_panel_per_metric():
  history = [{"epoch": 1, "loss": 2.0, "val_auc": None}, {"epoch": 2, "loss": 1.0}]
  (panel,) = training_panels({"clp": history})
  assert panel["title"] == "Training loss"
  assert panel["lines"] == [
    {
      "model": "clp",
      "points": [
        {"x": 56, "y": 12, "epoch": 1, "value": 2.0},
        {"x": 310, "y": 130, "epoch": 2, "value": 1.0},
      ],
    }
  ]
  assert panel["x_ticks"] == [(56, 1), (310, 2)]
  assert panel["y_ticks"] == [
    (130, "1"),
    (106.4, "1.2"),
    (82.8, "1.4"),
    (59.2, "1.6"),
    (35.6, "1.8"),
    (12, "2"),
  ]


def test_one_epoch_is_in_the_middle():
  (panel,) = training_panels({"clp": [{"epoch": 1, "loss": 2.0}]})
  assert panel["lines"][0]["points"] == [{"x": 183, "y": 71, "epoch": 1, "value": 2.0}]
  assert panel["x_ticks"] == [(183, 1)] and panel["y_ticks"] == [(71, "2")]


@pytest.mark.parametrize(
  ("low", "high", "expected"),
  [
    (0.0, 0.03, [0.0, 0.01, 0.02, 0.03]),
    (0.962, 0.972, [0.962, 0.964, 0.966, 0.968, 0.97, 0.972]),
    (0.0, 0.26, [0.0, 0.1, 0.2, 0.3]),
    (0.0, 0.01, [0.0, 0.002, 0.004, 0.006, 0.008, 0.01]),
    (-0.03, 0.03, [-0.04, -0.02, 0.0, 0.02, 0.04]),
    (2.0, 2.0, [2.0]),
    (0.0, 0.0, [0.0]),
  ],
)
def test_ticks_are_round_and_enclose(low, high, expected):
  assert ticks(low, high) == pytest.approx(expected)


@given(st.lists(st.floats(-1e12, 1e12) | st.just(math.nan), max_size=5))
def test_points_stay_inside_the_panel(losses):
  history = [{"epoch": i, "loss": loss} for i, loss in enumerate(losses, start=1)]
  points = [
    point
    for panel in training_panels({"clp": history})
    for line in panel["lines"]
    for point in line["points"]
  ]
  assert [p["value"] for p in points] == [x for x in losses if not math.isnan(x)]
  assert all(56 <= p["x"] <= 310 and 12 <= p["y"] <= 130 for p in points)
