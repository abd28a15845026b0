import pytest

from clp_tfx.counterfactuals.english.proper_names import is_proper


@pytest.mark.parametrize(
  ("term", "group", "expected"),
  [
    ("french", "nationality/french", True),
    ("christians", "religion/christian", True),
    ("atheists", "religion/atheist", False),
    ("practicing muslim", "religion/muslim", False),
    ("asian", "race/asian", True),
    ("afro-cuban", "race/black", True),
    ("white", "race/white", False),
    ("half-white", "race/multiracial", False),
    ("natives", "race/indigenous", False),
    ("woman", "gender/female", False),
    ("", "", False),
  ],
)
def test_is_proper(term, group, expected):
  assert is_proper(term, group) == expected
