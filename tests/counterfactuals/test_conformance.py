import csv
import functools
from pathlib import Path

import pytest

from clp_tfx.counterfactuals.generator import CounterfactualGenerator
from clp_tfx.counterfactuals.generator_options import METHODS
from clp_tfx.counterfactuals.lexicon import IdentityTerms

TABLE = Path(__file__).parents[1] / "testdata" / "conformance.csv"
with TABLE.open(encoding="utf-8", newline="") as _file:
  ROWS = list(csv.DictReader(_file))


@functools.cache
def generator(method: str, lexicon: str) -> CounterfactualGenerator:
  return CounterfactualGenerator(IdentityTerms.load(lexicon), method)


@pytest.mark.parametrize("row", ROWS, ids=[repr(row["input"]) for row in ROWS])
def test_row(row):
  # Counterfactuals are separated by |; if there is none, the reason is in brackets.
  outcome = generator(row["method"], row["lexicon"]).outcome(row["input"])
  texts = "|".join(each.text for each in outcome.counterfactuals)
  assert row["expected"] == (
    texts if outcome.counterfactuals else f"({outcome.skipped or 'none'})"
  )


def test_the_table_is_large_and_covers_every_method_but_members():
  assert len(ROWS) >= 150
  assert len({(row["input"], row["method"], row["lexicon"]) for row in ROWS}) == len(
    ROWS
  )
  assert {row["method"] for row in ROWS} == set(METHODS) - {"substitution_within_group"}
  assert all(row["why"] for row in ROWS)
