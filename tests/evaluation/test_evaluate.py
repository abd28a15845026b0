import csv
import json
import random
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import tensorflow as tf
from playwright.sync_api import expect

from clp_tfx.components.probe_evaluator import scoring
from clp_tfx.counterfactuals.generator import CounterfactualGenerator
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.errors import InputError
from clp_tfx.evaluation.evaluate import evaluate_model
from clp_tfx.probes import fill_probes
from clp_tfx.report.digests import model_digest
from clp_tfx.report.record import read_record, schema
from clp_tfx.runners.demo_comments import demo_comments

from ..conftest import clp_tfx
from .models import example_model, text_model

HOSTILE = """</script><img src=x onerror="hacked = 1">"""


@pytest.fixture(scope="module")
def model(tmp_path_factory):
  """Adds 0.5 for gay, 0.25 for woman and 0.375 for bad, at most 1."""
  return text_model(tmp_path_factory.mktemp("models") / "text")


def comments_file(path, rows):
  with open(path, "w", newline="", encoding="utf-8") as file:
    csv.writer(file).writerows(rows)
  return str(path)


def evaluated(*arguments, **options):
  """Evaluates a model, whose record must be as its schema says."""
  summary = evaluate_model(*arguments, **options)
  record = read_record(options["output"])
  jsonschema.validate(record, schema())
  assert record["model"] == {
    "kind": "evaluated",
    "location": arguments[0],
    "sha256": model_digest(arguments[0]),
    "baseline": options.get("baseline"),
  }
  return summary


@pytest.fixture(scope="module")
def by_hand(model, tmp_path_factory):
  """Summary for five comments; the baseline's scores are 0.75 times the model's."""
  rows = [
    ("A gay person, bad", 1),  # 0.875, without the term 0.375: flips
    ("A gay woman", 0),  # 0.75, without the terms 0: flips, counts in both groups
    ("A woman", 0),  # 0.25, 0: does not flip
    (f"Bad, a gay woman, {HOSTILE}", 1),  # 1, 0.375: flips
    ("Bad", 0),  # no pair
  ]
  folder = tmp_path_factory.mktemp("by_hand")
  comments = comments_file(folder / "c.csv", [("comment_text", "toxicity"), *rows])
  weaker = text_model(folder / "weaker", outputs=lambda scores: {"p": 0.75 * scores})
  return evaluated(
    model,
    comments,
    baseline=weaker,
    identity_terms="gender_and_sexual_orientation",
    output=str(folder / "out"),
  )


@pytest.mark.e2e
def test_labelled_comments_by_hand(by_hand):
  figures = by_hand["clp"]
  assert figures["pairs"] == 4 and figures["flip_rate"] == 3 / 4
  # Positive: 0.875, 0.75, 1 of five.
  assert figures["positive_rate"] == 3 / 5
  # The 6 couples of a positive and a negative are all ranked right: 0.875 and 1 against
  # 0.75, 0.25 and 0.375.
  assert figures["auc"] == pytest.approx(1, abs=1e-6)
  assert figures["flip_rate_by_group"] == {
    "gender": 2 / 3,
    "gender/female": 2 / 3,
    "sexual_orientation": 1,
    "sexual_orientation/homosexual": 1,
  }
  # The baseline's: 0.656, 0.281; 0.563, 0; 0.188, 0; 0.75, 0.281: the same three flip.
  assert by_hand["baseline"]["flip_rate"] == 3 / 4
  # The gap's mean: (0.5 + 0.75 + 0.25 + 0.625) / 4.
  assert figures["counterfactual_gap"] == pytest.approx(2.125 / 4)
  # Women: a positive at 1, negatives at 0.75 and 0.25; nobody: 0.875 and 0.375.
  women = figures["bias_auc"]["identity_group"]["gender/female"]
  assert [women[kind] for kind in ("subgroup", "bpsn", "bnsp")] == [1, 1, 1]
  assert (women["positives"], women["negatives"]) == (1, 2)
  assert (women["false_positive_rate"], women["false_negative_rate"]) == (1 / 2, 0)
  # identity_en has these two terms as well: the same pairs, all trained on.
  audit = figures["audit"]["pairs"]
  assert list(audit) == ["trained_on"]
  assert (audit["trained_on"]["pairs"], audit["trained_on"]["flip_rate"]) == (4, 3 / 4)
  assert audit["trained_on"]["judged"] is False


@pytest.mark.e2e
def test_the_worst_case_over_terms_by_hand(by_hand):
  found = by_hand["worst_case"]
  # Without gay, 0.875 and 0.75 fall to 0.375 and 0.25; 0.25 cannot rise, and 1 falls
  # to 0.625. The baseline's 0.75 falls to 0.469.
  assert found["comments"] == 4
  assert (found["model"]["stable"], found["baseline"]["stable"]) == (1 / 2, 1 / 4)
  assert found["model"]["widest"]["range"] == 0.5


@pytest.mark.e2e
def test_the_page_shows_hostile_comments_as_text(by_hand, browse):
  opened = browse(Path(by_hand["report"]))
  page = opened.page
  assert page.locator("h1").inner_text() == "Measured: no bound given"
  # Two models, flip rate and AUC; the overall slice, four groups and two terms.
  bars = page.locator("fairness-metric-summary:visible").first.locator("#bars rect")
  expect(bars).to_have_count(2 * (1 + 4 + 2))
  # The baseline's flips and the model's, the same three.
  assert opened.texts("#flips h3") == [
    "Baseline: 3 of 4 pairs flip",
    "Model: 3 of 4 pairs flip",
  ]
  assert page.locator("#flips ol > li").count() == 6
  # Ordered by the gap: 0.75, 0.625, 0.5.
  worst, hostile, last = page.locator("#flips .comment").all_inner_texts()[3:]
  assert worst == "A gay woman" and last == "A gay person, bad"
  assert hostile.endswith('</script><img src=x onerror="hacked = 1">')
  assert "0.750" in page.locator("#flips .scores").nth(3).inner_text()
  assert page.locator("#terms tbody tr").count() == 2
  assert opened.width() <= 1200
  opened.assert_quiet()


@pytest.mark.e2e
def test_the_page_on_a_phone_in_the_dark(by_hand, browse):
  path = Path(by_hand["report"])
  opened = browse(path, width=360, height=740, color_scheme="dark")
  opened.page.locator("fairness-metric-summary:visible").first.wait_for()
  assert opened.width() <= 360
  opened.assert_quiet()


@pytest.mark.e2e
def test_the_page_by_keyboard(by_hand, browse):
  page = browse(Path(by_hand["report"])).page
  page.keyboard.press("Tab")
  reached = ["the model card", "every figure as data", "Before and after"]
  for name in [*reached, "Worst flips"]:
    assert page.evaluate("document.activeElement.textContent") == name
    page.keyboard.press("Tab")
  page.keyboard.press("Shift+Tab")
  page.keyboard.press("Enter")
  assert page.url.endswith("#flips")
  assert page.locator("#flips-title").is_visible()


@pytest.mark.e2e
def test_the_page_on_paper(by_hand, browse):
  page = browse(Path(by_hand["report"])).page
  page.emulate_media(media="print")
  assert page.locator("#flips").is_visible() and page.locator("#groups").is_visible()
  assert not page.locator(".fairness-indicators").is_visible()
  assert page.get_by_text("interactive and cannot be printed").is_visible()


@pytest.mark.e2e
def test_in_two_processes_the_flip_rate_is_that_of_ten_lines_of_numpy(model, tmp_path):
  texts = [comment.comment_text for comment in demo_comments()][:400]
  path = comments_file(tmp_path / "c.csv", [["body"], *([text] for text in texts)])
  threshold = 0.4
  summary = evaluated(
    model,
    path,
    text_feature="body",
    decision_threshold=threshold,
    workers=2,
    output=str(tmp_path / "out"),
  )

  generator = CounterfactualGenerator(IdentityTerms.load("identity_en"))
  score = tf.saved_model.load(model).signatures["serving_default"]
  pairs = [(text, c.text) for text in texts for c in generator.generate(text)]
  originals, counterfactuals = map(tf.constant, zip(*pairs, strict=True))
  before = score(sentence=originals)["scores"].numpy() > threshold
  after = score(sentence=counterfactuals)["scores"].numpy() > threshold

  assert len(pairs) >= 40
  assert summary["clp"]["pairs"] == len(pairs)
  assert 0 < summary["clp"]["flip_rate"] == pytest.approx(np.mean(before != after))
  assert summary["clp"]["auc"] is None
  written = json.loads((tmp_path / "out" / "summary.json").read_text())
  assert written["clp"] == summary["clp"]


@pytest.mark.e2e
def test_bounds_and_a_baseline_of_another_kind(model, tmp_path, monkeypatch):
  some = random.Random(1).sample(fill_probes(), 400)
  monkeypatch.setattr(scoring, "fill_probes", lambda: some)
  rows = [("A gay person, bad", 1), ("A man, bad", 0), ("Nothing", 0)] * 20
  path = comments_file(tmp_path / "c.csv", [("comment_text", "toxicity"), *rows])
  summary = evaluated(
    model,
    path,
    baseline=example_model(tmp_path / "examples"),
    max_flip_rate=0.4,
    max_flip_rate_of=["gender=0.1"],
    max_displacement=0.1,
    gate_on="point",
    min_pairs=21,
    example_texts=False,
    output=str(tmp_path / "out"),
  )
  # With either model, the pairs of the 20 gay persons flip, of 40 pairs.
  assert summary["baseline"]["flip_rate"] == summary["clp"]["flip_rate"] == 0.5
  assert not summary["gate"]["blessed"]
  # No pair of a man flips: the rate for gender is 0, but it has only 20 pairs.
  failures = {failure["slice"]: failure for failure in summary["gate"]["failures"]}
  assert failures.keys() == {"all", "edited_group=gender", "identity=any"}
  assert "could go unnoticed" in failures["identity=any"]["reason"]
  assert failures["all"]["bound"] == "at most 0.4"
  assert "20 pairs" in failures["edited_group=gender"]["reason"]
  flips = Path(summary["worst_flips"]).read_text().splitlines()
  assert flips and not any("A gay person" in line for line in flips)
  page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
  assert "Refused: the model missed a bound" in page
  assert "texts were left out" in page and "A gay person" not in page


@pytest.mark.parametrize(
  ("options", "message"),
  [
    ({"min_auc": 0.7}, "AUC needs labels, but no column of .*: name it with --label-"),
    ({"label_feature": "toxic"}, "column `toxic` is missing"),
    ({"text_feature": "text_"}, "column `text_` is missing"),
    ({"split": "train"}, "--split to be one of all, test"),
    ({"max_flip_rate": 2}, "--max-flip-rate to be at most 1"),
    ({"max_flip_rate_of": ["gender"]}, "gender/female=0.1. Received: 'gender'"),
    ({"max_auc_drop": 0.1}, "give it with --baseline"),
    ({"max_displacement": 0.1}, "--max-displacement needs a baseline"),
    ({"max_recall_drop": 0.1}, "--max-recall-drop needs a baseline"),
    ({"signature": "rate"}, "to one of serving_default"),
    ({"identity_terms": "none.csv"}, "none.csv"),
    ({"baseline": "nowhere"}, "nowhere does not exist"),
    ({"baseline": len, "workers": 2}, "one worker for builtins.len, which is held in"),
  ],
)
def test_what_cannot_be_worked_with_is_said_in_a_sentence(
  options, message, model, tmp_path
):
  path = comments_file(tmp_path / "c.csv", [["comment_text"], ["A gay person"]])
  with pytest.raises(InputError, match=message):
    evaluate_model(model, path, output=str(tmp_path / "out"), **options)
  assert not (tmp_path / "out" / "report.html").exists()


def fails_for_gay(text):
  if "gay" in text:
    raise TimeoutError("no answer")
  return [text.replace("woman", "man")]


def returns_a_text(text):
  return text


GROUPS = [("A woman, bad", 1), ("A woman", 0), ("A gay person, bad", 1)] * 20


@pytest.mark.e2e
@pytest.mark.parametrize("bounds", [{}, {"max_flip_rate": 1.0}])
def test_a_function_that_fails_for_a_group_is_refused(model, tmp_path, bounds):
  path = comments_file(tmp_path / "c.csv", [("comment_text", "toxicity"), *GROUPS])
  function = f"{__name__}.fails_for_gay"
  summary = evaluated(
    model, path, counterfactual_fn=function, output=str(tmp_path / "out"), **bounds
  )
  clp, gate = summary["clp"], summary["gate"]
  assert not gate["blessed"]
  group = "sexual_orientation/homosexual"
  assert {"all", f"edited_group={group}"} <= {
    each["slice"] for each in gate["failures"]
  }
  assert clp["left_out_by_group"][group] == {"failed": 1.0}
  assert clp["left_out"] == {"failed": pytest.approx(1 / 3)}
  assert clp["pairs_by_group"][group] == 0
  assert summary["coverage"]["all"]["skipped"] == {"failed: TimeoutError": 20}
  page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
  assert "100.0% failed" in page and "failed: TimeoutError" in page


@pytest.mark.e2e
def test_a_function_that_returns_no_list_stops(model, tmp_path):
  path = comments_file(tmp_path / "c.csv", [("comment_text", "toxicity"), *GROUPS])
  function = f"{__name__}.returns_a_text"
  with pytest.raises(InputError, match="to return a list of texts. Received: str;"):
    evaluate_model(
      model, path, counterfactual_fn=function, output=str(tmp_path / "out")
    )


@pytest.mark.e2e
@pytest.mark.parametrize("label", [0, ""])
def test_without_both_classes_there_is_no_auc_to_judge(model, tmp_path, label):
  rows = [(text, label) for text, _ in GROUPS]
  path = comments_file(tmp_path / "c.csv", [("comment_text", "toxicity"), *rows])
  summary = evaluated(
    model, path, baseline=model, max_auc_drop=0.01, output=str(tmp_path / "out")
  )
  assert summary["clp"]["auc"] is None and summary["baseline"]["auc"] is None
  (failure,) = summary["gate"]["failures"]
  assert failure["metric"] == "auc (change)" and not summary["gate"]["blessed"]
  assert failure["reason"].startswith("Too little evidence: The change in auc is not a")


@pytest.mark.e2e
@pytest.mark.parametrize("labels", [True, False])
def test_a_model_that_says_no_to_everything_is_refused(tmp_path, labels):
  rows = [each if labels else each[:1] for each in GROUPS]
  head = ("comment_text", "toxicity") if labels else ("comment_text",)
  path = comments_file(tmp_path / "c.csv", [head, *rows])
  never = text_model(tmp_path / "never", outputs=lambda scores: {"p": 0.1 * scores})
  summary = evaluated(never, path, max_flip_rate=0.2, output=str(tmp_path / "out"))
  assert summary["clp"]["flip_rate"] == summary["clp"]["positive_rate"] == 0
  (failure,) = summary["gate"]["failures"]
  assert failure["metric"].startswith("positive_rate") and failure["value"] == 0
  options = {"min_positive_ratio": 0, "max_positive_ratio": 0}
  summary = evaluated(
    never, path, max_flip_rate=0.2, output=str(tmp_path / "off"), **options
  )
  assert summary["gate"]["blessed"]


@pytest.mark.e2e
def test_patterns_of_files(model, tmp_path):
  for day, texts in (("1", 3), ("2", 2)):
    rows = [["comment_text"], *[["A gay person"]] * texts]
    for part in "ab":
      comments_file(tmp_path / f"day-{day}-{part}.csv", rows)
  every = evaluate_model(
    model, [f"{tmp_path}/*-a.csv", f"{tmp_path}/*-b.csv"], output=str(tmp_path / "out")
  )
  assert every["clp"]["pairs"] == 2 * (3 + 2)
  newest = evaluate_model(
    model, f"{tmp_path}/day-{{SPAN}}-a.csv", output=str(tmp_path / "newest")
  )
  assert newest["clp"]["pairs"] == 2
  for pattern in (
    f"{tmp_path}/none*.csv",
    f"{tmp_path}/none-{{SPAN}}.csv",
    "bq://p.d.t",
  ):
    with pytest.raises(InputError, match="files"):
      evaluate_model(model, pattern, output=str(tmp_path / "out"))


@pytest.mark.e2e
def test_the_test_split_is_that_of_a_run(model, tmp_path):
  rows = [("comment_text", "split"), ("A gay person", "test"), ("A man", "train")]
  path = comments_file(tmp_path / "c.csv", rows)
  summary = evaluated(model, path, split="test", output=str(tmp_path / "out"))
  assert summary["clp"]["pairs"] == 1


@pytest.mark.e2e
def test_the_command_on_a_trained_model_leaves_no_traceback(
  few_run, few_comments, tmp_path
):
  # TensorFlow prints one for each function of a model that is alive at the end.
  (pushed,) = (few_run.output / "serving_model").iterdir()
  options = ["--comments", few_comments, "--min-pairs", 1]
  done = clp_tfx("evaluate", pushed, *options, "--output", "out", cwd=tmp_path)
  assert done.returncode == 0, done.stderr
  assert "Traceback" not in done.stderr and "Exception" not in done.stderr
