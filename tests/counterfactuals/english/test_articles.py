import pytest

from clp_tfx.counterfactuals.english.articles import article_before, article_is_orphaned


@pytest.mark.parametrize(
  ("word", "article"),
  [
    ("apple", "an"),
    ("\u00e9lite", "an"),
    ("user", "a"),
    ("uninteresting", "an"),
    ("unicycle", "a"),
    ("one-off", "a"),
    ("European", "a"),
    ("honourable", "an"),
    ("house", "a"),
    ("hourly", "an"),
    ("18-year-old", "an"),
    ("180-page", "a"),
    ("11000", "an"),
    ("1100", "a"),
    ("FBI", "an"),
    ("NGO", "an"),
    ("UN", "a"),
    ("NASA", "a"),
    ("x", "an"),
    ("u-turn", "a"),
  ],
)
def test_article_before(word, article):
  assert article_before(word, spelled=True) == article


def test_capitals_may_be_no_letters_to_spell_out():
  assert article_before("MAN", spelled=True) == "an"  # Like MP.
  assert article_before("MAN", spelled=False) == "a"


@pytest.mark.parametrize(
  ("following", "after_noun", "orphaned"),
  [
    ("", True, True),
    (", he", True, True),
    ("is here", True, True),
    ("of mine", False, True),
    ("person", True, False),
    ("/bi person", False, False),
    ("$5 note", False, False),
    ("walked in", True, True),
    ("wounded man", False, False),
    ("\udce9t\udce9", True, False),  # Letters of another encoding.
  ],
)
def test_article_is_orphaned(following, after_noun, orphaned):
  assert article_is_orphaned(following, after_noun) is orphaned
