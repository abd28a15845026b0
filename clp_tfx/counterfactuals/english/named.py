"""Words that are named or discussed rather than used: Iron Man, the term "Jewish"."""

import re

from clp_tfx.counterfactuals.english.known import Known, is_capital, is_name
from clp_tfx.counterfactuals.english.words import NEUTRAL_HEADS, PRONOUNS
from clp_tfx.counterfactuals.identity_term import BLANKS

_OPENING, _CLOSING = "\"'`\u201c\u2018", "\"'`\u201d\u2019"
_WORDS_FOR_WORDS = frozenset(
  {"adjective", "epithet", "label", "labels", "nickname", "noun", "phrase", "pronoun"}
  | {
    "pronouns",
    "slur",
    "spelled",
    "spelling",
    "spelt",
    "surname",
    "term",
    "terms",
    "word",
    "words",
  }
)
_LABELLED = re.compile(
  r"(?:[ -]\w+){0,2}[\"\u201d] (?:label|moniker|phrase|slogan|term|thing|trope|tag)s?\b"
)
_TITLED = re.compile(
  r"\b(?:(?:article|category|entitled|page|section|titled):? |List of )(?:\w+ ){0,2}\Z",
  re.I,
)
_PAGE = re.compile(
  r"\b(?:wikiproject |(?:category|file|image|portal|talk|template|user|wikipedia|wp)"
  r" ?:)(?:\w+ ){0,5}\Z",
  re.I,
)
_TITLE_ARTICLE = re.compile(r"\w (?:A|An|The) \Z")
_INSIDE = re.compile(r"[a-z,] \Z")
_NICKNAMED = re.compile(r"\b[A-Z][a-z]+ the \Z")
_TITLE_REACH = 40
_MEN = frozenset({"boys", "girls", "man", "men", "woman", "women"})
_TITLE_END = re.compile(r"[A-Z][a-z]+ \Z")
_STRAY = "`\u00b4"
_WORD_REACH = 16
_NEXT = re.compile(r"(?:['\u2019]s)?[ -]([A-Z][a-z]\w*)")
_TWO_NEXT = re.compile(r"[ -][A-Z][a-z]\w*(?:['\u2019]s)? [A-Z][a-z]")
_BEFORE = re.compile(r"[^\s.!?:;\"(*=>|] ([A-Z][a-z]\w*)[ -]\Z")
_BEFORE_REACH = 24
_RANK = re.compile(r" of (?:the )?[A-Z]")
_RANKS = frozenset(
  {"brother", "brothers", "child", "children", "daughter", "daughters", "father"}
  | {"mother", "sister", "sisters", "son", "sons", "women", "men"}
)
_RANKS |= frozenset(
  {"baron", "baroness", "count", "countess", "duchess", "duke", "earl", "emperor"}
  | {"empress", "king", "lady", "lord", "man", "prince", "princess", "queen", "woman"}
)
_ORDERS = frozenset({"brother", "father", "mother", "sister"})
_NO_CLAUSE_BEFORE = frozenset(
  {
    "a",
    "an",
    "the",
    "at",
    "by",
    "from",
    "fro",
    "in",
    "int",
    "into",
    "of",
    "ont",
    "onto",
    "ot",
    "te",
    "tee",
    "to",
  }
  | {"with", "wit", "worth"}
)
_SERVED = frozenset(
  {
    "aged",
    "blind",
    "boys",
    "gays",
    "homosexuals",
    "lesbians",
    "children",
    "citizens",
    "deaf",
    "disabled",
    "elderly",
  }
  | {"families", "fathers", "girls", "homeless", "men", "mothers", "parents", "poor"}
  | {"refugees", "seniors", "veterans", "women", "youth"}
)
_SERVING = re.compile(r"[A-Z][a-z]+ (?:for|of|on|to|and|with)(?: the)? \Z")
_SUPERLATIVE = re.compile(
  r" (?:same|whole|best|worst|only (?:reason|thing|one|way)|only \w+ion)\b"
)
_RELATIVE = re.compile(r" (?:who|whose|whom|which)\b")
_NAMESAKE = re.compile(r"\b[A-Z][\w'.-]* [A-Z][\w'.-]* \(\Z")
_JOKE = re.compile(r"\bthat['\u2019]?s what\Z", re.IGNORECASE)
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "sir", "madam"})


def is_named(text: str, start: int, end: int, known: Known) -> bool:
  """Tells whether a term is part of a name, under discussion or no word here.

  Args:
    text: The text.
    start: Index of the first character of the term.
    end: Index after its last.
    known: The words of the lexicon.
  """
  closes = text[end : end + 1] in _CLOSING and not text[end + 1 : end + 2].isalpha()
  if start and text[start - 1] in _OPENING and closes:
    return end < len(text)
  before = text[max(0, start - _WORD_REACH) : start].rstrip(_OPENING + BLANKS)
  if before[before.rfind(" ") + 1 :].lower() in _WORDS_FOR_WORDS:
    return True
  written = text[start:end]
  lower = written.lower()
  if not (lower == written or written.isupper() or written[1:].islower()):
    return " " not in written and "-" not in written  # MaM, a march.
  if lower in ("he", "she") and _is_misspelt(text, before, end):
    return True
  is_closed = lower in known.persons and text[end : end + 1] == ")"
  if is_closed and _NAMESAKE.search(text, max(0, start - _TITLE_REACH), start):
    return True  # Ryan Newman (actress).
  if lower == "she" and text.startswith(" said", end) and _JOKE.search(before):
    return True  # That's what she said.
  if text[end : end + 1] in _STRAY and text[end : end + 1]:
    return True  # He`s late: no clitic.
  after = end + 1 + len(lower)
  if text[end + 1 : after].lower() == lower and not text[after : after + 1].isalnum():
    return True  # He he; Jews Jews Jews.
  if text[start - 1 : start] in ("]", "-") or _LABELLED.match(text, end):
    return True  # [T]his; the "wife beating" label.
  is_pronoun = lower in PRONOUNS and lower == written  # User:Milly told him.
  if not is_pronoun and _PAGE.search(text, max(0, start - _TITLE_REACH), start):
    return True
  if not written[0].isupper() or lower in _TITLES:
    return False
  following = _NEXT.match(text, end)
  if following and (is_name(following[1], known) or _TWO_NEXT.match(text, end)):
    return True  # Transgender Voice, BRIT Awards, Women's Hospital.
  if not is_capital(written):
    return False
  if text[end : end + 1] in ('"', "\u201d") and _TITLE_END.search(
    text, max(0, start - _WORD_REACH), start
  ):
    return True  # The song "That Girl".
  if lower == "guy" and _INSIDE.search(text, max(0, start - _WORD_REACH), start):
    return True  # They say Guy sang.
  if _TITLE_ARTICLE.search(text, max(0, start - _WORD_REACH), start):
    return True  # The Man who would be A King.
  if _NICKNAMED.search(text, max(0, start - _WORD_REACH), start):
    return True  # Billy the Kid.
  if lower in _MEN and text.startswith(" who ", end):
    return True  # The Woman who Sings.
  if _TITLED.search(text, max(0, start - _TITLE_REACH), start):
    return True  # The article Heterosexuality.
  if following and following[1].lower() not in known.identities | NEUTRAL_HEADS | _MEN:
    return True  # Irish Republicans.
  if following and before.endswith((" in", " by", " from", " for")):
    return True  # An article in American Scientist.
  word_before = before[before.rfind(" ") + 1 :].lower()
  if lower in _ORDERS and word_before in ("a", "the", "another"):
    return True  # A Sister of the convent.
  if _RANK.match(text, end) and (lower in _RANKS or lower.endswith("s")):
    return True  # The Earl of Kent, Serbs of Croatia.
  if lower in _SERVED and _SERVING.search(text, max(0, start - _WORD_REACH), start):
    return True  # Action for Children.
  last = _BEFORE.search(text, max(0, start - _BEFORE_REACH), start)
  if last and following:
    return True  # The Great White Brotherhood.
  # By The Britons, for Iron Man.
  return bool(last) and (last[1] == "The" or is_name(last[1], known))


def _is_misspelt(text: str, before: str, end: int) -> bool:
  """Tells whether "he" stands where "the" was meant: int he end, of he year."""
  if _SUPERLATIVE.match(text, end):
    return True  # He only reason.
  word = before[before.rfind(" ") + 1 :].lower()
  return word in _NO_CLAUSE_BEFORE and not _RELATIVE.match(text, end)
