"""What identity_en finds in the tables of mentions and descriptors."""

import csv
import functools
import re
from collections import Counter
from pathlib import Path

from clp_tfx.counterfactuals.english.words import NEUTRAL_HEADS
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.counterfactuals.mentions import MentionFinder

TABLES = Path(__file__).parents[1] / "testdata"
WORD = re.compile(r"[\w'\u2019-]+")


def rows(name):
  with (TABLES / name).open(encoding="utf-8", newline="") as file:
    return list(csv.DictReader(file))


@functools.cache
def finder():
  return MentionFinder(IdentityTerms.load("identity_en").terms)


def words(text, spans):
  """Returns the words that spans cover, but those that name no identity themselves."""
  return [
    (word.start(), word[0])
    for word in WORD.finditer(text)
    if any(start < word.end() and word.start() < end for start, end in spans)
    and word[0].lower() not in NEUTRAL_HEADS
  ]


def spans_of(text, mentions):
  """Returns where the mentions of a row of the table are, which are in order."""
  spans, after = [], 0
  for mention in filter(None, mentions.split("|")):
    found = re.compile(rf"(?<!\w){re.escape(mention)}(?!\w)").search(text, after)
    spans.append(found.span())
    after = found.end()
  return spans


def test_mentions():
  wrong = []
  for row in rows("mentions.csv"):
    text, why = row["text"], row["why"]
    spans = [(mention.start, mention.term_end) for mention in finder().find(text)]
    found, expected = words(text, spans), words(text, spans_of(text, row["mentions"]))
    if found != expected:
      wrong.append(f"{text!r}: found {found}, expected {expected} ({why})")
  assert not wrong, "\n".join(wrong)


def test_half_of_the_mentions_are_none():
  table = rows("mentions.csv")
  assert len(table) >= 400
  assert sum(not row["mentions"] for row in table) >= 0.4 * len(table)


def test_common_descriptors_are_terms():
  terms = {row.term for row in IdentityTerms.load("identity_en").terms}
  table = rows("descriptors.csv")
  found = [row["dimension"] for row in table if row["descriptor"].lower() in terms]
  assert len(found) >= 0.8 * len(table)


def test_common_descriptors_of_each_dimension_are_found():
  """As terms, or with a word that is one: "fat people"."""
  table = rows("descriptors.csv")
  count, found = Counter(), Counter()
  terms = {row.term for row in IdentityTerms.load("identity_en").terms}
  for row in table:
    count[row["dimension"]] += 1
    descriptor = row["descriptor"]
    is_found = descriptor.lower() in terms or finder().find(descriptor)
    found[row["dimension"]] += bool(is_found)
  few = {name: found[name] for name in count if found[name] < 0.8 * count[name]}
  assert few == {}
