import pytest

from clp_tfx.tfma.impact_ratios import compared, impact_ratios
from clp_tfx.tfma.intervals import share_bounds

from ..report.test_fairness_indicators import double, eval_result


def slice_of(rate, comments):
  return {"positive_rate@0.5": double(rate), "flip_count/comments": double(comments)}


def by_group(rows):
  return {row["group"]: row for row in rows}


def test_rates_over_the_highest_among_the_groups_of_one_parent():
  result = eval_result(
    {
      (): slice_of(0.3, 1000),
      (("edited_group", "gender"),): slice_of(0.3, 300),
      (("edited_group", "gender/female"),): slice_of(0.4, 100),
      (("edited_group", "gender/male"),): slice_of(0.1, 200),
      # The highest of all, but too few to compare with.
      (("edited_group", "gender/other"),): slice_of(1.0, 29),
      (("edited_group", "age"),): slice_of(0.15, 40),
      (("edited_term", "gay"),): slice_of(0.9, 100),
    }
  )
  rows = by_group(impact_ratios(result, 0.5))
  assert set(rows) == {
    "gender",
    *(f"gender/{n}" for n in ("female", "male", "other")),
  } | {"age"}
  # .1 / .4, and .15 / .3 at the top.
  assert rows["gender/male"]["impact_ratio"] == pytest.approx(0.25)
  assert rows["gender/male"]["highest"] == "gender/female"
  assert rows["gender/female"]["impact_ratio"] == 1
  assert rows["gender/female"]["impact_ratio_bounds"] is None
  assert rows["age"]["impact_ratio"] == pytest.approx(0.5)
  other = rows["gender/other"]
  assert not other["judged"] and other["impact_ratio"] is None
  # The ends of the rates' own intervals, crossed.
  low, high = share_bounds(20, 200, 0.95)
  highest_low, highest_high = share_bounds(40, 100, 0.95)
  assert rows["gender/male"]["impact_ratio_bounds"] == pytest.approx(
    [low / highest_high, high / highest_low]
  )


def test_intersections_are_a_category_of_their_own():
  result = eval_result(
    {
      (("age", "old"), ("sex", "f")): slice_of(0.5, 50),
      (("age", "old"), ("sex", "m")): slice_of(0.25, 50),
      (("sex", "f"),): slice_of(0.8, 50),
    }
  )
  rows = by_group(impact_ratios(result, 0.5))
  assert rows["old × m"]["category"] == "age × sex"
  assert rows["old × m"]["impact_ratio"] == 0.5
  # Alone in its category, it is compared with nothing.
  assert rows["f"]["impact_ratio"] is None


def intersection(name, rate, comments):
  at = f"identity_group={name}"
  return {
    f"intersection/positive_rate@0.5/{at}": double(rate),
    f"intersection/comments/{at}": double(comments),
  }


def test_intersections_of_mentioned_groups_are_compared_by_their_dimensions():
  result = eval_result(
    {
      (): {
        **intersection("gender/female × religion/muslim", 0.5, 40),
        **intersection("gender/male × religion/jewish", 0.2, 30),
        **intersection("gender/male × religion/muslim", 1.0, 29),
        **intersection("age/older × gender/male", 0.25, 60),
        # TFMA's difference of two models.
        "intersection/comments/identity_group=age/older × gender/male_diff": double(0),
      }
    }
  )
  rows = by_group(impact_ratios(result, 0.5))
  assert len(rows) == 4
  lower = rows["gender/male × religion/jewish"]
  # .2 / .5; 29 comments are too few to be the highest.
  assert lower["impact_ratio"] == pytest.approx(0.4)
  assert lower["category"] == "identity_group: gender × religion"
  assert lower["highest"] == "gender/female × religion/muslim"
  assert not rows["gender/male × religion/muslim"]["judged"]
  # Alone with its dimensions.
  alone = rows["age/older × gender/male"]
  assert alone["judged"] and alone["impact_ratio"] is None


def test_where_nobody_is_flagged_there_is_no_ratio():
  row = {"category": "g", "positive_rate": 0.0, "positive_rate_bounds": [0, 0.1]}
  rows = compared([{**row, "group": "a", "judged": True}])
  assert rows[0]["impact_ratio"] is None


def test_a_slice_without_the_rate_is_left_out():
  assert impact_ratios(eval_result({(("g", "a"),): {}}), 0.5) == []
