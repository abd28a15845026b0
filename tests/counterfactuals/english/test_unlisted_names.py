import pytest

from clp_tfx.counterfactuals.english.unlisted_names import full_names


@pytest.mark.parametrize(
  ("text", "expected"),
  [
    ("Ubu Bunu came", [0]),
    ("We saw that Ubu K. Bunu said it", [12]),
    ("Ubu Bunu, who sang", [0]),
    ("a picture of Ubu McBunu, she is late", [13]),
    ("Mayor Ubu is late", [0]),
    ("Sen. Ubu is late", [0]),
    ("Mayor Ubu Bunu came", [0, 6]),
    ("Ubu Bunu is late", []),  # It may be a ship.
    ("the Ubu Bridge", []),
    ("Ubu came", []),  # What it is nobody can tell.
    ("Then Ubu came", []),
    ("Tom. Ubu came", []),  # Another sentence.
    ("Good Ubu came", []),
    ("Secretary General came", []),
    ("ubu bunu came", []),
    ("", []),
  ],
)
def test_full_names(text, expected):
  assert full_names(text) == expected
