"""Joins coordinated words that have become the same, and tells other people apart.

"Men and women" become people, "he or she" becomes "they", and "men hate women" becomes
"people hate other people".
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from clp_tfx.counterfactuals.edits import Edit
from clp_tfx.counterfactuals.english.hypernyms import plural
from clp_tfx.counterfactuals.english.places import follows_copula
from clp_tfx.counterfactuals.english.scene import Scene
from clp_tfx.counterfactuals.identity_term import BLANKS
from clp_tfx.counterfactuals.neutral_words import NeutralWord
from clp_tfx.counterfactuals.repairs import cased

REACH = 40
"""How many characters beside a word are looked at."""
MOST_MODIFIERS = 10
"""How many mentions before a noun are looked at."""
SENTENCE_ENDS = ".!?\n\r"
_CONJUNCTION = "(?:and/or|and|or|&|nor|but)"
JOINT = rf"(?:[{BLANKS}]?[,/][{BLANKS}]*|,?[{BLANKS}]+{_CONJUNCTION}[{BLANKS}]+)"
"""Pattern of what joins two words: a comma, a slash or a conjunction."""
_DETERMINER = (
  r"(?:(?P<determiner>an?|the|my|your|his|her|our|their|its|these|those|some|all|no"
  rf"|every|each|any)[{BLANKS}]+)?"
)
_BETWEEN = re.compile(rf"(?P<joint>{JOINT}){_DETERMINER}", re.I)
_DETERMINER_BEFORE = re.compile(rf"(?<![\w'\u2019]){_DETERMINER}\Z", re.I)
_BLANKS_AFTER = re.compile(f"[{BLANKS}]*")
_COUNTS = ["", "", *"two three four five six seven eight nine ten".split()]  # noqa: SIM905
_SINGULAR_DETERMINERS = frozenset({"each", "every", "any", "no"})


def join_equals(text: str, words: list[NeutralWord]) -> Iterator[Edit]:
  """Makes coordinated words that are the same one word: men and women, he or she.

  Yields:
    The edits of articles: "a man and a woman" are "two people".
  """
  kinds = ("noun", "pronoun", "predicate", "title")
  places = [index for index, word in enumerate(words) if word.kind in kinds]
  run: list[int] = places[:1]
  joints: list[str] = []
  for index in [*places[1:], -1]:
    joint = _joint(text, words, run, index) if index >= 0 else ""
    if joint:
      run.append(index)
      joints.append(joint)
      continue
    while joints and joints[-1] == ",":
      joints.pop()
      run.pop()
    if joints:
      yield from _join(text, words, run, joints)
    run, joints = [index], []


def _joint(
  text: str, words: Sequence[NeutralWord], run: Sequence[int], index: int
) -> str:
  """Returns the conjunction between words that can be one; empty if there is none."""
  one, other = words[run[-1]], words[index]
  if (one.kind, one.word) != (other.kind, other.word) or one.end < one.mention.end:
    return ""
  if one.is_plural != other.is_plural or other.start - one.end > 2 * REACH:
    return ""
  between = _BETWEEN.fullmatch(
    _without_modifiers(text, words[run[-1] + 1 : index], one.end, other.start)
  )
  if not between:
    return ""
  joint = between["joint"].strip(BLANKS).lstrip(", ").lower() or ","
  if joint in ("but", "nor"):
    return ""
  determiner = (between["determiner"] or "").lower()
  if determiner:
    first = _determiner_before(text, words, run[0])
    of_first = first["determiner"].lower() if first else ""
    if determiner.rstrip("n") != of_first.rstrip("n"):
      return ""
  return joint


def _join(
  text: str, words: list[NeutralWord], run: Sequence[int], joints: Sequence[str]
) -> Iterator[Edit]:
  first, last = words[run[0]], words[run[-1]]
  determiner = _determiner_before(text, words, run[0])
  written = determiner["determiner"] if determiner else ""
  stays_singular = written.lower() in _SINGULAR_DETERMINERS or any(
    "or" in joint or joint == "/" for joint in joints
  )
  last.new = first.new
  last.confidence = min(first.confidence, last.confidence, 0.9)
  last.rule = f"{last.rule}, joined"
  if last.kind == "noun" and not last.is_plural and not stays_singular:
    last.is_plural = True
    last.new = first.new.removesuffix(first.word) + plural(first.word)
    if written.lower() in ("a", "an") and len(run) < len(_COUNTS):
      count = cased(_COUNTS[len(run)], written if len(written) > 1 else f"{written}x")
      start, end = determiner.span("determiner")
      label = f"{written.lower()}\u2192{_COUNTS[len(run)]}"
      yield Edit(start, end, count, "", "", label, "a number for articles", 0.85)
  for index in run[:-1]:
    word = words[index]
    word.kind, word.new, word.rule = "joined", "", last.rule
    word.end = words[index + 1].start


def _without_modifiers(
  text: str, words: Iterable[NeutralWord], start: int, end: int
) -> str:
  """Returns a part of a text without the modifiers that are in it."""
  pieces = []
  for word in words:
    if word.kind == "modifier":
      pieces.append(text[start : word.mention.start])
      start = _BLANKS_AFTER.match(text, word.mention.end).end()
  return "".join([*pieces, text[start:end]])


def _determiner_before(
  text: str, words: Sequence[NeutralWord], index: int
) -> re.Match[str] | None:
  """Returns the determiner before a word and its modifiers that are to go."""
  start = words[index].start
  for word in reversed(words[max(0, index - MOST_MODIFIERS) : index]):
    if word.kind != "modifier" or text[word.mention.end : start].strip(BLANKS):
      break
    start = word.mention.start
  match = _DETERMINER_BEFORE.search(text, max(0, start - REACH), start)
  return match if match and match["determiner"] else None


def told_apart(text: str, words: Sequence[NeutralWord]) -> Iterator[Edit]:
  """Makes people of a second group other people: men hate women.

  Yields:
    The edits of articles: "a woman" is "another person".
  """
  groups: dict[str, str] = {}
  end = 0
  for index, word in enumerate(words):
    if any(mark in text[end : word.start] for mark in SENTENCE_ENDS):
      groups = {}
    end = word.end
    if word.kind != "noun" or word.word != "person" or "joined" in word.rule:
      continue
    group = word.mention.group
    dimension = group.split("/", 1)[0]
    if groups.setdefault(dimension, group) == group:
      continue
    determiner = _determiner_before(text, words, index)
    written = determiner["determiner"].lower() if determiner else ""
    is_clear = written in ("a", "an", "the", "no", "some", "these", "those", "all")
    if follows_copula(Scene(text, word.start, word.mention.term_end)) or not (
      is_clear or (not written and word.is_plural)
    ):
      word.confidence = min(word.confidence, 0.6)
      continue
    word.rule, word.confidence = "neutral noun for others", min(word.confidence, 0.7)
    if written not in ("a", "an"):
      word.new = f"other {word.new}"
      continue
    another = cased("another", f"{determiner['determiner']}x")
    yield Edit(
      *determiner.span("determiner"),
      another,
      "",
      "",
      f"{written}\u2192another",
      "neutral noun for others",
      0.7,
    )
