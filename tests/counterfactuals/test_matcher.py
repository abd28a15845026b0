import csv
import gzip
import re
import time
import unicodedata
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clp_tfx.counterfactuals.identity_term import normalized
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.counterfactuals.matcher import TermMatcher

from ..oracle import comments
from ..oracle.term_matcher import OracleMatcher

REAL_COMMENTS = Path(__file__).parents[3] / "shared" / "data" / "comments.csv.gz"


def found(text: str | bytes, *terms: str) -> list[tuple[str, str]]:
  """Returns the matched text and the term of each match."""
  encoded = text.encode() if isinstance(text, str) else text
  return [
    (encoded[start:end].decode("utf-8", "backslashreplace"), terms[term])
    for start, end, term in TermMatcher(terms).find(encoded)
  ]


def test_byte_offsets_and_the_index_of_the_term():
  # "é " is three bytes, so that "She" is bytes 3 to 6; the clitic is not part of it.
  assert TermMatcher(["he", "she"]).find("\u00e9 She's he".encode()) == [
    (3, 6, 1),
    (9, 11, 0),
  ]


@pytest.mark.parametrize(
  "text",
  [
    "there theme he_ _he he2 2he hehe",
    "he-man x-he he\u2010man non\u2011he rock'he he'rock he*x x**he",
    "https://x.org/?he=he, www.he.org\thttp://\u00e9/he",
    '(HTTP://x,he) "WWW.x.org/he" http\u017f://he http://' + "x" * 99 + "/he",
    "he\u0301 \u00e9he he\u200dx x\u00adhe he\u00ad",
    b"caf\xe9he he\xe9 \xffhe",
    "he's-he he's_ he'dx",
    "",
  ],
)
def test_no_whole_word(text):
  assert found(text, "he") == []


@pytest.mark.parametrize(
  ("text", "count"),
  [
    ("he HE He,he. (he) 'he' \"he\" he", 8),
    ("\u201che\u201d \u2014he\u2014 \u2764\ufe0fhe \u4e2d he", 4),
    ("he's He'LL he\u2019d he'", 4),
    ("-he he- *he* he** ''he''", 5),
    ("x.he http//he ww.he\nhe\r\nhe\x1che", 6),
    ("- he", 1),
    ("he/he ..he (he) x:he =he; ://\u00a0/he x" + "x" * 99 + "/he", 8),
  ],
)
def test_whole_words_in_any_case(text, count):
  assert len(found(text, "he")) == count


@pytest.mark.parametrize("text", ["(s)he", "(wo)man", "s/he", "fe(male)", "(S)HE said"])
def test_a_word_for_both_genders_holds_no_term(text):
  assert found(text, "s", "he", "wo", "man", "fe", "male") == []


def test_leftmost_longest():
  terms = ("gay", "gay man", "man about town", "person of color", "person")
  assert [term for _, term in found("a gay man about town", *terms)] == ["gay man"]
  assert [term for _, term in found("Person of COLOR person of", *terms)] == [
    "person of color",
    "person",
  ]


def test_any_blanks_within_a_line_separate_words():
  for blanks in (" ", "  ", "\t", "\u00a0", " \u3000\t "):
    assert len(found(f"african{blanks}american", "african american")) == 1
  for other in ("\n", ", ", "-", "", " \u2028"):
    assert found(f"african{other}american", "african american") == []


def test_characters_stand_for_themselves():
  terms = (".*", "(gay", "lgbt+", "a.b", "[x]", "s/he", "\\w", "'s")
  assert found("lgbt axb x she w gay.", *terms) == []
  assert [term for _, term in found(".* (gay LGBT+ A.B [x] s/he \\w 's", *terms)] == [
    *terms
  ]


def test_spellings_of_apostrophes_and_hyphens():
  terms = ("mother-in-law", "lady's maid", "o'hara", "mother")
  text = "Mother\u2010in\u2011law, lady\u2019s maid O\u2019Hara's mother-in mother"
  assert [term for _, term in found(text, *terms)] == [
    "mother-in-law",
    "lady's maid",
    "o'hara",
    "mother",
  ]


@pytest.mark.parametrize(
  "term",
  [
    *("ni\u00f1o", "\u00e9l", "\u00dcbersetzer", "\u1ead\u1ebfn", "\u01c6ep", "\u00e5"),
    *(
      "\u043c\u0443\u0436\u0447\u0438\u043d\u0430",
      "\u0439\u043e\u0433",
      "ma\u00f1ana",
    ),
    *(
      "\u03ac\u03bd\u03b4\u03c1\u03b1\u03c2",
      "stra\u00dfe",
      "\u05d0\u05b7\u05d9\u05e9",
    ),
  ],
)
def test_accents_composed_or_not_in_any_case(term):
  matcher = TermMatcher([term])
  for form in ("NFC", "NFD"):
    for cased in (term, term.title(), term.swapcase()):
      if cased.lower() == term:
        text = unicodedata.normalize(form, f"\u00bf{cased} x{cased} {cased}")
        assert len(matcher.find(text.encode())) == 2
  assert matcher.find(unicodedata.normalize("NFD", term + "\u0301").encode()) == []


def test_unusual_characters():
  assert found("\u212aing", "king") == [("\u212aing", "king")]
  assert found("\u212b", "\u00e5") == [("\u212b", "\u00e5")]
  assert found("\u0130x i\u0307x", "i\u0307x") == [
    ("\u0130x", "i\u0307x"),
    ("i\u0307x", "i\u0307x"),
  ]


def test_of_the_same_terms_the_first_counts():
  assert TermMatcher(["He", "he"]).find(b"he") == [(0, 2, 0)]


def test_empty_term():
  with pytest.raises(ValueError, match="not empty"):
    TermMatcher(["he", " "])


def test_no_terms():
  assert TermMatcher([]).find(b"he") == []


def test_matches():
  assert TermMatcher(["he"]).matches(b"it's HE")
  assert not TermMatcher(["he"]).matches(b"it's her")


def test_all_texts_at_once():
  texts = [b"people", b"of color", b"", b"People of color ", b"he\xc3", b"\xa9he he"]
  matcher = TermMatcher(["people", "people of color", "he", "\u00e9he"])
  found = [*map(list, matcher.find_all(texts))]
  assert found == [matcher.find(text) for text in texts]
  assert matcher.find_all(texts)[3] == [(0, 15, 1)]
  assert matcher.find_all([]) == []
  large = [b"x" * 50_000 + b" he"] * 5
  assert matcher.find_all(large) == [[(50_001, 50_003, 2)]] * 5


TERMS = [row.term for row in IdentityTerms.load("gender_and_sexual_orientation").terms]
SNIPPETS = st.sampled_from(
  [*TERMS, *comments.WORDS, *comments.OTHER_WORDS, *comments.MARKS, " ", " ", "x"]
)
TEXTS = st.lists(SNIPPETS | st.text(max_size=3), max_size=8).map("".join)
# A lexicon is a UTF-8 file, and its terms have no line breaks.
LEXICON_TERMS = TEXTS.map(
  lambda text: "".join(re.sub("[\udc80-\udcff]", "", text).splitlines())
).filter(normalized)


@settings(deadline=None, max_examples=100)
@given(st.lists(LEXICON_TERMS, min_size=1, max_size=4), st.lists(TEXTS, max_size=4))
@example(["he", "he's"], ["he's he's- he-"])
@example(["people", "people of color"], ["people"])
@example(["aunt:king"], ["aunt:\u212aing"])  # The Kelvin sign is a k.
def test_same_as_the_oracle(terms, texts):
  encoded = [text.encode("utf-8", "surrogateescape") for text in [*texts, *terms]]
  oracle = OracleMatcher(terms)
  found = [*map(list, TermMatcher(terms).find_all(encoded))]
  assert found == [oracle.find(text) for text in encoded]


@pytest.mark.parametrize("count", [50, 500, 5_000])
def test_same_as_the_oracle_on_some_comments(count):
  same_as_the_oracle(count, comments.comments(500), real_comments(500))


@pytest.mark.e2e
@pytest.mark.parametrize("count", [50, 500, 5_000])
def test_same_as_the_oracle_on_100_000_comments(count):
  real = real_comments(50_000)
  same_as_the_oracle(count, comments.comments(100_000 - len(real)), real)


def same_as_the_oracle(count, *texts):
  terms = (TERMS if count == 50 else comments.terms(count))[:count]
  matcher, oracle = TermMatcher(terms), OracleMatcher(terms)
  finds = 0
  for batch in texts:
    for text, result in zip(batch, matcher.find_all(batch), strict=True):
      assert [*result] == oracle.find(text), text
      finds += len(result)
  assert finds > sum(map(len, texts)) / 20


def real_comments(count: int) -> list[bytes]:
  """Returns comments, or an empty list if the file does not exist."""
  if not REAL_COMMENTS.exists():
    return []
  with gzip.open(REAL_COMMENTS, "rt", encoding="utf-8", newline="") as file:
    rows = islice(csv.DictReader(file), count)
    return [row["comment_text"].encode() for row in rows]


@pytest.mark.parametrize(
  "unit",
  [
    *(
      "he ",
      " ",
      "'",
      "he's",
      "he' ",
      "'s",
      "he-",
      "he,\n",
      "he*",
      "*",
      "he\u0301",
      "w",
    ),
    *("\0", "http://", "(he)", " he \u0301", "he's* ", "people ", "people\t", "\u00e9"),
    *("\u201che\u201d", "\u00a0people", "\u212a ", "people of "),
  ],
)
def test_time_is_linear_in_the_text(unit):
  matcher = TermMatcher(["he", "people of color", "people", "\u00e9l", "king"])
  text = (unit * (100_000 // len(unit))).encode()
  start = time.perf_counter()
  matcher.find(text)
  # A fifth of a second; anything quadratic would take minutes.
  assert time.perf_counter() - start < 10
