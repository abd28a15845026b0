"""Lowers the confidence of neutral words where a careful person would write none.

A contrast loses its sense when both sides become the same word, as in "my wife (or
husband)"; a word that stands in the sentence already is repeated; and what is said of a
thing ("a blind bear") is not said of a person.
"""

import functools
import re
from collections.abc import Sequence

from clp_tfx.counterfactuals.english.contradictions import ABOUT_SEXES, UNNAMED, Rest
from clp_tfx.counterfactuals.english.known import Known, is_noun
from clp_tfx.counterfactuals.english.sentences import by_sentence
from clp_tfx.counterfactuals.neutral_words import NeutralWord

_DOUBTFUL = 0.3
# Nobody says of somebody that they are human, but nothing is wrong with it.
_EMPTY = 0.5
_FOLLOWING = re.compile(r"\W*([\w-]+)")
_BEFORE = re.compile(r"([\w-]+)\W*\Z")
_REACH = 24
_GENDERS = frozenset({"female", "male"})
_SEXES = frozenset({"gender/female", "gender/male"})
_KINDS = ("noun", "predicate", "modifier", "joined")


def doubt(text: str, words: Sequence[NeutralWord], known: Known) -> None:
  """Lowers the confidence of words that repeat or confuse what a sentence says.

  Args:
    text: The text.
    words: What stands for its mentions, in order.
    known: The words of the lexicon.
  """
  starts = [each.mention.start for each in words]
  before: list[NeutralWord] = []
  for begin, end, within in by_sentence(text, starts):
    _doubt_pronouns(words[within])
    nouns = [each for each in words[within] if each.kind == "noun"]
    _doubt_contrasts(before, nouns)
    before = nouns
    some = [each for each in words[within] if each.kind in _KINDS]
    sentence, pieces = text[begin:end].lower(), []
    for each in words[within]:
      pieces.append(text[begin : each.mention.start])
      begin = each.mention.end
    rest = " ".join([*pieces, text[begin:end]]).lower()
    groups: dict[str, set[str]] = {}
    said = [_said(text, each) for each in some]
    for key, each in zip(said, some, strict=True):
      groups.setdefault(key, set()).add(each.mention.group)
    around = Rest(rest)
    stays = around.words
    _doubt_genders(words[within], stays)
    for key, each in zip(said, some, strict=True):
      if each.kind == "predicate" and each.new:
        each.confidence = min(each.confidence, _EMPTY)
      if (
        _confuses(each, groups[key])
        or (each.kind == "noun" and each.new in stays)
        or (
          each.kind == "noun" and _is_child(each) and around.binds(each.mention.group)
        )
        or not stays.isdisjoint(_others_like(each.mention.term))
        or (each.kind == "joined" and _follows_both(text, each.start))
        or _leaves_another(text, each, stays, known)
        or (each.kind == "modifier" and (sentence.count(key) > 1 or "ones" in stays))
      ):
        each.confidence = min(each.confidence, _DOUBTFUL)


def _doubt_pronouns(words: Sequence[NeutralWord]) -> None:
  """Lowers the confidence of "they" for two: he told her that she is late."""
  pronouns = [
    each
    for each in words
    if each.kind == "pronoun" and not each.rule.endswith("joined")
  ]
  if len({each.mention.group for each in pronouns}) > 1:
    for each in pronouns:
      each.confidence = min(each.confidence, _EMPTY)


def _doubt_genders(words: Sequence[NeutralWord], stays: frozenset[str]) -> None:
  """Lowers the confidence where a gender stays or is the point: women priests."""
  is_unnamed = not UNNAMED.isdisjoint(stays)  # Girl is lucky she sang.
  is_point = not ABOUT_SEXES.isdisjoint(stays) or any(
    each.mention.group.startswith("sexual_orientation/") for each in words
  )
  for each in words:
    if each.mention.group in _SEXES and (
      is_unnamed or (is_point and each.is_plural and each.word == "person")
    ):
      each.confidence = min(each.confidence, _EMPTY)


@functools.lru_cache(maxsize=4096)
def _others_like(term: str) -> frozenset[str]:
  """Returns words that name the same group, or all others: nonwhites, Muslim laws."""
  one = term.removeprefix("non-")
  stem = one.removesuffix("s")
  return frozenset({one, stem, f"{stem}s", f"non{one}", f"non-{stem}"})


def _follows_both(text: str, start: int) -> bool:
  """Tells whether "both" stands before two that become one: both men and women."""
  return text[max(0, start - _REACH) : start].lower().rstrip().endswith("both")


def _leaves_another(
  text: str, word: NeutralWord, stays: frozenset[str], known: Known
) -> bool:
  """Tells whether one of two joined states stays: black or white; rude or both."""
  if word.new or word.kind not in ("modifier", "predicate"):
    return False
  if word.kind == "predicate" and "both" in stays:
    return True
  mention = word.mention
  if word.start < mention.start:
    beside = _BEFORE.search(text, max(0, word.start - _REACH), word.start)
  else:
    is_joined = word.kind == "predicate" or text[mention.end : word.end].strip()
    beside = _FOLLOWING.match(text, word.end) if is_joined else None
  return bool(beside and beside[1].lower() in known.identities)


def _doubt_contrasts(before: Sequence[NeutralWord], now: Sequence[NeutralWord]) -> None:
  """Lowers the confidence of what was another group in the sentence before."""
  for one in before:
    for other in now:
      if one.word == other.word and _are_rivals(one, other):
        for each in (one, other):
          each.confidence = min(each.confidence, _DOUBTFUL)


def _is_child(word: NeutralWord) -> bool:
  """Tells whether the age may be the point: school children."""
  return word.word == "person" and word.mention.group.startswith("age/")


def _are_rivals(one: NeutralWord, other: NeutralWord) -> bool:
  """Tells whether two words name groups of the same dimension but gender and age."""
  first, second = one.mention.group, other.mention.group
  dimension = first.split("/", 1)[0]
  return (
    first != second
    and dimension == second.split("/", 1)[0]
    and dimension not in ("age", "gender")
  )


def _said(text: str, word: NeutralWord) -> str:
  """Returns what a sentence says instead: the neutral word, or what was modified."""
  if word.kind != "modifier":
    return word.word
  following = _FOLLOWING.match(text, word.mention.end)
  lower = following[1].lower() if following else ""
  return lower if is_noun(lower) else str(word.start)


def _confuses(word: NeutralWord, groups: set[str]) -> bool:
  """Tells whether groups that become one word differ: Jews and Muslims, not he or she.

  Men and women are people, and so are women and children.
  """
  if "joined" not in word.rule:
    return len(groups) > 1
  dimensions = {group.split("/", 1)[0] for group in groups}
  is_gender = all(_GENDERS.intersection(group.split("/")) for group in groups)
  return len(dimensions) < len(groups) and not is_gender
