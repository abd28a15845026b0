import pytest

from clp_tfx.counterfactuals.mentions import Mention
from clp_tfx.counterfactuals.repairs import (
  article_at,
  article_edits,
  has_bare_apostrophe,
  titled,
)


@pytest.mark.parametrize(
  ("text", "end", "expected"),
  [
    ("the girls' room", 9, True),
    ("the girls\u2019 room", 9, True),
    ("the 'girls' room", 10, False),  # It closes the quote.
    ("the girls'", 9, False),
    ("the girl' room", 8, False),
  ],
)
def test_bare_apostrophe(text, end, expected):
  mention = Mention(text.index("g"), end, "girls", "gender/female", end)
  assert has_bare_apostrophe(text, mention) is expected


@pytest.mark.parametrize(
  ("before", "after", "expected"),
  [
    ("an ", 0, "an"),
    ("It is THE  ", 0, "THE"),
    ("a ", 2, None),  # It belongs to the edit before.
    ("sofa ", 0, None),
    ("a", 0, None),
    ("", 0, None),
    ('"a ', 0, "a"),
    ("a\n", 0, None),
  ],
)
def test_article_at(before, after, expected):
  found = article_at(f"{before}man", after, len(before))
  assert (found[1] if found else None) == expected


@pytest.mark.parametrize(
  ("article", "following", "expected"),
  [
    ("a", "aunt", [(0, 1, "an", "a\u2192an")]),
    ("An", "uncle", []),
    ("An", "man", [(0, 2, "A", "an\u2192a")]),
    ("A", "aunt", [(0, 1, "An", "a\u2192an")]),
    ("A", "AUNT", [(0, 1, "AN", "a\u2192an")]),
    ("the", "aunt", []),
    ("a", "", []),
  ],
)
def test_article_edits(article, following, expected):
  text = f"{article} x"
  made = article_edits(text, article_at(text, 0, len(article) + 1), following)
  found = [(each.start, each.end, each.replacement, each.label) for each in made]
  assert found == expected


@pytest.mark.parametrize(
  ("term", "expected"),
  [
    ("baha'i", "Baha'i"),
    ("native american", "Native American"),
    ("african-american", "African-American"),
  ],
)
def test_titled(term, expected):
  assert titled(term) == expected
