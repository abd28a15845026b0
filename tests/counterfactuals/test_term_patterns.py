import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clp_tfx.counterfactuals.identity_term import normalized
from clp_tfx.counterfactuals.plain_words import FOLDED
from clp_tfx.counterfactuals.term_forms import ASCII_WORD, irregular_characters
from clp_tfx.counterfactuals.term_patterns import (
  BEGINNING,
  SEVERAL_WORDS,
  UNSURE,
  folded_patterns,
  is_plain,
)


def patterns(*terms: str) -> dict[str, int]:
  """Returns the patterns with a bar for each break."""
  found = folded_patterns({term: index for index, term in enumerate(terms)})
  return {
    pattern.decode("latin-1").replace("\xff", "|"): found[pattern] for pattern in found
  }


def test_a_word():
  assert patterns("he", "she") == {"|he|": 0, "|she|": 1}


def test_several_words():
  assert patterns("gay man") == {"|gay||": BEGINNING, "|gay|man|": SEVERAL_WORDS}
  assert patterns("well-to-do") == {
    "|well||": BEGINNING,
    "|well|to||": BEGINNING,
    "|well|to|do|": SEVERAL_WORDS,
  }


def test_accents_may_be_characters_of_their_own():
  assert patterns("ni\u00f1o") == {"|ni||": BEGINNING, "|nin||": BEGINNING}
  assert patterns("a \u00e9l") == {
    "|a||": BEGINNING,
    "|a|||": BEGINNING,
    "|a|e||": BEGINNING,
  }
  assert patterns("x\u0416") == {"|x||": BEGINNING}


def test_other_signs_are_left_to_the_tokens():
  assert patterns("lgbt+") == {"|lgbt||": BEGINNING, "|lgbt|": UNSURE}
  assert patterns("he's") == {"|he||": BEGINNING, "|he|s|": UNSURE}
  assert patterns("mr. x") == {"|mr||": UNSURE}
  assert patterns("www") == {"|www|": UNSURE}
  # What is a term on its own, and may be the beginning of another one.
  assert patterns("lgbt", "lgbt+")["|lgbt|"] == UNSURE


@pytest.mark.parametrize("term", ["he", "he_2", "gay man", "mother-in-law", "a b-c d"])
def test_plain(term):
  assert is_plain(term)


@pytest.mark.parametrize(
  "term", ["he's", "ni\u00f1o", "lgbt+", "s", "see www", "a--b", "a.b", "\u00e9l"]
)
def test_not_plain(term):
  assert not is_plain(term)


PIECES = st.sampled_from(
  [*"aek- '+.", "\u00e9", "\u1ead", "\u0416", "\u0301", "\u0323"]
)
BLANKS = st.sampled_from([" ", "\t", "  ", "\u00a0", " \u3000"])


@settings(deadline=None)
@given(
  st.lists(PIECES, min_size=1).map("".join), st.sampled_from(["NFC", "NFD"]), BLANKS
)
def test_a_pattern_begins_every_way_to_write_a_term(written, form, blank):
  term = normalized(written)
  if not ASCII_WORD.match(term) or irregular_characters([term]) & set(written):
    return
  for hyphen, apostrophe in (("-", "'"), ("\u2010", "\u2019")):
    text = unicodedata.normalize(form, term).replace(" ", blank)
    text = text.replace("-", hyphen).replace("'", apostrophe).upper()
    folded = f" {text} ".encode().translate(FOLDED)
    if normalized(text) == term:
      found = folded_patterns({term: 0})
      assert any(folded.startswith(pattern) for pattern in found), (text, found)
