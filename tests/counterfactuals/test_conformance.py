import csv
import functools
from pathlib import Path

from clp_tfx.counterfactuals.generator import CounterfactualGenerator
from clp_tfx.counterfactuals.generator_options import METHODS
from clp_tfx.counterfactuals.lexicon import IdentityTerms

TABLE = Path(__file__).parents[1] / "testdata" / "conformance.csv"
with TABLE.open(encoding="utf-8", newline="") as _file:
  ROWS = list(csv.DictReader(_file))


@functools.cache
def generator(
  method: str, lexicon: str, min_confidence: float
) -> CounterfactualGenerator:
  terms = IdentityTerms.load(lexicon)
  return CounterfactualGenerator(terms, method, min_confidence=min_confidence)


def test_every_row():
  wrong = []
  for row in ROWS:
    # Rows without a confidence show all counterfactuals.
    least = float(row["min_confidence"] or 0)
    outcome = generator(row["method"], row["lexicon"], least).outcome(row["input"])
    # Counterfactuals are separated by |; if there is none, the reason is in brackets.
    found = "|".join(each.text for each in outcome.counterfactuals)
    found = found if outcome.counterfactuals else f"({outcome.skipped or 'none'})"
    if found != row["expected"]:
      wrong.append(f"{row['input']!r}: found {found!r}, expected {row['expected']!r}")
  assert not wrong, "\n".join(wrong)


def test_the_table_is_large_and_covers_every_method_but_members():
  assert len(ROWS) >= 150
  assert len({(row["input"], row["method"], row["lexicon"]) for row in ROWS}) == len(
    ROWS
  )
  assert {row["method"] for row in ROWS} == set(METHODS) - {"substitution_within_group"}
  assert all(row["why"] for row in ROWS)
