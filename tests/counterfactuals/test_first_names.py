import pytest

from clp_tfx.counterfactuals.english.contradictions import Rest
from clp_tfx.counterfactuals.first_names import first_name_edits
from clp_tfx.counterfactuals.mentions import Mention
from clp_tfx.counterfactuals.substitutions import Replacement

OTHER = {"gender/male": "gender/female", "gender/female": "gender/male"}
MALE, FEMALE = OTHER


def changed(text: str, *words: tuple[str, str], becomes: str = "") -> list[str]:
  """Returns the labels of the names that change with words of a group."""
  replacements = []
  for word, group in words:
    start = text.index(word)
    end = start + len(word)
    mention = Mention(start, end, word, group, end)
    new = becomes or OTHER[group]
    replacements.append(Replacement(mention, end, "", "", 1.0, True, group, new))
  edits = first_name_edits(text, Rest(text).words, replacements, (20, 5))
  assert all(each.term == each.group == "" for each in edits)
  assert all(each.rule == "first name" and each.confidence == 0.8 for each in edits)
  return [text[each.start : each.end] + ">" + each.replacement for each in edits]


@pytest.mark.parametrize(
  ("text", "words", "expected"),
  [
    ("Jason said he left.", [("he", MALE)], ["Jason>Janet"]),
    ("Janet said she left.", [("she", FEMALE)], ["Janet>Jason"]),
    ("JASON said he left.", [("he", MALE)], ["JASON>JANET"]),
    ("Jason left. His hat. Jason", [("His", MALE)], ["Jason>Janet"] * 2),
    ("Jason's mom saw his hat", [("his", MALE)], ["Jason>Janet"]),
    ("My brother Jason left", [("brother", MALE)], ["Jason>Janet"]),
    # Both swap.
    (
      "Janet and Jason, she and he",
      [("she", FEMALE), (" he", MALE)],
      ["Janet>Jason", "Jason>Janet"],
    ),
    # The other name is somebody else's.
    ("Janet and Jason and he", [(" he", MALE)], []),
    # Of the other gender, unlisted, no name here, or part of one in another place.
    ("Janet said he left", [("he", MALE)], []),
    ("Ubu said he left", [("he", MALE)], []),
    ("jason said he left", [("he", MALE)], []),
    ("JaSon said he left", [("he", MALE)], []),
    ("Jason said he is Jason Hill", [("he", MALE)], []),
    # A term of the lexicon, which is replaced.
    ("Jason left", [("Jason", MALE)], []),
    # Far from the pronoun.
    (f"Jason left. {'La. ' * 9}He sang", [("He", MALE)], []),
    # Of a holy book.
    ("Paul said he is an apostle", [("he", MALE)], []),
    ("Paul said he is late", [("he", MALE)], ["Paul>Paula"]),
  ],
)
def test_first_names(text, words, expected):
  assert changed(text, *words) == expected


def test_a_gender_that_stays_keeps_its_names():
  assert changed("Jason saw his uncle", ("uncle", MALE), becomes=MALE) == []
