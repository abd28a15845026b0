"""The record of a run and the model card that is made from it."""

import copy
import json

import jsonschema
import pytest

from clp_tfx.errors import InputError
from clp_tfx.report.model_card import model_card
from clp_tfx.report.record import make_record, read_record, schema
from clp_tfx.tfma.intersections import MAX_INTERSECTIONS

from .test_people import FEW, figures, identity
from .test_report import BASELINE, CLP, REFUSED, SUMMARY, audited, bias, text
from .test_worst_case import FOUND

ATTACK = "<img src=x onerror=hacked()>"
RATIO = {
  "category": "edited_group: gender",
  "group": "gender/male",
  "comments": 200,
  "positive_rate": 0.1,
  "positive_rate_bounds": [0.08, 0.14],
  "judged": True,
  "impact_ratio": 0.25,
  "impact_ratio_bounds": [0.2, 0.4],
  "highest": "gender/female",
}
MEASURED = {
  "bias_auc": {
    "identity_group": {"gender": bias(0.8, bounds={"subgroup": [0.7, 0.9]})}
  },
  "audit": {
    "pairs": {"trained_on": audited(0.1, 230, True)},
    "group": {"few": audited(None, 2, False)},
    "term": {},
  },
  "impact_ratios": [
    RATIO,
    {
      **RATIO,
      "group": "gender/other",
      "comments": 3,
      "judged": False,
      "impact_ratio": None,
      "impact_ratio_bounds": None,
      "highest": None,
    },
  ],
}
WHOLE = SUMMARY | {
  "written": "2026-11-29T01:29:46+00:00",
  "versions": {"clp-tfx": "0.2.0"},
  "model_digest": "ab" * 32,
  "clp": CLP | MEASURED | {"counterfactual_gap": float("nan")},
  "baseline": BASELINE | MEASURED,
  "probes": figures(FEW),
  "worst_case": FOUND,
  "coverage": {
    "test": {
      "texts": 996,
      "texts_matched": 140,
      "counterfactuals": 139,
      "skipped": {"pejorative": 1},
    }
  },
  "comments": {
    "source": ["a.csv"],
    "files": [{"name": "a.csv", "bytes": 12, "sha256": "cd" * 32}],
  },
  "gate": {
    "blessed": True,
    "failures": [],
    "checks": [
      {"metric": "auc", "slice": "all", "bound": "at least 0.7", "value": 0.9}
      | {"passed": True}
    ],
    "inactive": ["A sentence."],
    "not_judged": [{"figure": "recall", "group": "age/older", "count": 12}],
  },
}


def figure(record, kind, name, figure):
  (row,) = (
    row
    for row in record["figures"]
    if (row["kind"], row["name"], row["figure"]) == (kind, name, figure)
  )
  return row


@pytest.mark.parametrize("summary", [WHOLE, SUMMARY, SUMMARY | REFUSED])
@pytest.mark.parametrize("alone", [False, True])
def test_every_record_is_as_its_schema_says(summary, alone):
  if alone:
    probes = summary.get("probes") and {**summary["probes"], "baseline": None}
    summary = summary | {"baseline": None, "probes": probes}
  record = make_record(summary)
  jsonschema.Draft202012Validator.check_schema(schema())
  jsonschema.validate(record, schema())
  # Nothing that other languages' JSON readers refuse.
  json.dumps(record, allow_nan=False)


def test_the_schema_refuses_what_it_does_not_describe():
  record = make_record(WHOLE)
  for change in ({"more": 1}, {"version": 2}, {"written": "yesterday"}):
    with pytest.raises(jsonschema.ValidationError):
      jsonschema.validate(record | change, schema())
  del record["figures"][0]["model"]["interval"]
  with pytest.raises(jsonschema.ValidationError):
    jsonschema.validate(record, schema())


def test_every_figure_with_its_interval_and_what_it_is_of():
  record = make_record(WHOLE)
  assert figure(record, "all", "all", "flip_rate") == {
    "kind": "all",
    "name": "all",
    "figure": "flip_rate",
    "counted": "pairs",
    "count": 3087,
    "model": {"value": 0.0048, "interval": [0.0021, 0.0099]},
    "baseline": {"value": 0.0531, "interval": [0.0461, 0.0609]},
  }
  group = figure(record, "edited_group", "gender/male", "flip_rate")
  assert group["model"] == {"value": 0.0, "interval": [0, 0.014]}
  assert group["baseline"] == {"value": 0.26, "interval": None}
  assert group["count"] == 211
  auc = figure(record, "identity_group", "gender", "subgroup")
  assert auc["model"] == {"value": 0.8, "interval": [0.7, 0.9]}
  # 3 positives and 1,200 negatives.
  assert auc["count"] == 1203
  rate = figure(record, "identity_group", "gender", "false_positive_rate")
  assert rate["count"] == 1200
  audit = figure(record, "audit_group", "few", "flip_rate")
  assert audit["model"] == {"value": None, "interval": [0, 0.25]}
  assert figure(record, "probes_identity", "deaf", "false_positive_rate")["model"] == {
    "value": 0.5,
    "interval": None,
  }
  # Not a number, in JSON.
  gap = figure(record, "all", "all", "counterfactual_gap")
  assert gap["model"] == {"value": None, "interval": None} and gap["baseline"] is None


def test_what_was_not_judged_and_why_a_model_was_refused():
  record = make_record(WHOLE | REFUSED)
  assert record["verdict"]["passed"] is False
  assert "must be at most 0.005" in record["verdict"]["reasons"][0]
  found = {(each["what"], each["name"]) for each in make_record(WHOLE)["not_judged"]}
  assert found == {
    ("bound", "A sentence."),
    ("recall", "age/older"),
    ("audit flip rate", "few"),
    ("impact ratio", "gender/other"),
  }


def test_a_page_made_twice_is_the_same_and_needs_nothing_but_the_record():
  record = make_record(WHOLE)
  stored = json.loads(json.dumps(record))
  assert model_card(record) == model_card(copy.deepcopy(stored))


def test_the_card_has_the_fields_of_model_cards_and_marks_those_of_people():
  shown = text(model_card(make_record(WHOLE)))
  fields = [
    "Model details",
    "Intended use",
    "Factors",
    "Metrics",
    "Evaluation and training data",
    "Quantitative analyses",
    "Ethical considerations",
    "Caveats and recommendations",
  ]
  places = [shown.index(field) for field in fields]
  assert places == sorted(places)
  assert shown.count("For people to fill in:") == 6
  assert "Pushed: every bound was met" in shown
  assert "2026-11-29 01:29:46 UTC" in shown
  assert "ab" * 32 in shown and "cd" * 32 in shown
  assert "gender/male 10.0% 8.0% to 14.0% 25.0% 20.0% to 40.0% 25.0% 200" in shown
  assert "gender/other 10.0% 8.0% to 14.0% not judged – 3" in shown
  assert "Not judged for too few of them: audit flip rate few (2)" in shown
  assert "there are no intersections" in shown


def test_the_card_has_intersections_and_says_how_many_are_measured():
  of = {**RATIO, "category": "identity_group: gender × religion"}
  judged = {**of, "group": "gender/male × religion/jewish"}
  few = {**of, "group": "gender/male × religion/hindu", "comments": 3, "judged": False}
  few |= {"impact_ratio": None, "impact_ratio_bounds": None, "highest": None}
  record = make_record(WHOLE | {"clp": CLP | {"impact_ratios": [judged, few]}})
  jsonschema.validate(record, schema())
  shown = text(model_card(record))
  assert "identity_group: gender × religion" in shown
  assert "gender/male × religion/jewish 10.0% 8.0% to 14.0% 25.0%" in shown
  assert "impact ratio gender/male × religion/hindu (3)" in shown
  assert f"the {MAX_INTERSECTIONS} with the most comments" in shown
  assert "there are no intersections" not in shown


def test_a_group_that_is_compared_with_nothing_is_left_to_the_record():
  alone = {**RATIO, "group": "age/older", "category": "edited_group: age"}
  alone |= {"impact_ratio": None, "impact_ratio_bounds": None, "highest": None}
  clp = WHOLE["clp"] | {"impact_ratios": [RATIO, alone]}
  record = make_record(WHOLE | {"clp": clp})
  assert len(record["impact_ratios"]["model"]) == 2
  shown = text(model_card(record))
  assert "edited_group: gender" in shown and "edited_group: age" not in shown


def test_names_of_others_are_escaped():
  summary = WHOLE | {
    "comments": {"source": [ATTACK], "files": []},
    "pushed_model": ATTACK,
    "configuration": {ATTACK: ATTACK},
    "clp": CLP | {"flip_rate_by_group": {ATTACK: 0.1}},
  }
  assert ATTACK not in model_card(make_record(summary))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_card_can_be_read(browse, width, scheme):
  shown = browse(model_card(make_record(WHOLE)), width=width, color_scheme=scheme)
  for folded in shown.page.locator("details").all():
    folded.evaluate("element => (element.open = true)")
  assert shown.illegible() == [] and shown.faults() == []
  assert shown.width() == width
  shown.assert_quiet()


def test_a_printed_card_leaves_nothing_folded(browse):
  many = [identity(f"identity {i}", 0.2, 0.5, "ok") for i in range(9)]
  record = make_record(WHOLE | {"probes": figures(many)})
  shown = browse(model_card(record), width=794)
  shown.page.emulate_media(media="print")
  assert shown.page.locator("details").count()
  assert all(table.is_visible() for table in shown.page.locator("table").all())
  assert shown.illegible() == []


@pytest.mark.parametrize(
  ("content", "message"),
  [
    (None, "cannot be read"),
    ("{", "has another form"),
    ("[]", "has another form"),
    ('{"schema": "clp_tfx.record", "version": 9}', "version 1"),
  ],
)
def test_what_is_no_record_is_told_in_a_sentence(tmp_path, content, message):
  if content is not None:
    (tmp_path / "record.json").write_text(content)
  with pytest.raises(InputError, match=message):
    read_record(str(tmp_path))
