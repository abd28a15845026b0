"""Which names of groups English writes with a capital: Christians, but atheists."""

import functools
import re

_NO_BELIEFS = frozenset(
  {"agnostic", "animist", "atheist", "believer", "convert", "deist", "druid", "gentile"}
  | {"humanist", "minority", "new_age", "none", "pagan", "pantheist", "pilgrim"}
  | {"polytheist", "satanist", "theist"}
)
_COMMON = frozenset(
  {"aboriginal", "aboriginals", "aborigine", "aborigines", "bi", "biracial", "black"}
  | {"blacks", "born", "brown", "colored", "coloured", "creationist", "creationists"}
  | {"dark", "dual", "ethnic", "evangelical", "evangelicals", "fair", "first", "half"}
  | {"hijabi", "indigenous", "interracial", "lapsed", "light", "man", "men", "mixed"}
  | {"mulatto", "multi", "multiethnic", "multiracial", "native", "natives", "non"}
  | {"nonwhite", "olive", "orthodox", "pale", "people", "person", "poc", "practicing"}
  | {"quadroon", "racial", "racialised", "racialized", "secular", "ultra", "visible"}
  | {"white", "whites", "woman", "women"}
)
_FIRST = re.compile(r"[^\W_]+")


@functools.lru_cache(maxsize=8192)
def is_proper(term: str, group: str) -> bool:
  """Tells whether a term of the lexicon is written with a capital.

  Args:
    term: The term.
    group: Its group: nationalities, peoples and beliefs are names.
  """
  dimension, _, rest = group.partition("/")
  if dimension == "nationality":
    return True
  if dimension == "religion" and rest.partition("/")[0] in _NO_BELIEFS:
    return False
  first = _FIRST.match(term)
  return dimension in ("race", "religion") and bool(first) and first[0] not in _COMMON
