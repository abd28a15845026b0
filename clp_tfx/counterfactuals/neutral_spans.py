"""Finds what goes with a modifier or predicate: very old, gay and proud."""

import re
from collections.abc import Sequence

from clp_tfx.counterfactuals.english.known import Known, is_past
from clp_tfx.counterfactuals.english.places import is_adjective, is_degree
from clp_tfx.counterfactuals.english.words import AUXILIARIES, COPULAS, DETERMINERS
from clp_tfx.counterfactuals.identity_term import BLANKS
from clp_tfx.counterfactuals.neutral_joints import JOINT, MOST_MODIFIERS, REACH
from clp_tfx.counterfactuals.neutral_words import NeutralWord

_RIGHT_JOINT = re.compile(rf"{JOINT}(?P<word>[\w'\u2019-]+)", re.I)
_LEFT_JOINT = re.compile(rf"(?P<word>[\w'\u2019-]+){JOINT}\Z", re.I)
_WORD_BEFORE = re.compile(rf"(?P<word>[\w'\u2019-]+)[{BLANKS}]+\Z")
_BLANKS_AFTER = re.compile(f"[{BLANKS}]*")
# Adverbs before a modifier that belong to the sentence: most old people.
_KEPT_DEGREES = frozenset(
  {"as", "especially", "least", "less", "mainly", "more", "most", "much", "only"}
  | {"particularly", "primarily", "quite", "rather", "specifically"}
)


def set_span(text: str, words: Sequence[NeutralWord], index: int, known: Known) -> None:
  """Sets what goes with a modifier, a title or a joined predicate."""
  word = words[index]
  right = _BLANKS_AFTER.match(text, word.end).end()
  if word.kind == "title":
    word.end = right
    return
  joint = _RIGHT_JOINT.match(text, word.end)
  if (
    word.kind == "predicate"
    and not joint
    and not _left_joint(text, words, index, known)
  ):
    return
  start = _with_degree(text, word.start, known)
  if joint and word.kind == "modifier" or joint and is_kept(text, words, index, known):
    word.start, word.end = start, joint.start("word")
  elif left := _left_joint(text, words, index, known, start):
    word.start = left.end("word")
  elif word.kind == "modifier":
    word.start, word.end = start, right
  else:
    return
  if word.kind == "predicate":
    word.new, word.rule = "", "neutral predicate, joined"


def _with_degree(text: str, start: int, known: Known) -> int:
  """Returns where an adjective begins with its adverb of degree: very old."""
  match = _WORD_BEFORE.search(text, max(0, start - REACH), start)
  adverb = match["word"].lower() if match else ""
  goes = is_degree(adverb) and adverb not in _KEPT_DEGREES
  return match.start() if goes else start


def is_kept(text: str, words: Sequence[NeutralWord], index: int, known: Known) -> bool:
  """Tells whether a predicate is joined to an adjective that stays: gay and proud."""
  end = words[index].end
  for following in [*words[index + 1 : index + MOST_MODIFIERS], None]:
    match = _RIGHT_JOINT.match(text, end)
    if not match:
      return False
    if following is None or following.mention.start != match.start("word"):
      lower = match["word"].lower()
      is_verb = (
        is_past(lower) and lower not in known.modifiers
      )  # Sick or ended up sick.
      return is_adjective(lower, known) and lower not in AUXILIARIES and not is_verb
    if following.kind not in ("predicate", "joined", "modifier", "group"):
      return False
    end = following.mention.end
  return False


def _left_joint(
  text: str,
  words: Sequence[NeutralWord],
  index: int,
  known: Known,
  start: int | None = None,
) -> re.Match[str] | None:
  """Returns the adjective that stays and the conjunction before a word, if any."""
  start = words[index].start if start is None else start
  least = max(0, index - MOST_MODIFIERS)
  while index > least and not words[index - 1].new and words[index - 1].end == start:
    index -= 1
    start = words[index].start
  match = _LEFT_JOINT.search(text, max(0, start - REACH), start)
  if not match or (index and words[index - 1].mention.end > match.start("word")):
    return None
  lower = match["word"].lower()
  if not is_adjective(lower, known) or lower in known.persons:
    return None
  before = _WORD_BEFORE.search(text, max(0, match.start() - REACH), match.start())
  if before and before["word"].lower() in COPULAS and "," in match[0]:
    return None  # He is right, gay friend.
  is_determined = before and before["word"].lower() in DETERMINERS
  if is_past(lower) and lower not in known.modifiers and not is_determined:
    # An educated and gay man, but: jobs were destroyed and poor families left.
    return None
  return match
