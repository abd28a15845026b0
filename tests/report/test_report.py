import re

import pytest

from clp_tfx.errors import InputError
from clp_tfx.report import write_report

from .conftest import HOSTILE, METRIC, plain

BASELINE = {
  "auc": 0.96541,
  "positive_rate": 0.156,
  "flip_rate": 0.0531,
  "pairs": 3087,
  "flip_rate_bounds": [0.0461, 0.0609],
  "flip_rate_by_group": {"gender": 0.0412, "gender/male": 0.26},
  "pairs_by_group": {"gender": 2903, "gender/male": 211},
}
CLP = {
  "auc": 0.96527,
  "positive_rate": 0.151,
  "flip_rate": 0.0048,
  "pairs": 3087,
  "flip_rate_bounds": [0.0021, 0.0099],
  "flip_rate_by_group": {"gender": 0.0003, "gender/male": 0.0},
  "flip_rate_bounds_by_group": {"gender": [0.0001, 0.0012], "gender/male": [0, 0.014]},
  "pairs_by_group": {"gender": 2903, "gender/male": 211},
}
SUMMARY = {
  "baseline": BASELINE,
  "clp": CLP,
  "gate": {"blessed": True, "failures": []},
  "pushed_model": "/models/1700000000",
  "report": "/out/report.html",
  "seconds": {"Transform": 38.84, "Trainer": 301.7, "SchemaGen": 0.1},
  "cached": ["SchemaGen"],
  "configuration": {"decision_threshold": 0.25, "baseline": "control", "schema": None},
  "comments": {"source": ["a.csv", "b.csv"], "rows": 92790},
}
REASON = "flip_rate/overall@0.5 is 0.0531 on all comments, but must be at most 0.005."
REFUSED = {
  "pushed_model": None,
  "gate": {
    "blessed": False,
    "failures": [
      {
        "metric": "flip_rate/overall@0.5",
        "slice": "all",
        "value": 0.0531,
        "bound": "at most 0.005",
        "reason": REASON,
      }
    ],
  },
}


@pytest.fixture
def page(tmp_path):
  """Returns a function that writes the report of a changed summary and returns it."""

  def page(changes=None, evaluation=None):
    path = tmp_path / "report.html"
    write_report(str(path), SUMMARY | (changes or {}), evaluation)
    return path.read_text(encoding="utf-8")

  return page


def text(html):
  body = re.sub("<(style|script)>.*?</", "", html, flags=re.DOTALL)
  body = body.replace("<wbr>", "")
  return " ".join(re.sub("<[^>]*>", " ", body).split())


def test_a_pushed_model(page):
  html = text(page())
  assert html.startswith("Pushed: Counterfactual Logit Pairing report")
  assert "Pushed: the model passed every check" in html
  assert (
    "flips on 0.5% of 3,087 pairs (90% confidence interval: 0.2 to 1.0%), the "
    "baseline's on 5.3%"
  ) in html
  assert "/models/1700000000" in html
  assert "a.csv, b.csv · 92,790 rows" in html
  assert "AUC 0.9654 0.9653 −0.0001 " in html
  assert "Positive rate 15.6% 15.1% −0.5 points" in html
  assert "Flip rate 5.3% 4.6 to 6.1% 0.5% 0.2 to 1.0% −4.8 points" in html
  assert "Pairs 3,087 3,087 same" in html
  assert "gender 4.1% <0.1% 0.0 to 0.1% 2,903" in html.replace("&lt;", "<")
  assert "gender/male 26.0% 0.0% 0.0 to 1.4% 211" in html
  assert "at the threshold 0.25" in html
  assert "The baseline is a control" in html
  assert "Transform 38.8 s" in html and "Trainer 5 min 2 s" in html
  assert "SchemaGen from cache" in html
  assert "demo" not in html and "Training" not in html


def test_a_refused_model_says_why(page):
  html = text(page(REFUSED))
  assert "Refused: the model was not pushed" in html
  assert REASON in html
  assert "Pushed" not in html


def test_blessed_but_not_pushed(page):
  assert "Passed, not pushed: " in text(page({"pushed_model": None}))


def test_demo_comments_are_said_to_be_generated(page):
  html = text(page({"comments": {"source": "demo"}}))
  assert "demo comments : generated sentences with a planted bias" in html


def test_without_a_baseline(page):
  html = text(page({"baseline": None, "training": {"clp": [], "baseline": []}}))
  assert "AUC 0.9653 Positive rate 15.1%" in html
  assert "no baseline was evaluated" in html
  assert "Change" not in html


@pytest.mark.parametrize("undefined", [None, float("nan")])
def test_undefined_values_are_a_dash_with_a_reason(page, undefined):
  html = page({"clp": CLP | {"auc": undefined, "flip_rate_by_group": {"g": undefined}}})
  assert "AUC 0.9654 – not defined – not defined" in text(html)
  assert 'title="Not defined on this data"' in html


def bias(subgroup, **others):
  """Returns the figures of a group, or the means."""
  figures = {"subgroup": subgroup, "bpsn": 0.9, "bnsp": None, **others}
  rates = {"false_positive_rate": 0.25, "false_negative_rate": None}
  return figures | ({**rates, "positives": 3, "negatives": 1200} if others else {})


def test_bias_aucs_by_group_worst_first(page):
  few = {"bounds": {}}
  groups = {"gender/male": bias(0.8, **few), HOSTILE: bias(0.7, **few)}
  after = {
    "bias_auc": {"identity_group": groups, "annotated_identity": {}},
    "bias_auc_means": {"identity_group": bias(0.75), "annotated_identity": bias(None)},
  }
  before = {
    "bias_auc": {"identity_group": {"gender/male": bias(0.6, **few)}},
    "bias_auc_means": {"identity_group": bias(0.65)},
  }
  html = page({"baseline": BASELINE | before, "clp": CLP | after})
  assert HOSTILE not in html
  shown = text(html)
  assert "Mean, near the worst 0.7500 0.6500 0.9000 0.9000 – not defined" in shown
  row = "gender/male 0.8000 0.6000 0.9000 0.9000 – not defined – not defined 25.0%"
  assert shown.index("hacked = 1") < shown.index(row)
  assert "3/1,200" in shown
  assert "annotated" not in shown
  assert "Bias AUC" not in text(page())


def audited(flip_rate, pairs, trained_on):
  return {
    "flip_rate": flip_rate,
    "flip_rate_bounds": [0.0, 0.25] if pairs else [None, None],
    "counterfactual_gap": 0.0301,
    "pairs": pairs,
    "trained_on": trained_on,
    "judged": pairs >= 30,
  }


def test_the_audit_marks_what_was_not_trained_on(page):
  audit = {
    "pairs": {"not_trained_on": audited(0.1, 230, False)},
    "group": {
      "gender": audited(0.05, 400, True),
      HOSTILE: audited(0.125, 230, False),
      "few": audited(1.0, 2, False),
      "none": audited(None, 0, False),
    },
    "term": {"deaf": audited(0.1, 30, False)},
    "worst_not_trained_on": HOSTILE,
  }
  html = page({"clp": CLP | {"audit": audit}})
  assert HOSTILE not in html
  shown = text(html)
  row = "not trained on – not defined 10.0% 0.0 to 25.0% 0.0301 – not defined 230"
  assert row in shown
  assert shown.index("hacked = 1") < shown.index("gender – not defined 5.0% 0.0")
  assert "deaf not trained on" in shown and "gender not trained on" not in shown
  assert "Not judged, for too few pairs: 2 groups few (2), none (0)" in shown
  assert "Audit" not in text(page())
  # Nothing but the model's own figures without a baseline.
  alone = text(page({"baseline": None, "clp": CLP | {"audit": audit}}))
  assert "deaf not trained on 10.0% 0.0 to 25.0% 0.0301 30" in alone


def test_coverage_by_split(page):
  counts = {"texts": 8000, "texts_matched": 1000, "counterfactuals": 1900}
  coverage = {
    "test": {**counts, "skipped": {"pejorative": 12, "low_confidence": 3}},
    "eval": {"texts": 0, "texts_matched": 0, "counterfactuals": 0, "skipped": {}},
  }
  inner = {"texts_matched": 9, "counterfactuals": 8}
  inner |= {"skipped": {"pejorative": 1}, "rules": {"removal": 10}}
  coverage["test"] |= {"groups": {"gender": inner}, "terms": {"he": inner}}
  coverage["eval"] |= {"groups": {}, "terms": {}}
  html = text(page({"coverage": coverage}))
  assert "test 8,000 1,000 12.5% 1,900 12 pejorative 3 low confidence" in html
  assert "eval 0 0 0 none" in html
  assert "gender 9 8 1 pejorative 10 removal he 9 8 1 pejorative 10 removal" in html
  assert "eval by group" not in html


def test_terms_beyond_the_first_ten_are_folded_away(page):
  rates = {f"term{i}": i / 100 for i in range(12)}
  html = page({"clp": CLP | {"flip_rate_by_term": rates}})
  shown, folded = html.split("2 more terms, with lower flip rates or fewer")
  assert "term11" in shown and "term2<" not in folded.replace(" ", "")
  assert folded.count('<th scope="row">term') == 2


def test_training_curves_have_a_table(page):
  curve = [{"epoch": 1, "val_auc": 0.91}, {"epoch": 2, "val_auc": 0.95}]
  html = page({"training": {"clp": curve, "baseline": curve[:1]}})
  assert html.count("<polyline") == 2
  assert "Eval AUC Baseline 1 0.91" in text(html) and "Eval AUC CLP 2 0.95" in text(
    html
  )


def test_text_of_others_is_escaped(page):
  attack = "<img src=x onerror=hacked()>"
  html = page(
    {
      "clp": CLP | {"flip_rate_by_group": {attack: 0.1}},
      "gate": {"blessed": False, "failures": [{"reason": attack}]},
      "configuration": {attack: attack, "list": [attack], "undecodable": "\udcff"},
      "comments": {"source": [attack]},
      "seconds": {attack: 1.0},
      "training": {"clp": [{"epoch": 1, attack: 1.0}]},
      "coverage": {
        attack: {
          "texts": 1,
          "texts_matched": 1,
          "counterfactuals": 1,
          "skipped": {attack: 1},
          "groups": {},
          "terms": {
            attack: {
              "texts_matched": 1,
              "counterfactuals": 1,
              "skipped": {},
              "rules": {attack: 1},
            }
          },
        }
      },
    }
  )
  assert "<img" not in html
  # A source, a reason, a group; a split, why it has less, its name twice above its
  # terms, a term, a rule; a curve's title, label and row; a component; an option, its
  # value, and a list.
  assert html.count("onerror=hacked()") == 16


def test_nothing_is_fetched(page, evaluation):
  markup = re.sub("(?s)<script>.*?</script>", "", page({}, evaluation))
  addresses = re.findall(
    r"(?:src|href|action|url|@import)\s*[=(]\s*[\"']?([^\"')\s]+)", markup
  )
  assert [each for each in addresses if not each.startswith("#")] == ["data:,"]
  # The links within the page have targets.
  targets = {each[1:] for each in addresses if each.startswith("#")}
  assert targets and targets <= set(re.findall(r'id="([^"]*)"', markup))
  assert "default-src 'none'" in markup and "://" not in markup


def test_language_and_headings(page, evaluation):
  markup = re.sub("(?s)<script>.*?</script>", "", page({}, evaluation))
  assert '<html lang="en">' in markup
  levels = [int(level) for level in re.findall("<h([1-6])", markup)]
  assert levels[0] == 1 and levels.count(1) == 1
  assert all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False))


def test_a_bad_evaluation_leaves_the_earlier_page(tmp_path, page):
  earlier = page()
  with pytest.raises(InputError, match="eval_config.json"):
    page(REFUSED, str(tmp_path / "missing"))
  assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
  assert (tmp_path / "report.html").read_text(encoding="utf-8") == earlier


def test_the_page_works_in_a_browser_without_a_network(page, evaluation, browse):
  opened = browse(page({}, evaluation))
  opened.page.locator(METRIC).first.wait_for()
  slices = opened.page.locator(METRIC).first.locator(".table-feature-column")
  label = "identity_group:" + HOSTILE.replace(":", "∶")
  assert label in [plain(name) for name in slices.all_text_contents()]
  assert opened.width() <= 1200
  opened.assert_quiet()


def test_a_phone_does_not_scroll_sideways(page, evaluation, browse):
  opened = browse(page({}, evaluation), width=360, height=740)
  opened.page.locator(METRIC).first.wait_for()
  assert opened.width() <= 360


def test_fairness_indicators_do_not_call_a_model_as_they_call_a_slice(page, evaluation):
  html = page({}, evaluation)
  assert '"evalName": "Before (control)"' in html
  assert '"evalNameCompare": "CLP model"' in html
