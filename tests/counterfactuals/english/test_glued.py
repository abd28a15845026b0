import pytest

from clp_tfx.counterfactuals.english.glued import glued_pronouns


@pytest.mark.parametrize(
  ("text", "expected"),
  [
    ("Hes late", [(0, 2, 3)]),
    ("now shes late", [(4, 7, 8)]),
    ("hed be late", [(0, 2, 3)]),
    ("shell never sing", [(0, 3, 5)]),
    ("the shes", []),
    ("he's late", []),
    ("what the hell", []),
    ("a shell", []),
    ("hes's", []),
    ("heshes", []),
  ],
)
def test_contractions_without_apostrophe(text, expected):
  assert list(glued_pronouns(text)) == expected
