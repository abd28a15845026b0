"""The pages of a model of classes, and of one of ratings."""

import jsonschema
import pytest
from rich.console import Console

from clp_tfx.cli.run import figures_table
from clp_tfx.report import write_report
from clp_tfx.report.figure_rows import figure_rows
from clp_tfx.report.model_card import model_card
from clp_tfx.report.record import make_record, schema

from .test_report import SUMMARY, text


def of_classes(rate, decided):
  return {
    "auc": 0.9,
    "flip_rate": rate,
    "pairs": 300,
    "flip_rate_bounds": [0.01, 0.3],
    "flip_rate_by_group": {},
    "pairs_by_group": {},
    "flip_rate_by_class": {"ok": 0.0, "<i>rude": rate, "hateful": None},
    "flip_rate_bounds_by_class": {
      "ok": [0.0, 0.02],
      "<i>rude": [0.1, 0.4],
      "hateful": [None, None],
    },
    "pairs_by_class": {"ok": 200, "<i>rude": 100, "hateful": 0},
    "decision_rate_by_class": {"ok": 1 - decided, "<i>rude": decided, "hateful": 0.0},
    "decision_ratio_by_class": {"ok": 1.0, "<i>rude": 0.75, "hateful": 1.0},
    "decision_ratio_bounds_by_class": {
      "ok": [0.9, 1.1],
      "<i>rude": [0.7, 0.8],
      "hateful": [1.0, 1.0],
    },
  }


CLASSES = SUMMARY | {
  "baseline": of_classes(0.25, 0.2),
  "clp": of_classes(0.125, 0.15),
  "configuration": {"decision_threshold": 0.5, "baseline": "control"},
}


def test_the_page_has_a_section_by_class(tmp_path):
  write_report(str(tmp_path / "report.html"), CLASSES)
  page = (tmp_path / "report.html").read_text()
  assert "Flip rate by class" in page and 'href="#classes"' in page
  assert "<i>" not in page
  shown = text(page)
  assert "how often each class is decided" in shown
  assert "at the threshold" not in shown and "Positive rate" not in shown
  # Decided rude: 20% before, 15% after.
  assert "Decided &lt;i&gt;rude 20.0% 15.0% −5.0 points" in shown


def test_a_page_without_classes_has_no_such_section(tmp_path):
  write_report(str(tmp_path / "report.html"), SUMMARY)
  page = (tmp_path / "report.html").read_text()
  assert "by class" not in page and "at the threshold 0.25" in text(page)


def test_the_record_has_figures_by_class():
  rows = [row for row in figure_rows(CLASSES) if row["kind"] == "decided_class"]
  assert [(row["name"], row["figure"]) for row in rows[3:6]] == [
    ("<i>rude", "flip_rate"),
    ("<i>rude", "decision_rate"),
    ("<i>rude", "decision_ratio"),
  ]
  assert rows[3]["count"] == 100
  assert rows[3]["model"] == {"value": 0.125, "interval": [0.1, 0.4]}
  assert rows[3]["baseline"]["value"] == 0.25
  assert rows[5]["model"] == {"value": 0.75, "interval": [0.7, 0.8]}
  record = make_record(CLASSES)
  jsonschema.validate(record, schema())
  card = model_card(record)
  assert "Classes, by the decision on the original" in card and "<i>" not in card


@pytest.mark.parametrize("summary", [CLASSES, SUMMARY])
def test_the_terminal_names_classes_if_there_are_any(summary, capsys):
  Console(width=100).print(figures_table(summary, "before", "after"))
  shown = capsys.readouterr().out
  assert ("flip rate, decided <i>rude" in shown) == (summary is CLASSES)
  assert ("positive rate" in shown) == (summary is SUMMARY)


RATINGS = SUMMARY | {
  "baseline": {
    **{"r2": 0.9, "flip_rate": 0.3, "pairs": 100, "counterfactual_gap": 0.75},
    "flip_rate_bounds": [0.2, 0.4],
  },
  "clp": {
    "r2": 0.875,
    "flip_rate": 0.1,
    "flip_rate_bounds": [0.05, 0.2],
    "pairs": 100,
    "counterfactual_gap": 0.25,
    "counterfactual_gap_upper": 0.375,
    "flip_rate_by_group": {},
    "pairs_by_group": {},
  },
  "configuration": {"decision_threshold": 0.5, "flip_tolerance": 0.5},
}


def test_the_figures_of_ratings(tmp_path, capsys):
  write_report(str(tmp_path / "report.html"), RATINGS)
  shown = text((tmp_path / "report.html").read_text())
  assert "decision changes by more than 0.5. Read it together with R²" in shown
  assert "R² 0.9000 0.8750 −0.0250" in shown
  assert "its upper bound" in shown and "0.3750" in shown
  assert "AUC" not in shown and "Positive rate" not in shown
  record = make_record(RATINGS)
  jsonschema.validate(record, schema())
  figures = {row["figure"] for row in record["figures"] if row["kind"] == "all"}
  assert {"r2", "counterfactual_gap_upper"} <= figures
  Console(width=100).print(figures_table(RATINGS, "before", "after"))
  printed = capsys.readouterr().out
  assert "mean gap of a pair" in printed and "AUC" not in printed
