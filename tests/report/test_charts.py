import math

from hypothesis import given
from hypothesis import strategies as st

from clp_tfx.report.charts import highest_first, rate_bars, training_panels


def metrics(rates):
  return {"flip_rate_by_group": rates, "pairs_by_group": dict.fromkeys(rates, 3)}


def test_bars_are_relative_to_the_longest():
  before = metrics({"b": 0.4, "a": 0.1})
  after = metrics({"b": None, "a": 0.02})
  assert rate_bars(before, after, "group") == [
    {
      "name": "a",
      "pairs": 3,
      "left_out": {},
      "bars": [
        {
          "model": "baseline",
          "rate": 0.1,
          "bounds": None,
          "width": 25,
          "interval": None,
        },
        {"model": "clp", "rate": 0.02, "bounds": None, "width": 5, "interval": None},
      ],
    },
    {
      "name": "b",
      "pairs": 3,
      "left_out": {},
      "bars": [
        {
          "model": "baseline",
          "rate": 0.4,
          "bounds": None,
          "width": 100,
          "interval": None,
        },
        {"model": "clp", "rate": None, "bounds": None, "width": 0, "interval": None},
      ],
    },
  ]


def test_an_interval_may_be_the_longest():
  clp = metrics({"a": 0.1, "b": 0.2}) | {
    "flip_rate_bounds_by_group": {"a": [0.05, 0.4], "b": [None, None]}
  }
  with_bounds, without = rate_bars(None, clp, "group")
  assert with_bounds["bars"][0]["width"] == 25
  assert with_bounds["bars"][0]["interval"] == [12.5, 100]
  assert without["bars"][0]["width"] == 50 and without["bars"][0]["interval"] is None


def test_no_flip_at_all_is_no_bar():
  (row,) = rate_bars(None, metrics({"a": 0.0}), "group")
  (bar,) = row["bars"]
  assert bar["rate"] == 0 and bar["width"] == 0


def test_terms_with_the_highest_rate_of_any_model_come_first():
  def term_metrics(rates, pairs):
    return {"flip_rate_by_term": rates, "pairs_by_term": pairs}

  pairs = {"a": 5, "b": 9, "c": 7, "d": 1}
  before = term_metrics({"a": 0.1, "b": 0.2, "c": 0.2, "d": None}, pairs)
  after = term_metrics({"a": 0.3, "b": 0.0, "c": 0.0, "d": None}, pairs)
  rows = highest_first(rate_bars(before, after, "term"))
  assert [row["name"] for row in rows] == ["a", "b", "c", "d"]


def test_a_panel_per_metric():
  history = [{"epoch": 1, "loss": 2.0, "val_auc": None}, {"epoch": 2, "loss": 1.0}]
  (panel,) = training_panels({"clp": history})
  assert panel["title"] == "Training loss"
  assert panel["lines"] == [
    {
      "model": "clp",
      "points": [
        {"x": 48, "y": 12, "epoch": 1, "value": 2.0},
        {"x": 310, "y": 130, "epoch": 2, "value": 1.0},
      ],
    }
  ]
  assert panel["x_ticks"] == [(48, 1), (310, 2)]
  assert panel["y_ticks"] == [(130, "1"), (71, "1.5"), (12, "2")]


def test_one_epoch_is_in_the_middle():
  (panel,) = training_panels({"clp": [{"epoch": 1, "loss": 2.0}]})
  assert panel["lines"][0]["points"] == [{"x": 179, "y": 71, "epoch": 1, "value": 2.0}]
  assert panel["x_ticks"] == [(179, 1)] and panel["y_ticks"] == [(71, "2")]


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
  assert all(48 <= p["x"] <= 310 and 12 <= p["y"] <= 130 for p in points)
