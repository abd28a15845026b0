"""The pages of a model with several labels."""

import jsonschema
import pytest

from clp_tfx.report import write_report
from clp_tfx.report.comparison import compare, comparison_page
from clp_tfx.report.model_card import model_card
from clp_tfx.report.record import make_record, schema

from .test_report import BASELINE, CLP, SUMMARY, text

BOUND = {
  "metric": "flip_rate/overall@0.5",
  "slice": "all",
  "bound": "at most 0.05",
  "value": 0.0048,
  "passed": True,
}
REASON = "threat: flip_rate/overall@0.5 is 0.2000 on all comments, but must be less."
RATIO = {
  "category": "edited_group: gender",
  "group": "gender/male",
  "comments": 40,
  "positive_rate": 0.25,
  "positive_rate_bounds": [0.1, 0.4],
  "judged": True,
  "impact_ratio": 1.0,
  "impact_ratio_bounds": None,
  "highest": "gender/male",
}
LABELS = {
  "rude": {"baseline": BASELINE, "clp": CLP | {"impact_ratios": [RATIO]}},
  "threat": {"baseline": BASELINE, "clp": CLP | {"flip_rate": 0.2}},
  "insult": {"baseline": BASELINE, "clp": CLP | {"flip_rate": 0.3}},
}
SEVERAL = {
  **{key: value for key, value in SUMMARY.items() if key not in ("baseline", "clp")},
  "labels": {name: {**each, "probes": None} for name, each in LABELS.items()},
  "pushed_model": None,
  "gate": {
    "blessed": False,
    "checks": [
      BOUND | {"label": "rude"},
      BOUND | {"label": "threat", "value": 0.2, "passed": False},
      BOUND | {"label": "", "metric": "flip_count/pairs", "value": 3087.0},
    ],
    "failures": [BOUND | {"label": "threat", "value": 0.2, "reason": REASON}],
    "inactive": ["Measured without a bound: insult."],
    "not_judged": [],
  },
}


@pytest.fixture
def page(tmp_path):
  write_report(str(tmp_path / "report.html"), SEVERAL)
  return (tmp_path / "report.html").read_text()


def test_the_page_has_every_label_in_turn(page):
  shown = text(page)
  assert f"Refused: the model was not pushed {REASON}" in shown
  assert "Measured without a bound: insult." in shown
  # The verdict on each label, its flip rates, AUC and positive rate.
  for row in (
    "rude passed 5.3% 4.6 to 6.1% 0.5% 0.2 to 1.0% 0.9653 15.1%",
    "threat refused 5.3% 4.6 to 6.1% 20.0%",
    "insult measured 5.3% 4.6 to 6.1% 30.0%",
  ):
    assert row in shown
  for label in LABELS:
    assert f"{label}: Before and after" in shown
    assert f"{label}: Flip rate by identity group" in shown
    assert f'href="#{label}-figures"' in page
  assert "rude: flip_rate/overall@0.5 is 0.0048: at most 0.05" in shown


def test_no_two_elements_have_the_same_id(page):
  ids = [part.partition('"')[0] for part in page.split(' id="')[1:]]
  assert len(ids) == len(set(ids))
  for target in page.split('href="#')[1:]:
    assert target.partition('"')[0] in ids


def test_a_passed_model_says_where_it_was_pushed(tmp_path):
  gate = SEVERAL["gate"] | {"blessed": True, "failures": []}
  passed = SEVERAL | {"gate": gate, "pushed_model": "/models/1"}
  write_report(str(tmp_path / "report.html"), passed)
  shown = text((tmp_path / "report.html").read_text())
  assert "Pushed: the model passed every check It was pushed to /models/1 ." in shown


def test_the_record_names_the_label_of_each_figure_and_bound():
  record = make_record(SEVERAL)
  jsonschema.validate(record, schema())
  rates = {
    row["label"]: row["model"]["value"]
    for row in record["figures"]
    if (row["kind"], row["figure"]) == ("all", "flip_rate")
  }
  assert rates == {"rude": 0.0048, "threat": 0.2, "insult": 0.3}
  labels = [bound.get("label") for bound in record["verdict"]["bounds"]]
  assert labels == ["rude", "threat", None]
  assert record["impact_ratios"]["model"] == [{"label": "rude", **RATIO}]
  assert record["not_judged"][0]["name"] == "Measured without a bound: insult."
  assert record["model"]["baseline"] == "control"


def test_the_card_has_a_table_for_each_label():
  card = text(model_card(make_record(SEVERAL)))
  for label in LABELS:
    assert f"{label}: All comments" in card
  assert "threat: flip_rate/overall@0.5 all at most 0.05 0.2 no" in card
  assert "rude: edited_group: gender" in card


def test_two_runs_are_compared_label_by_label():
  before = make_record(SEVERAL)
  changed = SEVERAL["labels"] | {
    "threat": SEVERAL["labels"]["threat"] | {"clp": CLP | {"flip_rate": 0.1}}
  }
  after = make_record(SEVERAL | {"labels": changed})
  changes = {
    row["label"]: row["change"]
    for row in compare(before, after)["figures"]
    if (row["kind"], row["figure"]) == ("all", "flip_rate")
  }
  assert changes == {"rude": 0, "threat": pytest.approx(-0.1), "insult": 0}
  page = text(comparison_page(before, after, ("a", "b")))
  assert "threat: All comments" in page


@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_as_legible_as_the_page_of_one_label(page, tmp_path, browse, width):
  shown = browse(tmp_path / "report.html", width=width)
  assert shown.illegible() == []
  assert shown.faults() == []
  assert shown.width() == width
