import functools

import numpy as np
import pytest

from clp_tfx.tfma import intersections, load_results, make_eval_config
from clp_tfx.tfma.impact_ratios import impact_ratios
from clp_tfx.tfma.intersections import IntersectionRates

from . import evaluation
from .test_bias_auc import example

WOMAN = ["gender", "gender/female"]
MAN = ["gender", "gender/male"]
MUSLIM = ["religion", "religion/muslim"]


def figures(parts, **options):
  """Returns the figures of examples that several workers counted."""
  (computation,) = IntersectionRates(**options).computations()
  (preprocessor,) = computation.preprocessors
  combiner = computation.combiner
  counted = [
    functools.reduce(
      combiner.add_input,
      [each for one in part for each in preprocessor.process(one)],
      combiner.create_accumulator(),
    )
    for part in parts
  ]
  # TFMA may merge the same accumulators again.
  combiner.merge_accumulators(counted)
  values = combiner.extract_output(combiner.merge_accumulators(counted))
  return {key.name: value for key, value in values.items()}


def test_intersections_are_of_the_most_specific_groups_of_two_dimensions():
  found = intersections.intersections([*WOMAN, *MAN, *MUSLIM, "age"])
  # Not gender × religion, and not female × male.
  assert found == [
    "age × gender/female",
    "age × gender/male",
    "age × religion/muslim",
    "gender/female × religion/muslim",
    "gender/male × religion/muslim",
  ]
  assert intersections.intersections(WOMAN) == []


def test_positive_rates_of_comments_labelled_or_not():
  comments = [
    [example(0.9, 1.0, [*WOMAN, *MUSLIM]), example(0.6, 0.0, [*WOMAN, *MUSLIM])],
    [
      example(0.1, 0.0, [*MUSLIM, *WOMAN], weight=0.0),
      example(0.7, 0.0, [*MAN, *MUSLIM]),
      example(0.9, 1.0, WOMAN),
      example(0.9, 1.0),
    ],
  ]
  of = "identity_group=gender/{} × religion/muslim"
  # Of three comments two are above .5 and one is above .8; of the one, one and none.
  assert figures(comments, thresholds=[0.5, 0.8]) == {
    f"intersection/comments/{of.format('female')}": 3,
    f"intersection/positive_rate@0.5/{of.format('female')}": 2 / 3,
    f"intersection/positive_rate@0.8/{of.format('female')}": 1 / 3,
    f"intersection/comments/{of.format('male')}": 1,
    f"intersection/positive_rate@0.5/{of.format('male')}": 1,
    f"intersection/positive_rate@0.8/{of.format('male')}": 0,
  }


def test_a_score_that_is_no_number_makes_a_rate_none():
  found = figures([[example(float("nan"), 1.0, [*WOMAN, *MUSLIM])]])
  assert np.isnan(
    found[
      "intersection/positive_rate@0.5/identity_group=gender/female × religion/muslim"
    ]
  )


def test_only_those_with_the_most_comments_have_figures(monkeypatch):
  monkeypatch.setattr(intersections, "MAX_INTERSECTIONS", 2)
  some = [example(0.9, 1.0, [*groups, "age"]) for groups in (MUSLIM, WOMAN, MAN)]
  found = figures([[*some, example(0.9, 1.0, ["age", *MUSLIM])]])
  # Two comments, then one each, in the order of their names.
  assert [name for name in found if "comments" in name] == [
    "intersection/comments/identity_group=age × religion/muslim",
    "intersection/comments/identity_group=age × gender/female",
  ]


def test_other_slices_do_not_repeat_them():
  one = example(0.9, 1.0, [*WOMAN, *MUSLIM]) | {"is_overall_slice": False}
  assert figures([[one]]) == {}


@pytest.mark.e2e
def test_an_evaluation_of_two_models_compares_intersections(tmp_path):
  # Of 30 comments about Muslim women 15 are flagged, of 40 about Muslim men 10.
  texts = [(f"bad {i}" if i < 15 else f"fine {i}", WOMAN) for i in range(30)]
  texts += [(f"bad {i}" if i < 10 else f"fine {i}", MAN) for i in range(40)]
  examples = [
    evaluation.example(text, ["other"], 0.0, [*groups, *MUSLIM])
    for text, groups in texts
  ]
  models = {
    word: evaluation.save_keyword_model(tmp_path / word, word)
    for word in ("bad", "none")
  }
  config = make_eval_config(has_baseline=True)
  folder = evaluation.evaluate(
    tmp_path, examples, config, models["bad"], baseline=models["none"]
  )
  rows = impact_ratios(load_results(folder)["clp"], 0.5)
  found = [row for row in rows if "×" in row["group"]]
  assert [(row["group"], row["comments"], row["impact_ratio"]) for row in found] == [
    ("gender/female × religion/muslim", 30, 1.0),
    ("gender/male × religion/muslim", 40, 0.5),
  ]
