"""Two records side by side."""

import copy

import pytest

from clp_tfx.report.comparison import change_of, compare, comparison_page
from clp_tfx.report.record import make_record

from .test_record import ATTACK, WHOLE
from .test_report import CLP, REFUSED, text


def changed(before, kind, name, figure):
  (row,) = (
    row
    for row in before["figures"]
    if (row["kind"], row["name"], row["figure"]) == (kind, name, figure)
  )
  return row


def with_model(**figures):
  return make_record(WHOLE | {"clp": WHOLE["clp"] | figures})


def test_a_change_is_clear_if_the_intervals_are_apart():
  before = with_model(flip_rate=0.1, flip_rate_bounds=[0.08, 0.12])
  apart = with_model(flip_rate=0.2, flip_rate_bounds=[0.15, 0.25])
  # They touch.
  near = with_model(flip_rate=0.14, flip_rate_bounds=[0.12, 0.16])
  unknown = with_model(flip_rate=None, flip_rate_bounds=[None, None])
  found = changed(compare(before, apart), "all", "all", "flip_rate")
  assert found["change"] == pytest.approx(0.1) and found["is_clear"]
  assert changed(compare(apart, before), "all", "all", "flip_rate")["is_clear"]
  found = changed(compare(before, near), "all", "all", "flip_rate")
  assert found["change"] == pytest.approx(0.04) and not found["is_clear"]
  found = changed(compare(before, unknown), "all", "all", "flip_rate")
  assert found["change"] is None and not found["is_clear"]


def test_impact_ratios_are_compared_and_what_only_one_has_is_not():
  ratio = WHOLE["clp"]["impact_ratios"][0]
  before = with_model(flip_rate_by_group={"gender": 0.1, "age": 0.2})
  worse = {**ratio, "impact_ratio": 0.75, "impact_ratio_bounds": [0.6, 0.9]}
  after = with_model(flip_rate_by_group={"gender": 0.1}, impact_ratios=[worse])
  compared = compare(before, after)
  found = changed(compared, "impact_ratio", "gender/male", "impact_ratio")
  assert found["change"] == 0.5 and found["is_clear"]
  groups = [r["name"] for r in compared["figures"] if r["kind"] == "edited_group"]
  assert groups == ["gender"]


@pytest.mark.parametrize(
  ("digests", "expected"),
  [
    ([["a", "b"], ["b", "a"]], "the same data"),
    ([["a"], ["b"]], "different data"),
    ([["a"], [None]], "data that may differ"),
    ([[], []], "data that may differ"),
  ],
)
def test_the_data_are_compared_by_their_digests(digests, expected):
  records = []
  for some in digests:
    record = copy.deepcopy(make_record(WHOLE))
    record["data"]["files"] = [
      {"name": "c.csv", "bytes": 1, "sha256": digest} for digest in some
    ]
    records.append(record)
  assert compare(*records)["data"] == expected


def test_settings_that_differ_but_not_where_the_runs_are():
  before, after = make_record(WHOLE), make_record(WHOLE)
  before["settings"] = {"seed": 1, "epochs": 5, "output": "a"}
  after["settings"] = {"seed": 2, "epochs": 5, "output": "b", "workers": 4}
  assert compare(before, after)["settings"] == [
    {"option": "seed", "before": 1, "after": 2},
    {"option": "workers", "before": None, "after": 4},
  ]


@pytest.mark.parametrize(
  ("figure", "change", "expected"),
  [
    ("flip_rate", 0.0125, "+1.2 points"),
    ("auc", -0.003, "−0.0030"),
    ("auc", 0, "same"),
  ],
)
def test_changes_in_words(figure, change, expected):
  assert change_of({"figure": figure, "change": change}) == expected


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_can_be_read(browse, width):
  before = make_record(WHOLE)
  after = with_model(flip_rate=0.2, flip_rate_bounds=[0.15, 0.25])
  after["verdict"] = make_record(WHOLE | REFUSED)["verdict"]
  html = comparison_page(before, after, ("runs/before", ATTACK))
  assert ATTACK not in html
  assert html == comparison_page(before, after, ("runs/before", ATTACK))
  shown = text(html)
  assert "Pushed: every bound was met" in shown
  assert "Refused: a bound was missed" in shown
  # 0.2 - 0.0048.
  assert "all flip rate 0.5% 0.2% to 1.0% 20.0% 15.0% to 25.0% +19.5 points" in shown
  opened = browse(html, width=width, color_scheme="dark")
  # Only what changed clearly stands out: there, and among all figures.
  assert opened.page.locator("td.after").count() == 2
  for folded in opened.page.locator("details").all():
    folded.evaluate("element => (element.open = true)")
  assert opened.illegible() == [] and opened.faults() == []
  assert opened.width() == width
  opened.assert_quiet()


def test_the_figures_of_the_model_not_of_the_baseline_are_compared():
  found = changed(compare(make_record(WHOLE), make_record(WHOLE)), *["all"] * 2, "auc")
  assert found["before"]["value"] == CLP["auc"] and found["change"] == 0
