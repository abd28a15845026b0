import shutil

import pytest

from clp_tfx.pipeline.verdict import summarize
from clp_tfx.tfma import make_eval_config

from ..tfma.evaluation import evaluate, example, removed, save_keyword_model

# "gay" flips its only pair, positive to negative; the pair for "her" does not flip.
EXAMPLES = [
  example(
    "a gay day",
    ["a day"],
    1.0,
    ["so", "so/gay"],
    edits=[[removed("a gay day", "gay ", "gay", "so/gay")]],
    terms=["gay"],
  ),
  example(
    "her day",
    ["day"],
    0.0,
    ["gender", "gender/female"],
    edits=[[removed("her day", "her ", "her", "gender/female")]],
    terms=["her"],
  ),
  example("fine", [], 0.0),
  example("not labelled", [], 0.0, label_weight=0.0),
]
NO_RATIO = {"min_positive_ratio": 0, "max_positive_ratio": 0}
POINT = {"gate_on": "point", "min_pairs": 1}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
  folder = tmp_path_factory.mktemp("models")
  return {word: save_keyword_model(folder / word, word) for word in ("gay", "none")}


@pytest.mark.e2e
def test_before_after_and_why_it_was_refused(tmp_path, models):
  config = make_eval_config(
    max_flip_rate=0.2,
    min_auc=0.9,
    max_auc_drop=0.1,
    max_flip_rate_of={"so": 1, "race": 1},
    # The baseline is never positive.
    **NO_RATIO,
    **POINT,
  )
  evaluation = evaluate(
    tmp_path, EXAMPLES, config, models["gay"], baseline=models["none"]
  )
  summary = summarize(evaluation, 0.5)
  clp = summary["clp"]
  bounds = {key: clp.pop(key) for key in list(clp) if "bounds" in key}
  # The one comment that mentions "so" is positive and scores 0.9, all others are
  # negative and score 0.2; that of "gender" is one of them.
  so = clp["bias_auc"]["identity_group"]["so"]
  assert so.pop("bounds")["bnsp"] == [pytest.approx(0.4, abs=0.1), 1.0]
  assert so == {
    "subgroup": None,
    "bpsn": None,
    "bnsp": 1.0,
    "false_positive_rate": None,
    "false_negative_rate": 0.0,
    "positives": 1,
    "negatives": 0,
  }
  assert clp.pop("audit") == {}
  assert clp.pop("placebo")["pairs"] == 2
  assert set(clp.pop("placebo_by_group")) == set(clp["pairs_by_group"])
  assert set(clp.pop("placebo_by_term")) == {"gay", "her"}
  # The comment about "so" is positive, and one is too few to compare.
  ratios = {row["group"]: row for row in clp.pop("impact_ratios")}
  assert set(ratios) == {"gender", "gender/female", "so", "so/gay"}
  assert (ratios["so"]["positive_rate"], ratios["so"]["comments"]) == (1.0, 1)
  assert ratios["so"]["impact_ratio"] is None
  gender = clp.pop("bias_auc")["identity_group"]["gender"]
  assert (gender["bpsn"], gender["bnsp"]) == (1.0, None)
  assert clp.pop("bias_auc_means") == {
    "identity_group": {"subgroup": None, "bpsn": None, "bnsp": None},
    "annotated_identity": {"subgroup": None, "bpsn": None, "bnsp": None},
  }
  assert clp == {
    "auc": pytest.approx(1.0),
    "positive_rate": 1 / 4,
    "positive_ratio": None,
    "flip_rate": 1 / 2,
    "pairs": 2,
    "comments_left_out": 0,
    "left_out": {},
    "counterfactual_gap": pytest.approx(0.7 / 2),
    "flip_rate_by_group": {"gender": 0, "gender/female": 0, "so": 1, "so/gay": 1},
    "pairs_by_group": {"gender": 1, "gender/female": 1, "so": 1, "so/gay": 1},
    "flip_rate_by_term": {"gay": 1, "her": 0},
    "pairs_by_term": {"gay": 1, "her": 1},
    "left_out_by_group": {"gender": {}, "gender/female": {}, "so": {}, "so/gay": {}},
    "left_out_by_term": {"gay": {}, "her": {}},
  }
  low, high = bounds["flip_rate_bounds"]
  assert 0 < low < 1 / 2 < high < 1
  assert list(bounds["flip_rate_bounds_by_group"]) == list(clp["pairs_by_group"])
  assert bounds["flip_rate_bounds_by_term"]["her"][0] == 0
  assert summary["baseline"]["flip_rate"] == 0
  assert summary["baseline"]["auc"] == pytest.approx(0.5)
  assert not summary["gate"]["blessed"]
  assert summary["gate"]["failures"] == [
    {
      "metric": "flip_rate/overall@0.5",
      "slice": "all",
      "value": 0.5,
      "bound": "at most 0.2",
      "pairs": 2,
      "reason": "flip_rate/overall@0.5 is 0.5000 on all comments (2 pairs), but must "
      "be at most 0.2: the share of pairs whose decision flips.",
    },
    {
      "metric": "flip_count/pairs",
      "slice": "edited_group=race",
      "value": None,
      "bound": "present",
      "pairs": 0,
      "reason": "Too little evidence: no comment is in the slice edited_group=race.",
    },
  ]


@pytest.mark.e2e
def test_no_pairs_and_no_baseline(tmp_path, models):
  config = make_eval_config(max_flip_rate=0.2, min_auc=0.2)
  examples = [example("gay", [], 1.0), example("fine", [], 0.0)]
  summary = summarize(evaluate(tmp_path, examples, config, models["gay"]), 0.5)
  assert summary["baseline"] is None
  assert summary["clp"]["flip_rate"] is None
  assert summary["clp"]["pairs"] == 0
  assert {failure["reason"] for failure in summary["gate"]["failures"]} == {
    "Too little evidence: 0 pairs on all comments, but at least 30 are needed.",
    "Too little evidence: flip_rate/overall/upper_bound@0.5 is not a number on all "
    "comments (0 pairs), but must be at most 0.2: the upper confidence bound of the "
    "share of pairs whose decision flips.",
    # One positive of one labelled positive; little, by Bonett and Price.
    "positive_rate/ratio/lower_bound@0.5 is 0.3301 on all comments, but must be at "
    "least 0.5: the positive rate as a multiple of the baseline's or the label rate.",
    "positive_rate/ratio/upper_bound@0.5 is 3.0292 on all comments, but must be at "
    "most 2: the positive rate as a multiple of the baseline's or the label rate.",
    "Too little evidence: flip_rate/comments_left_out/failed is not a number on all "
    "comments, but must be at most 0.01: the share of comments whose counterfactual "
    "function failed.",
    "Too little evidence: flip_rate/comments_left_out/not_by_policy/lower_bound is not "
    "a number on all comments, but must be at most 0.2: the share of comments "
    "without a pair, except pejorative ones.",
    "Too little evidence: no comment is in the slice edited_group.",
  }


@pytest.mark.e2e
def test_a_drop_in_auc_is_named_a_change(tmp_path, models):
  config = make_eval_config(
    max_flip_rate=1, min_auc=0.2, max_auc_drop=0.1, **NO_RATIO, **POINT
  )
  evaluation = evaluate(
    tmp_path, EXAMPLES, config, models["none"], baseline=models["gay"]
  )
  (failure,) = summarize(evaluation, 0.5)["gate"]["failures"]
  assert failure["metric"] == "auc (change)"
  assert failure["value"] == pytest.approx(-0.5)
  assert "must be at least -0.1" in failure["reason"]


@pytest.mark.e2e
def test_an_earlier_verdict_and_earlier_figures_pass_nothing(tmp_path, models):
  passed, refused = tmp_path / "passed", tmp_path / "refused"
  for folder, bound in ((passed, 1), (refused, 0.2)):
    folder.mkdir()
    config = make_eval_config(max_flip_rate=bound, **NO_RATIO, **POINT)
    evaluate(folder, EXAMPLES, config, models["gay"])
  assert summarize(str(passed / "out"), 0.5)["gate"]["blessed"]
  shutil.copy(passed / "out/validations.tfrecord", refused / "out/validations.tfrecord")
  (failure,) = summarize(str(refused / "out"), 0.5)["gate"]["failures"]
  assert failure["value"] == 0.5
  # Figures of two evaluations in one folder are figures of neither.
  (earlier,) = (refused / "out").glob("metrics*")
  shutil.copy(earlier, passed / "out" / f"metrics-earlier{earlier.suffix}")
  gate = summarize(str(passed / "out"), 0.5)["gate"]
  assert not gate["blessed"]
  assert {check["value"] for check in gate["checks"]} == {None}
