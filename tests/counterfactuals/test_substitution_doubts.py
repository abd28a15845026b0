import pytest

from clp_tfx.counterfactuals.mentions import Mention
from clp_tfx.counterfactuals.substitution_doubts import SubstitutionDoubts
from clp_tfx.counterfactuals.substitutions import Replacement


def confidences(text: str, *changes: tuple[str, str, str], english: bool = True):
  """Returns the confidences of changes: a word, the new word and the group left."""
  replacements = []
  for word, new, group in changes:
    start = text.index(word)
    mention = Mention(start, start + len(word), word, group, start + len(word))
    replacements.append(Replacement(mention, mention.end, new, "", 1.0, english, group))
  weighed, _ = SubstitutionDoubts(text).weighed(replacements)
  return [each.confidence for each in weighed]


SO_HE = ("he", "she", "gender/male")
HE, HER = ("He", "she", "gender/male"), ("her", "him", "gender/female")


@pytest.mark.parametrize(
  ("text", "changes", "expected"),
  [
    ("He saw her.", [HE, HER], [1, 1]),
    ("He saw her with Edward.", [HE, HER], [0.3, 1]),
    ("He sang. Edward left.", [HE], [0.3]),
    ("Edward left. He sang.", [HE], [0.3]),
    ("He sang. Edward saw her.", [HE, HER], [0.3, 1]),
    # Farther than 200 characters before, or 40 after, it may be somebody else.
    (f"Edward left. {'La. ' * 80}He sang.", [HE], [1]),
    (f"He sang. {'La. ' * 40}Edward left.", [HE], [1]),
    # Facts of a nation or a ruler: of the past, or beside a name.
    ("danes were late", [("danes", "finns", "nationality/danish")], [0.3]),
    ("danes are late", [("danes", "finns", "nationality/danish")], [1]),
    ("the king near Verdun", [("king", "queen", "gender/male")], [0.3]),
    ("the king near them", [("king", "queen", "gender/male")], [1]),
    (
      "young children",
      [("young", "old", "age/y"), ("children", "x", "age/y")],
      [0.3] * 2,
    ),
    ("whites hate nonwhites", [("whites", "blacks", "race/white")], [0.3]),
    # The word stands there already.
    ("Poles and Czechs", [("Poles", "czechs", "a/pole")], [0.3]),
    # Two groups become one.
    ("Jews, Sikhs", [("Jews", "x", "r/jew"), ("Sikhs", "x", "r/sikh")], [0.3, 0.3]),
    ("Jews. Sikhs", [("Jews", "x", "r/jew"), ("Sikhs", "x", "r/sikh")], [1, 1]),
    ("gay or bi", [("gay", "x", "s/a"), ("bi", "x", "s/a")], [0.3, 0.3]),
    ("gay, so bi", [("gay", "x", "s/a"), ("bi", "x", "s/a")], [0.3, 0.3]),
    ("gay. So bi", [("gay", "x", "s/a"), ("bi", "x", "s/a")], [1, 1]),
    # The word stays where it names nobody.
    ("irish bakers, Irish songs", [("irish", "x", "r/a")], [0.3]),
    (
      "A Turk Pole",
      [("Turk", "x", "nationality/a"), ("Pole", "y", "nationality/b")],
      [0.3, 0.3],
    ),
    ("danes ruled them", [("danes", "finns", "nationality/danish")], [0.3]),
    ("danes. We met Ana", [("danes", "finns", "nationality/danish")], [0.3]),
    # Brown and people of color.
    (
      "brown and white people",
      [("brown", "black", "race/a"), ("white people", "people of color", "race/b")],
      [0.3, 0.3],
    ),
    # The full name of somebody whom no list has, up to 160 characters before.
    ("Ubu Bunu came, so he sang.", [SO_HE], [0.5]),
    ("Mayor Bunu is in, so he sang.", [SO_HE], [0.5]),
    ("So he sang. Ubu Bunu came.", [SO_HE], [1]),
    (f"Ubu Bunu came. {'La. ' * 80}So he sang.", [SO_HE], [1]),
    ("Ubu Bunu saw a man", [("man", "woman", "gender/male")], [1]),
    # They swap.
    ("Jews, Sikhs", [("Jews", "sikhs", "r/jew"), ("Sikhs", "jews", "r/sikh")], [1, 1]),
  ],
)
def test_weighed(text, changes, expected):
  assert confidences(text, *changes) == expected


def test_other_languages_have_no_lists():
  assert confidences("He sang, Edward.", HE, english=False) == [1]


def test_names_that_change_contradict_nothing():
  mention = Mention(15, 17, "he", "gender/male", 17)
  he = Replacement(mention, 17, "she", "", 1.0, True, "gender/male", "gender/female")
  weighed, names = SubstitutionDoubts("Jason left and he sang.").weighed([he])
  assert list(weighed) == [he]
  assert [(each.start, each.replacement) for each in names] == [(0, "Janet")]
  weighed, names = SubstitutionDoubts("Jason Ubu  and he sang.").weighed([he])
  assert ([each.confidence for each in weighed], names) == ([0.3], [])
