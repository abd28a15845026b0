import markupsafe
import pytest

from clp_tfx.report.formats import MISSING, breakable


@pytest.mark.parametrize(
  ("name", "expected"),
  [
    ("gender/non_binary", "gender/<wbr>non_<wbr>binary"),
    ("my_module.build", "my_<wbr>module.<wbr>build"),
    # Numbers stay whole, and so do escaped characters.
    ("0.25", "0.25"),
    ("</b_", "&lt;/<wbr>b_"),
  ],
)
def test_names_break_after_their_separators(name, expected):
  assert breakable(name) == expected


def test_markup_stays_as_it_is():
  assert breakable(MISSING) is MISSING
  assert isinstance(breakable("<b>"), markupsafe.Markup)
