import math

from hypothesis import given
from hypothesis import strategies as st

from clp_tfx.view.charts import group_bars, training_panels


def metrics(rates):
  return {"flip_rate_by_group": rates, "pairs_by_group": dict.fromkeys(rates, 3)}


def test_bars_are_relative_to_the_longest():
  rows = group_bars(metrics({"b": 0.4, "a": 0.1}), metrics({"b": None, "a": 0.02}))
  assert rows == [
    {
      "group": "a",
      "pairs": 3,
      "bars": [
        {"model": "baseline", "rate": 0.1, "width": 25.0},
        {"model": "clp", "rate": 0.02, "width": 5.0},
      ],
    },
    {
      "group": "b",
      "pairs": 3,
      "bars": [
        {"model": "baseline", "rate": 0.4, "width": 100.0},
        {"model": "clp", "rate": None, "width": 0},
      ],
    },
  ]


def test_no_flip_at_all_is_no_bar():
  (row,) = group_bars(None, metrics({"a": 0.0}))
  assert row["bars"] == [{"model": "clp", "rate": 0.0, "width": 0.0}]


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
