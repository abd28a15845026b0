import pytest

from clp_tfx.counterfactuals.plain_words import FOLDED, may_go_on, plain_end


def end_of(text: str, word: str, start: int) -> int:
  """Returns the end of the word and of its clitic, in the text padded with spaces."""
  encoded = f" {text}  ".encode()
  end = start + len(word)
  return plain_end(encoded, encoded.translate(FOLDED), start + 1, end + 1) - 1


def test_folded():
  assert "It's H\u00e9_2!".encode().translate(FOLDED) == b"it\xffs\xffh\xff\xff_2\xff"


@pytest.mark.parametrize(
  ("text", "start", "end"),
  [
    ("he", 0, 2),
    ("so (he)", 4, 6),
    ("she, he.", 5, 7),
    ("he's", 0, 4),
    ("he\x1c", 0, 2),
    ("he/she", 0, 2),
    ("so/he", 3, 5),
    ('he." He...', 0, 2),
    ('he..."', 0, 2),
  ],
)
def test_plain_neighbours_decide(text, start, end):
  assert end_of(text, "he", start) == end


@pytest.mark.parametrize(
  ("text", "start"),
  [
    *(("--he", 2), ("he-", 0), ("he'x", 0), ("he's-", 0), ("\u00e9he", 2)),
    *(("http://he", 7), ("WWW.x/he", 6), ("x" * 99 + "/he", 100)),
    *(("s/he", 2), ("(s)he", 3), ("#he", 1), ("@he", 1), ("x@he", 2), ("he@x", 0)),
    *(
      ("he.com", 0),
      ("x.com/a?he", 8),
      ("he(s)", 0),
      ("s(he)", 2),
      ("#x-he", 3),
      ("(s)he-he", 6),
      ("he+x@y.org", 0),
    ),
  ],
)
def test_a_closer_look_is_needed(text, start):
  assert end_of(text, "he", start) == -1


@pytest.mark.parametrize(
  ("text", "start"), [("anti-he", 5), ("he-man", 0), ("x'y-he.", 4)]
)
def test_part_of_a_compound(text, start):
  assert end_of(text, "he", start) == -2


@pytest.mark.parametrize(
  "following", ["  x", " \t", "\t\t", " \u00a0", "\u2019", "\u0301"]
)
def test_what_follows_may_be_of_the_same_term(following):
  assert may_go_on(f"he{following}".encode(), 2)


@pytest.mark.parametrize("following", [", ", ". ", " (", " \n", "\n\n", "--", "' "])
def test_what_follows_is_of_no_term(following):
  assert not may_go_on(f"he{following}".encode(), 2)
