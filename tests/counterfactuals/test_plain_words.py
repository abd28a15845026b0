import pytest

from clp_tfx.counterfactuals.plain_words import FOLDED, Word, plain_end

# The terms are "he" and "she is", which begins with "she".
he_word = Word.of("he", {("he",): 0})
she_word = Word.of("she", {("she", "", "is"): 1})


def end_of(text: str, word: Word, start: int) -> int:
  """Returns the end of the word and of its clitic, in the text padded with spaces."""
  encoded = f" {text}  ".encode()
  end = start + len("she" if word is she_word else "he")
  return plain_end(encoded, encoded.translate(FOLDED), start + 1, end + 1, word) - 1


def test_folded():
  assert "It's H\u00e9_2!".encode().translate(FOLDED) == b"it\xffs\xffh\xff\xff_2\xff"


def test_what_begins_with_a_word():
  assert he_word == (0, frozenset(), True)
  assert she_word == (-1, {b"is"}, True)
  assert Word.of("s", {("s", "/", "he"): 2}) == (-1, frozenset(), False)
  assert Word.of("www", {("www",): 3}) == (3, frozenset(), False)
  assert Word.of("s", {("s",): 4}) == (4, frozenset(), False)


@pytest.mark.parametrize(
  ("text", "start", "end"),
  [
    ("he", 0, 2),
    ("so (he)", 4, 6),
    ("she, he.", 5, 7),
    ("he's", 0, 4),
    ("he\x1c", 0, 2),
  ],
)
def test_plain_neighbours_decide(text, start, end):
  assert end_of(text, he_word, start) == end


@pytest.mark.parametrize(
  ("text", "start"),
  [
    *(("x-he", 2), ("he-", 0), ("he'x", 0), ("he's-", 0), ("\u00e9he", 2)),
    *(("http://he", 7), ("WWW.x/he", 6), ("x" * 99 + "/he", 100)),
    *(("s/he", 2), ("(s)he", 3), ("#he", 1), ("@he", 1), ("x@he", 2), ("he@x", 0)),
    *(("he.com", 0), ("x.com/a?he", 8), ("he(s)", 0), ("s(he)", 2)),
  ],
)
def test_a_closer_look_is_needed(text, start):
  assert end_of(text, he_word, start) == -1


def test_second_words():
  assert end_of("she was", she_word, 0) == 3
  assert end_of("she is", she_word, 0) == -1
  assert end_of("she  x", she_word, 0) == -1
