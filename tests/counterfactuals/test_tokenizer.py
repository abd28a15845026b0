import sys
import unicodedata

import pytest

from clp_tfx.counterfactuals import tokenizer
from clp_tfx.counterfactuals.tokenizer import Tokens, token_pattern


def test_keys_are_normalised_and_begin_at_a_byte():
  # "É " is three bytes, so that "Man-made" is bytes 3 to 11.
  tokens = Tokens("\u00c9 Man\u2010made".encode())
  assert tokens.keys(0, 3) == ["\u00e9", "", "man-made"]
  assert tokens.keys(3, 1) == ["man-made"]


def test_no_keys_within_a_token_and_fewer_where_the_text_ends():
  tokens = Tokens(b"man-made x")
  assert tokens.keys(4, 1) == []
  assert tokens.keys(9, 2) == ["x"]


def test_ends_without_and_with_a_clitic():
  tokens = Tokens(b"her lady's maid")
  assert tokens.keys(4, 1) == ["lady"]
  assert tokens.ends(4, 1) == (8, 10)
  assert tokens.keys(11, 1) == ["maid"]
  assert tokens.ends(11, 1) == (15, 15)


def test_more_keys_than_were_cut_at_first():
  text = b"a " * 100 + b"b"
  assert Tokens(text).keys(0, 201) == ["a", ""] * 100 + ["b"]


def test_all_starts():
  # Bytes that are not UTF-8 continue a word.
  assert Tokens(b"he\xff, x").all_starts() == [0, 3, 4, 5]
  assert Tokens(b"").all_starts() == []


@pytest.mark.parametrize(
  "token",
  [
    "@woman",
    "#gaypride",
    "gay@example.org",
    "gay.com",
    "heterosexual.com/a?gay",
    "www.he.org",
    "a.gay.co.uk",
    "s/he",
    "(s)he",
    "S(he)",
    "(wo)man",
    "wo(men)",
    "fe/male",
  ],
)
def test_one_token(token):
  assert token_pattern().findall(token) == [token]
  assert token_pattern().findall(f"so {token} x")[2] == token


@pytest.mark.parametrize(
  ("text", "tokens"),
  [
    ("he/him", ["he", "/", "him"]),
    ("he/she", ["he", "/", "she"]),
    # A missing blank, and an address with none of the endings.
    ("he left.She", ["he", " ", "left", ".", "She"]),
    ("(she)he", ["(", "she", ")", "he"]),
    ("s/help", ["s", "/", "help"]),
    ("gay.", ["gay", "."]),
    ("gay.command", ["gay", ".", "command"]),
    ("# gay", ["#", " ", "gay"]),
    ("``gay''", ["`", "`", "gay", "'", "'"]),
    # A combining accent and a soft hyphen are part of a word before a blank.
    ("cafe\u0301 gay\u00adly x", ["cafe\u0301", " ", "gay\u00adly", " ", "x"]),
    ("gay\u0301 \t x", ["gay\u0301", " \t ", "x"]),
  ],
)
def test_several_tokens(text, tokens):
  assert token_pattern().findall(text) == tokens


def test_no_marks_are_where_none_are_looked_for():
  looked_for = {code for codes in tokenizer._MARKED for code in codes}
  for code in set(range(sys.maxunicode + 1)) - looked_for:
    assert unicodedata.category(chr(code))[0] != "M"
