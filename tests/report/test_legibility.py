"""Whether people can read the report: on a desk and a phone, in the dark, on paper."""

import json
from pathlib import Path

import pytest

from clp_tfx.report import write_report

from .test_people import FEW, figures
from .test_report import REASON, REFUSED, audited, bias
from .test_worst_case import FOUND

STORED = Path(__file__).parents[1] / "testdata" / "stored_0_1" / "run"
LONG = "sexual_orientation/homosexual"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
  """A report with every section, made from a stored run; as a path."""
  summary = json.loads((STORED / "summary.json").read_text())
  tables = {
    "bias_auc": {"identity_group": {LONG: bias(0.7, bounds={})}},
    "bias_auc_means": {"identity_group": bias(0.7)},
    "audit": {
      "pairs": {"not_trained_on": audited(0.1, 230, False)},
      "group": {LONG: audited(0.125, 230, False), "few": audited(1.0, 2, False)},
      "term": {"undocumented": audited(0.1, 30, False)},
    },
  }
  summary |= {
    "clp": summary["clp"] | tables,
    "baseline": summary["baseline"] | tables,
    "probes": figures(FEW),
    "worst_case": FOUND,
    "gate": REFUSED["gate"] | {"not_judged": []},
    "pushed_model": "/a/folder/of/a/very/long/name/serving_model/1700000000",
  }
  path = tmp_path_factory.mktemp("whole") / "report.html"
  write_report(str(path), summary, str(STORED / summary["evaluation"]))
  return path


def opened(browse, page, **options):
  shown = browse(page, **options)
  if shown.page.locator("fairness-nb-container").count():
    shown.page.locator("fairness-metric-summary:visible").first.wait_for()
  shown.page.evaluate(
    "document.querySelectorAll('details').forEach(d => d.open = true)"
  )
  return shown


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_word_is_cut_or_broken_and_nothing_keeps_people_out(
  whole, browse, width, scheme
):
  shown = opened(browse, whole, width=width, color_scheme=scheme)
  assert shown.illegible() == []
  assert shown.faults() == []
  assert shown.width() == width
  shown.assert_quiet()


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 664)])
def test_the_reason_of_a_refusal_is_on_the_first_screen(whole, browse, width, height):
  # What is left of a phone's 844 pixels between the bars of its browser.
  page = browse(whole, width=width, height=height).page
  reason = page.get_by_text(REASON).bounding_box()
  assert reason["y"] + reason["height"] <= height


def test_a_printed_page_loses_nothing_at_its_edge(whole, browse):
  # A4 at 96 dpi.
  shown = opened(browse, whole, width=794)
  shown.page.emulate_media(media="print")
  assert shown.illegible() == []
  assert shown.page.get_by_text("cannot be printed").is_visible()


def test_the_page_goes_from_the_verdict_to_the_details(whole, browse):
  headings = browse(whole).texts("h1, h2")
  assert headings[0].startswith("Refused")
  assert headings[1:5] == [
    "Who gains, who loses",
    "Before and after",
    "Worst flips",
    "Flip rate by identity group",
  ]
  assert headings[-2:] == ["Time", "Configuration"]


def test_everything_that_folds_or_scrolls_is_reached_by_keyboard(whole, browse):
  page = browse(whole, width=390).page
  reached = set()
  for _ in range(80):
    page.keyboard.press("Tab")
    name = "document.activeElement.textContent.trim().split('\\n')[0].slice(0, 40)"
    reached.add(page.evaluate(name))
  summaries = page.locator("summary:visible").all_inner_texts()
  assert summaries and {each.strip()[:40] for each in summaries} <= reached


BAD = """<!doctype html><html lang="en"><title>Bad</title><main>
<h1 style="width: 3rem; overflow-wrap: anywhere">unbreakable</h1>
<div style="width: 3rem; overflow-x: auto; white-space: nowrap" tabindex="0">a b
<span>figures</span></div>
<p style="color: #999; background: #fff">pale</p><p style="margin-left: 390px">gone</p>
</main></html>"""


def test_these_tests_can_fail(browse):
  shown = browse(BAD, width=390)
  assert shown.illegible() == [
    "broken: unbreakable in H1",
    "cut: figures in SPAN",
    "outside: gone in P",
  ]
  (fault,) = shown.faults()
  assert fault.startswith("color-contrast")
