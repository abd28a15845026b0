import pytest

from clp_tfx.counterfactuals.english.known import Known
from clp_tfx.counterfactuals.english.named import is_named

KNOWN = Known.of(frozenset({"women", "man"}), frozenset({"gay", "muslim"}))


def named(marked: str) -> bool:
  start = marked.index("[")
  end = marked.index("]") - 1
  return is_named(marked.replace("[", "").replace("]", ""), start, end, KNOWN)


@pytest.mark.parametrize(
  "marked",
  [
    "I saw Iron [Man] twice",
    "near Milly the [Kid] now",
    "the [Man] who sang",
    "the [Gay] Times",
    "two [BRIT] Awards",
    "by The [Britons]",
    "the [Earl] of Kent",
    "a [Man] of the World",
    'he said "[gay]" twice',
    "he said \u2018[gay]\u2019 twice",
    "the word [gay] is old",
    'the terms "[gay] and bi"',
    'the odd "[gay] best friend" label',
    "at the [Women]'s Hospital",
    "by Action for [Women]",
    "with a [Sister] of theirs",
    "int [he] end",
    "the pride of [he] sings",
    "[gay] gay",
    "the [MaM] led it",
    "Talk:Bo and [men] in film",
    "the article [Women] is new",
    "militant [Irish] Republicans sing",
    'the song "That [Girl]"',
    "I know [Son] of the Valley",
    "That's what [she] said.",
    "the page Ann Lee ([man]) is new",
  ],
)
def test_names_and_words_under_discussion(marked):
  assert named(marked)


@pytest.mark.parametrize(
  "marked",
  [
    "[Gay] people sing",
    "the [Muslim] Women",
    "the [GAY] man",
    "I know what [she] said.",
    "I met Ann Lee ([gay]) and him",
    "the page ([man]) is new",
    "the [Mr] Smith",
    "I saw the [man]",
    "Strong [Man] sang",
    "It ended. Then [Muslims] came",
    "a [man] of the World",
    '"[gay] people"',
    "[gay]",
    "the crossword, [gay] people",
  ],
)
def test_words_that_are_used(marked):
  assert not named(marked)
