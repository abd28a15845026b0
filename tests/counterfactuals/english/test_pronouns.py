import csv
import re
from pathlib import Path

import pytest

from clp_tfx.counterfactuals.english.pronouns import role_of

TESTDATA = Path(__file__).parents[2] / "testdata"
HER = frozenset({"object", "possessive_determiner"})
HIS = frozenset({"possessive_determiner", "possessive_pronoun"})
GAY = frozenset({"noun", "adjective"})


def role(roles: frozenset[str], marked: str) -> str:
  """Returns the role of the word in brackets."""
  start, end = marked.index("["), marked.index("]") - 1
  text = marked.replace("[", "", 1).replace("]", "", 1)
  return role_of(roles, text, start, end).role


@pytest.mark.parametrize(
  ("file", "pronoun", "roles", "cases", "bar"),
  [
    ("pronouns.csv", "her", HER, 459, 0.94),
    ("pronouns.csv", "his", HIS, 236, 0.985),
    ("pronouns_blind.csv", "her", HER, 339, 0.94),
    ("pronouns_blind.csv", "his", HIS, 92, 0.985),
  ],
)
def test_annotated_sentences(file, pronoun, roles, cases, bar):
  with (TESTDATA / file).open(encoding="utf-8", newline="") as lines:
    rows = [row for row in csv.DictReader(lines) if row["pronoun"].lower() == pronoun]
  right = 0
  for row in rows:
    found = list(re.finditer(rf"\b{pronoun}\b", row["text"], re.IGNORECASE))
    span = found[int(row["index"])].span()
    right += role_of(roles, row["text"], *span).role == row["role"]
  assert len(rows) == cases
  assert right / len(rows) >= bar


@pytest.mark.parametrize(
  ("marked", "expected"),
  [
    ("I know [her].", "object"),
    ("I know [her] car.", "possessive_determiner"),
    ("We told [her] that it rained.", "object"),
    ("He made [her] cry.", "object"),
    ("They sent [her] flowers.", "object"),
    ("They sent [her] good advice.", "object"),
    ("Bring [her] back.", "object"),
    ("It lies on [her] back.", "possessive_determiner"),
    ("I met [her] yesterday.", "object"),
    ("She lost [her] only child.", "possessive_determiner"),
    ("He treats [her] badly.", "object"),
    ("Look at [her] badly burned hand.", "possessive_determiner"),
    ("a photo of [her] leaving the house", "object"),
    ("the day of [her] leaving", "possessive_determiner"),
    ("ask him/[her] about it", "object"),
    ("on his/[her] desk", "possessive_determiner"),
    ("call [her] \u201cboss\u201d", "object"),
    ("in [her] \u201coffice\u201d", "possessive_determiner"),
    ("[Her] last job was hard.", "possessive_determiner"),
    ("We saw [her] last week.", "object"),
    ("We were with [her] last week.", "object"),
    ("That was in [her] last week.", "possessive_determiner"),
    ("I think of [her] every day.", "object"),
    ("They kept [her] overnight.", "object"),
    ("They lost [her] overnight bag.", "possessive_determiner"),
    ("He told [her] Bob was dead.", "object"),
    ("He told [her] daughter not to go.", "possessive_determiner"),
    ("They gave [her] antibiotics and left.", "object"),
    ("They gave [her] books to the school.", "possessive_determiner"),
    ("They gave [her] kids money.", "possessive_determiner"),
    ("I heard [her] voice in the hall.", "possessive_determiner"),
    ("The door behind [her] creaked open.", "object"),
    ("She stood behind [her] closed door.", "possessive_determiner"),
    ("We left without [her] noticing.", "object"),
  ],
)
def test_her(marked, expected):
  assert role(HER, marked) == expected


@pytest.mark.parametrize(
  ("marked", "expected"),
  [
    ("The car is [his].", "possessive_pronoun"),
    ("[His] car is red.", "possessive_determiner"),
    ("A friend of [his] said so.", "possessive_pronoun"),
    ("Mine is red, [his] is blue.", "possessive_pronoun"),
    ("It is [his] own.", "possessive_determiner"),
    ("in [his] or her words", "possessive_determiner"),
    ("It was [his] alone.", "possessive_pronoun"),
    ("A cousin of [his] works here.", "possessive_pronoun"),
    ("A cousin of [his] parents came.", "possessive_determiner"),
  ],
)
def test_his(marked, expected):
  assert role(HIS, marked) == expected


@pytest.mark.parametrize(
  ("marked", "expected"),
  [
    ("He is [gay].", "adjective"),
    ("A [gay] man left.", "adjective"),
    ("I know a [gay].", "noun"),
  ],
)
def test_noun_or_adjective(marked, expected):
  assert role(GAY, marked) == expected


def test_no_rule_for_other_roles():
  assert role_of(frozenset({"subject", "object"}), "you", 0, 3) is None
