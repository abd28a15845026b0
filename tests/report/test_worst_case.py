"""The section on the worst case over the terms of a role."""

import pytest

from clp_tfx.report import write_report
from clp_tfx.report.record import make_record
from clp_tfx.report.worst_case import worst_case_section

from .test_report import SUMMARY, text

ATTACK = "<img src=x onerror=hacked()>"


def stable(share, low, high, **more):
  return {"stable": share, "stable_bounds": [low, high], **more}


def of_model(share, low, high, flips):
  return stable(
    *(share, low, high),
    by_dimension={"gender_identity": stable(share / 2, 0.1, 0.9, comments=7)},
    terms=[{"term": "trans", "flips": flips, "variants": 60}] if flips else [],
    widest={
      "range": 0.5,
      "lowest": {"score": 0.25, "term": None, "text": ATTACK},
      "highest": {"score": 0.75, "term": "trans", "text": "Trans"},
    },
  )


FOUND = {
  "inactive": "",
  "comments": 200,
  "variants": 18550,
  "model": of_model(0.9, 0.858, 0.933, 12),
  "baseline": of_model(0.5, 0.44, 0.56, 40),
}
NONE = stable(None, None, None, by_dimension={}, terms=[], widest=None)


def page(tmp_path, found, **changes):
  path = tmp_path / "report.html"
  write_report(str(path), SUMMARY | {"worst_case": found} | changes)
  return path.read_text(encoding="utf-8")


def test_both_models_with_their_intervals(tmp_path):
  html = page(tmp_path, FOUND)
  shown = text(html)
  assert "90.0% of 200 comments keep their decision" in shown
  assert "All comments 50.0% 44.0 to 56.0% 90.0% 85.8 to 93.3% 200" in shown
  assert "gender identity 25.0% 10.0 to 90.0% 45.0% 10.0 to 90.0% 7" in shown
  assert "trans (12 of 60 texts)" in shown
  assert "the comment itself, score 0.250" in shown
  assert "Trans trans, score 0.750" in shown
  assert ATTACK not in html and 'href="#worst-case"' in html


def test_a_model_alone(tmp_path):
  shown = text(page(tmp_path, FOUND | {"baseline": None}, baseline=None))
  assert "All comments 90.0% 85.8 to 93.3% 200" in shown


def test_long_texts_are_cut_to_where_they_differ():
  ends = [
    {"score": 0.25, "term": None, "text": f"{'a' * 150} old {'b' * 121}"},
    {"score": 0.75, "term": "young", "text": f"{'a' * 150} young {'b' * 121}"},
  ]
  model = FOUND["model"] | {
    "widest": {"range": 0.5, "lowest": ends[0], "highest": ends[1]}
  }
  shown = worst_case_section({"worst_case": FOUND | {"model": model}})["texts"]
  # The blanks are alike, too, so 119 letters remain beside them.
  assert [each["text"] for each in shown] == [
    f"… {'a' * 119} {term} {'b' * 119} …" for term in ("old", "young")
  ]
  assert shown[0]["score"] == 0.25


@pytest.mark.parametrize("found", [None, {}])
def test_nothing_was_to_be_measured(tmp_path, found):
  assert "worst-case" not in page(tmp_path, found)
  assert worst_case_section({}) is None


def test_why_nothing_was_measured(tmp_path):
  assert "Not, because." in text(page(tmp_path, {"inactive": "Not, because."}))
  nothing = FOUND | {"comments": 0, "variants": 0, "model": NONE, "baseline": NONE}
  assert "no comment has a term" in text(page(tmp_path, nothing))


def test_the_record_has_the_shares_and_why_there_are_none():
  record = make_record(SUMMARY | {"worst_case": FOUND})
  (row,) = (row for row in record["figures"] if row["kind"] == "worst_case")
  assert row == {
    "kind": "worst_case",
    "name": "all",
    "figure": "stable",
    "counted": "comments",
    "count": 200,
    "model": {"value": 0.9, "interval": [0.858, 0.933]},
    "baseline": {"value": 0.5, "interval": [0.44, 0.56]},
  }
  (row,) = (row for row in record["figures"] if row["kind"] == "worst_case_dimension")
  assert (row["name"], row["count"]) == ("gender_identity", 7)
  record = make_record(SUMMARY | {"worst_case": {"inactive": "Not, because."}})
  assert record["not_judged"] == [
    {"what": "bound", "name": "Not, because.", "count": None}
  ]
