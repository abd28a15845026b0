"""English verbs: which words are some, and the plural of the third person singular."""

from clp_tfx.counterfactuals.english.context import CLOSED_CLASSES
from clp_tfx.counterfactuals.english.words import BARE_VERBS, word_lists

_LISTS = word_lists(__name__)

VERBS = (_LISTS["verbs"] | BARE_VERBS) - {"be"}
"""Bare forms of frequent verbs."""
NOUN_LIKE_FORMS = _LISTS["noun_like"]
"""Verbs whose form in -s is as often a noun: talks, walks."""
PLURALS = {"is": "are", "was": "were", "has": "have", "does": "do"}
"""Plurals of auxiliaries in the third person singular, with and without n't."""
PLURALS |= {
  f"{one}n{apostrophe}t": f"{many}n{apostrophe}t"
  for one, many in list(PLURALS.items())
  for apostrophe in ("", "'")
}
_NO_VERBS = frozenset({"vs", "etc", "ms", "mrs", "aids", "news", "lots", "hers"})


def bare_form(verb: str) -> str:
  """Returns the plural of a verb in the third person singular: tries, try.

  Returns an empty text for words that cannot be such a form.
  """
  word = verb.lower().replace("\u2019", "'")
  if word in PLURALS:
    return PLURALS[word]
  if len(word) < 4 and word not in ("ses", "goes", "ties"):
    return {"gos": "go"}.get(word, "")
  if (
    not word.isascii()
    or not word.replace("-", "").isalpha()
    or not word.endswith("s")
    or word.endswith(("ss", "us", "is", "ous"))
    or word in _NO_VERBS
    or word in CLOSED_CLASSES
  ):
    return ""
  if word.endswith("ies"):
    return word[:-1] if len(word) < 5 else word[:-3] + "y"
  if word.endswith(("sses", "shes", "ches", "xes", "zzes", "oes", "cuses")):
    keeps_e = word in ("aches", "axes", "shoes", "accuses", "excuses")
    return word[:-1] if keeps_e else word[:-2]
  return word[:-1]
