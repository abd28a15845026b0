import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clp_tfx.counterfactuals import term_forms
from clp_tfx.counterfactuals.identity_term import normalized
from clp_tfx.counterfactuals.term_forms import (
  ASCII_WORD,
  irregular_characters,
  other_beginnings,
)
from clp_tfx.counterfactuals.tokenizer import token_pattern


@pytest.mark.parametrize(
  ("word", "beginnings"),
  [
    ("(", {"("}),
    ("'s", {"'s", "\u2019s"}),
    ("\u00e9l", {"\u00e9l", "\u00c9l", "e\u0301l"}),
    ("\u044f", {"\u044f", "\u042f"}),
    ("\u05d0", {"\u05d0"}),
    # a with dot below and circumflex: either mark may be composed with the a.
    (
      "\u1eadx",
      {"a", "\u00e2", "\u00c2", "\u1ea1", "\u1ea0", "\u1ead", "\u1eac"},
    ),
    ("\u03c2", {"\u03c2", "\u03a3"}),
  ],
)
def test_other_beginnings(word, beginnings):
  assert other_beginnings(word) == beginnings


def test_irregular_characters():
  assert irregular_characters(["king"]) == {"\u212a"}  # Kelvin
  assert irregular_characters(["he", "she"]) == set()
  assert irregular_characters(["\u00e5"]) == {"\u212b"}  # Angstrom


def test_letters_end_where_the_search_for_irregular_ones_ends():
  for code in range(term_forms._END_OF_LETTERS, sys.maxunicode + 1):
    char = chr(code)
    assert char.lower() == char
    assert unicodedata.is_normalized("NFC", char)


LETTERS = "\u00e9\u1ead\u01c5\u0416\u03c3\u03a3ai\u0301\u0323\u0302\u0307K\u0130"


@settings(deadline=None)
@given(st.text(LETTERS, min_size=1))
@example("\u00e9\u03a3\u0301")  # A final sigma with a combining accent.
def test_every_form_begins_as_listed(text):
  word = normalized(text)
  if not token_pattern().fullmatch(text) or set(text) & irregular_characters([word]):
    return
  lower = "".join(c.lower() if c.isascii() else c for c in text)
  if not ASCII_WORD.match(word):
    assert lower.startswith(tuple(other_beginnings(word)))
