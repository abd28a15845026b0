import html
import json
import re

import pytest
import tensorflow_model_analysis as tfma
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect

from clp_tfx.report import fairness_indicators
from clp_tfx.report.fairness_indicators import (
  fairness_indicators_html,
  slicing_metrics,
)
from clp_tfx.report.notebook import fairness_indicators_page, render_fairness_indicators
from clp_tfx.tfma import load_results

from .conftest import HOSTILE, METRIC, plain


def eval_result(metrics_by_slice):
  """An evaluation result with one output, as TFMA loads it."""
  return tfma.EvalResult(
    slicing_metrics=[
      (slice_key, {"": {"": metrics}})
      for slice_key, metrics in metrics_by_slice.items()
    ],
    plots=[],
    attributions=[],
    config=None,
    data_location="",
    file_format="",
    model_location="",
  )


def double(value):
  return {"doubleValue": value}


def properties(html):
  """Returns the properties that the page's script sets on the component."""
  return json.loads(re.search(r"Object\.assign\(container, (.*)\);", html).group(1))


def test_entries_name_their_slice():
  result = eval_result(
    {
      (): {"auc": double(0.9)},
      (("gender", "female"),): {"auc": double(0.8)},
      (("age", 5), ("gender", "f")): {"auc": double(0.7)},
    }
  )
  assert slicing_metrics(result) == [
    {"slice": "Overall", "sliceValue": "Overall", "metrics": {"auc": double(0.9)}},
    {"slice": "gender:female", "sliceValue": "female", "metrics": {"auc": double(0.8)}},
    {
      "slice": "age_X_gender:5_X_f",
      "sliceValue": "5_X_f",
      "metrics": {"auc": double(0.7)},
    },
  ]


def test_only_finite_scalars_are_kept():
  bounded = {"boundedValue": {"value": 0.5, "lowerBound": 0.4, "upperBound": 0.6}}
  unbounded = {"boundedValue": {"value": 0.5, "lowerBound": "NaN", "upperBound": 0.6}}
  result = eval_result(
    {
      (): {
        "zero": double(0.0),
        "bounded": bounded,
        "unbounded": unbounded,
        # TFMA turns these to strings when it reads a result.
        "nan": double("NaN"),
        "infinite": double("-Infinity"),
        "auc_diff": double(0.1),
        "matrix": {"confusionMatrixAtThresholds": {"matrices": []}},
      }
    }
  )
  (entry,) = slicing_metrics(result)
  assert entry["metrics"] == {"zero": double(0.0), "bounded": bounded}


def test_a_colon_in_a_value_does_not_cut_the_label():
  (entry,) = slicing_metrics(eval_result({(("url", "http://a"),): {}}))
  assert entry["slice"].split(":") == ["url", "http∶//a"]


def test_equal_values_of_two_features_stay_apart():
  result = eval_result({(("term", "gay"),): {}, (("group", "gay"),): {}, (): {}})
  values = [entry["sliceValue"] for entry in slicing_metrics(result)]
  assert values == ["term:gay", "group:gay", "Overall"]


def test_a_second_result_has_the_slices_of_the_first():
  first = eval_result({(): {"auc": double(1.0)}, (("g", "a"),): {"auc": double(1.0)}})
  second = eval_result({(("g", "b"),): {"auc": double(0.0)}, (): {"auc": double(0.5)}})
  found = properties(fairness_indicators_html({"before": first, "after": second}))
  assert found["evalName"] == "before" and found["evalNameCompare"] == "after"
  assert found["slicingMetricsCompare"] == [
    {"slice": "Overall", "sliceValue": "Overall", "metrics": {"auc": double(0.5)}},
    {"slice": "g:a", "sliceValue": "a", "metrics": {}},
  ]


@pytest.mark.parametrize("count", [0, 3])
def test_one_or_two_results(count):
  with pytest.raises(ValueError, match="one or two"):
    fairness_indicators_html({str(i): eval_result({}) for i in range(count)})


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text() | st.sampled_from([HOSTILE, "</ScRiPt", "<!--<script>"])))
def test_names_cannot_leave_the_script(values):
  result = eval_result({(("group", value),): {"auc": double(1.0)} for value in values})
  html = str(fairness_indicators_html({HOSTILE: result}))
  found = properties(html)
  assert found == {"slicingMetrics": slicing_metrics(result), "evalName": HOSTILE}
  assert len(re.findall("</script", html, re.IGNORECASE)) == 3
  assert "<!--" not in html and "\u2028" not in html


@pytest.mark.e2e
def test_loads_the_models_of_a_run(evaluation):
  results = load_results(evaluation)
  assert list(results) == ["baseline", "clp"]
  baseline, clp = (
    {entry["slice"]: entry["metrics"] for entry in slicing_metrics(result)}
    for result in results.values()
  )
  hostile = "identity_group:" + HOSTILE.replace(":", "∶")
  negative = "identity_group:negative"
  assert set(clp) == {"Overall", "identity_group:gender", hostile, negative}
  assert clp["Overall"] == {
    "auc": double(1.0),
    "recall": double(1.0),
    "example_count": double(6.0),
  }
  assert "recall" not in clp[negative]
  assert baseline["Overall"]["auc"]["doubleValue"] == pytest.approx(8 / 9, abs=1e-3)
  assert baseline[hostile]["auc"] == double(0.0)


def test_a_sentence_where_tfma_has_no_script(tmp_path, monkeypatch):
  monkeypatch.setattr(fairness_indicators, "_LIBRARY", tmp_path / "missing.js")
  html = fairness_indicators_html({"clp": eval_result({})})
  assert "does not include its script" in html and "<script" not in html


def metrics(auc, flip_rate):
  return {
    "auc": double(auc),
    "example_count": double(10.0),
    "flip_rate/overall@0.5": double(flip_rate),
    "precision": double(0.5),
  }


FEMALE = (("identity_group", "gender/female"),)
MALE = (("identity_group", "gender/male"),)
BEFORE = {(): metrics(0.95, 0.2), FEMALE: metrics(0.9, 0.5), MALE: metrics(0.8, 0.1)}
AFTER = {(): metrics(0.94, 0.01), FEMALE: metrics(0.9, 0.25), MALE: metrics(0.8, 0)}


BARS = f"{METRIC} #bars rect"


def rows(opened, slice_name):
  """Returns the cells of a slice, one row per displayed metric, without names."""
  found = []
  for row in opened.page.locator(f"{METRIC} .baseline-row, {METRIC} .table-row").all():
    cells = row.locator(".table-feature-column, .table-entry").all_inner_texts()
    if cells and plain(cells[0]) == slice_name:
      found.append([cell.strip() for cell in cells[1:]])
  return found


def test_the_component_compares_two_models_by_group(browse):
  results = {"baseline": eval_result(BEFORE), "clp": eval_result(AFTER)}
  opened = browse(fairness_indicators_page(results))
  expect(opened.page.locator(METRIC)).to_have_count(2)
  assert [*map(plain, opened.texts(".metric-name"))] == [
    "Select all",
    "precision",
    "auc",
    "example_count",
    "flip_rate/overall",
  ]
  # One bar per model and slice: flip rate and AUC, overall and for two groups.
  expect(opened.page.locator(BARS)).to_have_count(2 * 2 * 3)
  # 0.01 / 0.2 - 1 = -95%; 0.25 / 0.5 - 1 = -50%; 0.94 / 0.95 - 1 = -1.053%.
  assert rows(opened, "Overall") == [
    ["0.2", "0.01", "-95%", "10"],
    ["0.95", "0.94", "-1.053%", "10"],
  ]
  assert rows(opened, "identity_group:gender/female") == [
    ["0.5", "0.25", "-50%", "10"],
    ["0.9", "0.9", "0%", "10"],
  ]
  opened.assert_quiet()


def test_a_change_from_nothing_is_no_nan(browse):
  before = {(): metrics(0.95, 0.0), FEMALE: metrics(0.9, 0.0)}
  after = {(): metrics(0.95, 0.0), FEMALE: metrics(0.9, 0.25)}
  results = {"before": eval_result(before), "after": eval_result(after)}
  opened = browse(fairness_indicators_page(results))
  expect(opened.page.locator(METRIC)).to_have_count(2)
  assert rows(opened, "Overall")[0] == ["0", "0", "0%", "10"]
  female = rows(opened, "identity_group:gender/female")[0]
  assert female == ["0", "0.25", "from 0", "10"]
  assert opened.page.get_by_text("NaN").count() == 0
  # What the slices are compared with is no model.
  assert "Baseline slice" in opened.texts("label")
  opened.assert_quiet()


def test_the_examples_that_are_counted_are_told_from_the_comments_of_the_page(browse):
  opened = browse(fairness_indicators_page({"clp": eval_result(BEFORE)}))
  assert "number of labelled comments in the slice, 10 of all" in " ".join(
    opened.page.locator("main").inner_text().split()
  )


def test_a_rate_that_the_component_would_list_twice_is_listed_once():
  own = "fairness_indicators_metrics/"
  found = {f"{own}positive_rate@0.5": double(0.5), f"{own}recall@0.5": double(1.0)}
  (entry,) = slicing_metrics(
    eval_result({(): {**found, "positive_rate@0.5": double(0)}})
  )
  assert set(entry["metrics"]) == {f"{own}recall@0.5", "positive_rate@0.5"}


# Words of the tables' cells that are broken, cut or outside the window.
CELLS = f"{METRIC} .table-feature-column, {METRIC} .table-entry"
ILLEGIBLE = r"""
(cells) => cells.flatMap((cell) => {
  const found = [], edge = document.documentElement.clientWidth;
  if (cell.scrollWidth > cell.clientWidth) found.push(`cut: ${cell.innerText}`);
  const words = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  for (let node; (node = words.nextNode()); ) {
    for (const {0: word, index} of node.data.matchAll(/[^\s\u200b-]+/g)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      if (range.getClientRects().length > 1) found.push(`broken: ${word}`);
      if (range.getBoundingClientRect().right > edge) found.push(`outside: ${word}`);
    }
  }
  return found;
})
"""
LONG = (("edited_group", "sexual_orientation/homosexual"),)


@pytest.mark.parametrize("width", [1280, 390])
def test_tables_and_charts_show_whole_names_and_figures(browse, width):
  before = {(): metrics(0.95, 0.125), LONG: metrics(0.889, 0.375)}
  after = {(): metrics(0.94, 0.0625), LONG: metrics(0.777, 0.125)}
  results = {"Before (control)": before, "CLP model": after}
  component = {name: eval_result(each) for name, each in results.items()}
  opened = browse(fairness_indicators_page(component), width=width)
  expect(opened.page.locator(METRIC)).to_have_count(2)
  cells = opened.page.locator(CELLS)
  # For both metrics: a head, the whole and the group, with five columns.
  assert cells.count() == 2 * 3 * 5
  assert cells.evaluate_all(ILLEGIBLE) == []
  assert opened.width() == width
  chart = opened.page.locator(f"{METRIC} #xaxis").first
  assert chart.locator("text").all_text_contents() == [
    "Before (control)-Overall",
    "CLP model-Overall",
    "Before (control)-sexual_orientation/homosexual",
    "CLP model-sexual_orientation/homosexual",
  ]
  # There is room for them under the bars.
  bottom = "element => element.getBoundingClientRect().bottom"
  svg = opened.page.locator(f"{METRIC} svg#bar-chart").first
  assert chart.evaluate(bottom) <= svg.evaluate(bottom)
  # On a phone the chart is wider than the window, which a sentence says; it scrolls.
  hint = opened.page.get_by_text("they scroll sideways")
  assert hint.is_visible() == (width == 390)
  box = opened.page.locator(f"{METRIC} fairness-bounded-value-bar-chart").first
  scrolls = box.evaluate("box => box.scrollWidth > box.clientWidth")
  assert scrolls == (width == 390)
  opened.assert_quiet()


def test_slices_are_chosen_by_keyboard(browse):
  page = browse(fairness_indicators_page({"clp": eval_result(BEFORE)})).page
  expect(page.locator(BARS)).to_have_count(2 * 3)
  page.locator(f"{METRIC} .config paper-button").first.focus()
  page.keyboard.press("Enter")
  male = page.locator(f"{METRIC} .slices-drop-down-candidates:visible").last
  male.focus()
  page.keyboard.press("Enter")
  expect(page.locator(BARS)).to_have_count(2 * 3 - 1)


def test_a_page_says_what_the_rates_are_shares_of(browse):
  opened = browse(fairness_indicators_page({"clp": eval_result(BEFORE)}), width=390)
  opened.page.get_by_text("Denominators of the rates").focus()
  opened.page.keyboard.press("Enter")
  assert opened.page.get_by_text("shares of pairs").is_visible()
  assert opened.width() <= 390


@pytest.mark.parametrize("named", [False, True])
def test_a_notebook_shows_it_in_a_frame_of_its_own(named, browse, tmp_path):
  result = eval_result(BEFORE)
  path = tmp_path / "component.html"
  shown = render_fairness_indicators({HOSTILE: result} if named else result, path)
  notebook = f"<!doctype html><html><body>{shown._repr_html_()}</body></html>"
  opened = browse(notebook)
  frame = opened.page.frame_locator("iframe")
  expect(frame.locator(BARS)).to_have_count(2 * 3)
  assert frame.locator("body").evaluate("typeof hacked") == "undefined"
  # The same as a file, and no other files.
  assert html.escape(path.read_text(encoding="utf-8")) in notebook
  opened.assert_quiet()
