"""Lowers the confidence of replacements that what stays beside them contradicts."""

import functools
import itertools
import re
from collections.abc import Iterable, Sequence

from clp_tfx.counterfactuals.edits import Edit, applied
from clp_tfx.counterfactuals.english.contradictions import Rest
from clp_tfx.counterfactuals.english.sentences import by_sentence
from clp_tfx.counterfactuals.english.unlisted_names import full_names
from clp_tfx.counterfactuals.first_names import first_name_edits
from clp_tfx.counterfactuals.substitutions import Replacement

_CONTRADICTED, _NAMED = 0.3, 0.5
_NATION = "nationality/"
_PLACED = ("nationality/", "religion/")
_MANY = ("s", "men", "people")
_OF_RECORD = (*_PLACED, "race/")
_RULERS = frozenset(
  {"emperor", "emperors", "empress", "king", "kings", "prince", "princes", "princess"}
  | {"princesses", "queen", "queens", "sultan", "sultans", "tsar", "tsars"}
)
_ORIGIN = re.compile(r"(\w+)[ -]americans?\Z")
_PERSONAL = frozenset({"he", "her", "hers", "herself", "him", "himself", "his", "she"})
# Characters beside a sentence whose names and bound words count for it, too.
_MEMORY, _AHEAD, _FAR_AHEAD = 160, 20, 100


class SubstitutionDoubts:
  """Says which replacements in a text do not fit their sentence.

  A word of the sentence can be tied to the group that is left ("Edward and his beard",
  "a Muslim prays in a mosque"), or be the replacement itself ("citizens and
  non-citizens"); or two groups, or two joined words, get the same word.

  Args:
    text: The text.
  """

  def __init__(self, text: str):
    self._text = text

  def weighed(
    self, replacements: Sequence[Replacement]
  ) -> tuple[Sequence[Replacement], list[Edit]]:
    """Returns replacements, some with a lower confidence, and the names to change.

    Args:
      replacements: Replacements, in order and not overlapping.
    """
    if not replacements[0].english or all(
      [each.confidence <= _CONTRADICTED for each in replacements]
    ):
      return replacements, []
    stays = _without(self._text, replacements)
    whole = Rest(stays)
    suspects = _doubled(self._text, replacements)
    suspects |= _doubtful(replacements, whole, whole)
    names: list[Edit] = []
    if suspects:
      reach = (_MEMORY, _AHEAD)
      names = first_name_edits(self._text, whole.words, replacements, reach)
    if names:
      stays = applied(stays, [_blank(each) for each in names])
    if suspects:  # Soon known of many texts.
      replacements = self._contradicted(replacements, suspects, stays)
    if _is_gender(replacements[0].group):
      replacements = self._beside_names(replacements)
    return replacements, names

  def _contradicted(
    self,
    replacements: Sequence[Replacement],
    suspects: set[tuple[str, str]],
    stays: str,
  ) -> list[Replacement]:
    """Returns replacements, with doubts of those that their sentence contradicts."""
    weighed = list(replacements)
    starts = [each.mention.start for each in replacements]
    for begin, end, within in by_sentence(self._text, starts):
      some = replacements[within]
      if suspects.isdisjoint((each.group, each.term) for each in some):
        continue
      ahead = end + (_AHEAD if _is_gender(some[0].group) else _FAR_AHEAD)
      doubtful = _doubled(self._text, some) | _doubtful(
        some,
        Rest(stays[begin:end]),
        Rest(stays[max(0, begin - _MEMORY) : ahead]),
      )
      weighed[within] = [
        each._replace(confidence=min(each.confidence, _CONTRADICTED))
        if (each.group, each.term) in doubtful
        else each
        for each in some
      ]
    return weighed

  def _beside_names(self, replacements: Sequence[Replacement]) -> Sequence[Replacement]:
    """Returns replacements, with doubts of pronouns of somebody whose name stays."""
    are_sure = all([each.confidence > _NAMED for each in replacements])
    places = full_names(self._text) if are_sure else []
    if not places:
      return replacements
    weighed = list(replacements)
    starts = [each.mention.start for each in replacements]
    for begin, _, within in by_sentence(self._text, starts):
      weighed[within] = [
        each._replace(confidence=min(each.confidence, _NAMED))
        if each.mention.term in _PERSONAL
        and any(begin - _MEMORY <= place < each.mention.start for place in places)
        else each
        for each in replacements[within]
      ]
    return weighed


def _blank(edit: Edit) -> Edit:
  return edit._replace(replacement=" " * (edit.end - edit.start))


def _without(text: str, replacements: Iterable[Replacement]) -> str:
  """Returns a text with blanks where mentions are replaced, of the same length."""
  pieces, end = [], 0
  for each in replacements:
    pieces += text[end : each.mention.start], " " * (each.end - each.mention.start)
    end = each.end
  return "".join([*pieces, text[end:]])


def _doubled(text: str, some: Sequence[Replacement]) -> set[tuple[str, str]]:
  """Returns the groups and the new terms of joined ones that do not stay apart.

  Gay and lesbian citizens would be heterosexual twice, a Turkish Cypriot is one person
  of two nations, and a young child no old adult. Brown and black people would be black
  and white, and brown and white people no brown and people of color.
  """
  found = set()
  for one, other in itertools.pairwise(some):
    between = text[one.end : other.mention.start].strip(" ,/&-")
    if between not in ("", "and", "or"):
      continue
    is_swapped = one.group.startswith("race/") and (
      one.becomes == other.group or other.becomes == one.group
    )
    is_torn = " " in other.term and _head(other.mention.term) != _head(other.term)
    is_one = (
      not between
      and one.group.split("/", 1)[0] == other.group.split("/", 1)[0]
      and one.group.startswith((_NATION, "age/"))
    )
    if one.term == other.term or is_swapped or is_torn or is_one:
      found |= {(each.group, each.term) for each in (one, other)}
  return found


def _head(term: str) -> str:
  """Returns the last word of a term."""
  return term.rpartition(" ")[2]


def _doubtful(
  some: Iterable[Replacement], rest: Rest, around: Rest
) -> set[tuple[str, str]]:
  """Returns the groups and the new terms of replacements that do not fit.

  Args:
    some: The replacements in a sentence.
    rest: What stays of the sentence.
    around: The same with what stands before it.
  """
  found = set()
  groups: dict[str, str] = {}
  pairs = {(each.group, each.term) for each in some}
  sources: dict[tuple[str, str], str] = {}
  for each in some:
    pair = each.group, each.term
    is_other = sources.setdefault(pair, each.mention.term) != each.mention.term
    if is_other and not _is_gender(each.group):
      found.add(pair)  # Lesbian and other homosexual couples.
  for each in some:
    is_other = each.becomes != each.mention.group
    if is_other and each.becomes.startswith(_PLACED) and rest.ties_to(each.becomes):
      found.add((each.group, each.term))  # Mexicans, but not Colombians, in Colombia.
  found |= _swapped(some)
  for group, term in pairs:
    other = groups.setdefault(term, group)
    if other != group:
      found |= {(group, term), (other, term)}
    elif (
      not rest.words.isdisjoint(_forms(term))
      or not around.words.isdisjoint(_forms(sources[group, term]))  # Irish music.
      or around.names(group)
      or (rest if _is_gender(group) else around).binds(group)
      or (
        _is_of_record(group, sources[group, term]) and (around.has_name or rest.is_past)
      )
      or _is_near_home(sources[group, term], around)
    ):
      found.add((group, term))
  return found


def _swapped(some: Iterable[Replacement]) -> set[tuple[str, str]]:
  """Returns groups that become each other: Jews killed Arabs, Arabs killed Jews."""
  becomes = {
    each.group: each
    for each in some
    if each.group.startswith(_PLACED)
    or (each.group.startswith("race/") and each.mention.term.endswith(_MANY))
  }
  return {
    (each.group, each.term)
    for each in becomes.values()
    if each.becomes in becomes and becomes[each.becomes].becomes == each.group
  }


def _is_near_home(term: str, around: Rest) -> bool:
  """Tells whether an Irish-American is mentioned near Ireland."""
  origin = _ORIGIN.match(term)
  return bool(origin) and (
    origin[1] in around.words or around.ties_to(f"nationality/{origin[1]}")
  )


def _is_of_record(group: str, term: str) -> bool:
  """Tells whether facts beside a name are at stake: Egyptians in the Sinai, kings."""
  return group.startswith(_OF_RECORD) or term in _RULERS


def _is_gender(group: str) -> bool:
  return group.startswith("gender/")


@functools.lru_cache(maxsize=4096)
def _forms(term: str) -> tuple[str, ...]:
  """Returns a term with what may be its singular and plural."""
  first, blank, _ = term.partition(" ")
  # Whites against nonwhites, Europeans in Europe, young men beside younger ones.
  others = (
    *(f"non{term}", f"non-{term}", f"{term}er"),
    *(term.removesuffix("n"), term.removesuffix("an")),
  )
  return (
    *(term, f"{term}s", term.removesuffix("s"), *others),
    *([first] if blank else []),
  )
