"""What evaluate prints."""

import io

import pytest
from rich.console import Console

from clp_tfx.cli.evaluate import print_worst_case

MODEL = {"stable": 0.9, "stable_bounds": [0.858, 0.933], "by_dimension": {}}
MODEL |= {"terms": [], "widest": {"lowest": {"text": "a"}, "highest": {"text": "b"}}}
FOUND = {"inactive": "", "comments": 200, "variants": 1, "model": MODEL}
LINE = "Any term of a role: 90.0% of 200 comments keep their decision, 90% interval"


@pytest.mark.parametrize(
  "found, baseline, expected",
  [
    (FOUND | {"baseline": None}, None, f"{LINE} 85.8 to 93.3%.\n"),
    (
      FOUND | {"baseline": MODEL | {"stable": 0.5}},
      {"auc": 0.9},
      f"{LINE} 85.8 to 93.3% (before: 50.0%).\n",
    ),
    ({"inactive": "Not [here]."}, None, "Not [here].\n"),
    (None, None, ""),
  ],
)
def test_the_worst_case_over_terms_is_one_line(found, baseline, expected):
  written = io.StringIO()
  summary = {"worst_case": found, "baseline": baseline}
  print_worst_case(Console(file=written, width=60), summary)
  assert written.getvalue() == expected
