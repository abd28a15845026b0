"""The section on who gains and who loses, on the page and in a browser."""

import re

import pytest

from clp_tfx.report import write_report
from clp_tfx.report.people import people_section, tally

from .test_report import SUMMARY, text

LONGEST = "person from a place with an extraordinarilylongunbreakablecompoundname"


def identity(name, before, after, verdict, trained_on=True):
  rate = {"false_positive_rate": after}
  change = {"rise": after - before, "detectable": 0.08, "verdict": verdict}
  return {
    "identity": name,
    "trained_on": trained_on,
    "model": rate,
    "baseline": {"false_positive_rate": before},
    "displacement": change,
    "worst": {"text": f"About {name}.", "model_score": 0.9, "baseline_score": 0.2},
  }


def figures(identities, **changes):
  overall = {
    "false_positive_rate": 0.25,
    "mean_distance": 0.05,
    "worst_distance": 0.5,
    "recall": 0.75,
    "positive_rate": 0.4,
    "auc": 0.9,
  }
  group = {"group": "gender_identity", "model": overall, "baseline": overall}
  return {
    "sentences": 16465,
    "model": overall,
    "baseline": overall | {"recall": 0.8, "auc": None},
    "identities": identities,
    "groups": [group],
    **changes,
  }


FEW = [
  identity("deaf", 0.2, 0.5, "displaced", trained_on=False),
  identity("old", 0.3, 0.35, "too little evidence"),
  identity("young", 0.3, 0.3, "ok"),
  identity("gay", 0.9, 0.3, "ok"),
]


def alone(probes):
  """Returns the figures without a baseline."""
  rows = [
    {
      **row,
      "baseline": None,
      "displacement": None,
      "worst": {**row["worst"], "baseline_score": None},
    }
    for row in probes["identities"]
  ]
  groups = [{**row, "baseline": None} for row in probes["groups"]]
  return {**probes, "baseline": None, "identities": rows, "groups": groups}


@pytest.fixture
def page(tmp_path):
  """Returns a function that writes the report with figures on probes."""

  def page(probes, **changes):
    path = tmp_path / "report.html"
    write_report(str(path), SUMMARY | {"probes": probes} | changes)
    return path.read_text(encoding="utf-8")

  return page


def section(html):
  inside = html.partition('aria-labelledby="people-title">')[2]
  return text(inside.partition("</section>")[0])


def test_who_is_counted_as_what():
  assert tally(figures(FEW)) == (["deaf"], ["gay"], ["old"])
  assert tally(alone(figures(FEW))) == ([], [], [])


def test_nothing_without_probes():
  assert people_section({"gate": {}}) is None
  assert people_section({"gate": {}, "probes": None}) is None


def test_before_and_after_the_most_harmed_first(page):
  gate = {
    "blessed": True,
    "failures": [],
    "not_judged": [{"figure": "recall", "group": "age/older", "count": 12}],
  }
  html = section(page(figures(FEW), gate=gate))
  assert "Of 4 identities, 1 loses" in html
  assert "1 gains, and 1 cannot be judged" in html
  assert "deaf loses, not trained on 20.0% 50.0% +30.0" in html
  assert "gay gains 90.0% 30.0% −60.0" in html
  assert html.index("deaf") < html.index("gay")
  assert "Recall on hostile sentences 80.0% 75.0%" in html
  assert "About deaf. score 0.200 → 0.900" in html
  assert "Cannot be judged on these sentences: 1 identities old" in html
  assert "age/older, recall (12)" in html


def missed(group, value, count):
  return {
    "metric": "recall (change)",
    "slice": f"identity_group={group}",
    "value": value,
    "pairs": count,
    "reason": "Recall fell.",
  }


def test_attacks_that_are_missed_the_largest_loss_first(page):
  failures = [
    missed("age", -0.125, 1064),
    missed("race/[<b>]", -0.46, 39),
    missed("none", None, 40),  # Undefined, which another bound speaks of.
    {**missed("all", -0.3, None), "metric": "probes/recall (change)"},
  ]
  html = page(figures(FEW), gate={"blessed": False, "failures": failures})
  assert (
    "recall falls on the positive comments that mention race/[<b>] (46 points, 39 "
    "comments); age (12 points, 1,064 comments)."
  ) in section(html).replace("&lt;", "<").replace("&gt;", ">")
  assert "[<b>]" not in html
  assert "Attacks are missed" not in page(figures(FEW))


def test_without_a_baseline_nobody_gains_or_loses(page):
  html = section(page(alone(figures(FEW)), baseline=None))
  assert "deaf not trained on 50.0%" in html
  assert not [each for each in ("1 loses", "1 gains", "Points") if each in html]
  assert "About deaf. score 0.900" in html


def test_no_identity_at_all(page):
  assert "No identity was measured." in section(page(figures([], groups=[])))


def test_names_and_sentences_of_others_are_escaped(page):
  attack = "<img src=x onerror=hacked()>"
  assert attack not in page(figures([identity(attack, 0.1, 0.2, "displaced")]))


@pytest.mark.parametrize("with_baseline", [True, False])
def test_many_identities_fit_a_desk_and_a_phone(page, tmp_path, browse, with_baseline):
  names = [LONGEST, *(f"identity {number}" for number in range(119))]
  probes = figures([identity(name, 0.2, 0.5, "displaced", False) for name in names])
  changes = {} if with_baseline else {"baseline": None}
  html = page(probes if with_baseline else alone(probes), **changes)
  assert len(re.findall(r"identity \d+\s*<", html)) >= 119
  for width in (1200, 360):
    opened = browse(html, width=width)
    assert opened.width() == width
    (shown,) = opened.page.locator("#people .scroll").all()[:1]
    assert shown.evaluate("box => box.scrollWidth <= box.clientWidth")
    opened.assert_quiet()
