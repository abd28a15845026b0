"""English articles: a or an before a word, and articles left without a noun."""

import re

from clp_tfx.counterfactuals.english.words import (
  ADVERBS,
  AUXILIARIES,
  CONJUNCTIONS,
  DETERMINERS,
  FINITE_VERBS,
  PREPOSITIONS,
  PRONOUNS,
)

# Written with a vowel, spoken with the y of "you" or the w of "won"; but not the un- of
# "unimportant" and "unidentified".
_CONSONANT_SOUND = re.compile(
  r"(?!unin|unim|uniden|unill|uniron|unirr|uniss|onero|oneir)"
  r"(?:uni|eu|ewe|one|once|us[aeu]|ut[aeio]|ur[aei]|ubi|ufo|uku|ukr|uga|uig|uyg|uvu|oui)"
)
_SILENT_H = re.compile(r"h(?:eir|our|onest|onou?r)")
_VOWELS = "aeiouàáâäãåæèéêëìíîïòóôöõøœùúûü"
# Eight, eighteen, eighty; eleven and eighteen, also of thousands.
_VOWEL_NUMBER = re.compile(r"8|1[18](?!\d)|1[18]\d{3}(?!\d)")
_LETTER_ALONE = re.compile(r"[a-z](?![a-z'\u2019])")
# The names of these letters begin with a vowel: "an MP", "an X-ray".
_VOWEL_NAMES = frozenset("aefhilmnorsx")
_NOT_IN_NOUN_PHRASE = (
  AUXILIARIES
  | CONJUNCTIONS
  | DETERMINERS
  | PREPOSITIONS
  | PRONOUNS
  | (ADVERBS - {"then", "now", "almost", "quite", "right", "straight", "rather"})
) - {"such", "half", "like", "past", "n", "&", "opposite", "inside", "outside", "minus"}
# Bytes that are not UTF-8 may be letters of another encoding.
_FOLLOWING_WORD = re.compile(r"[\"\u201c\u2018(\[*_~]*([\w\udc80-\udcff'\u2019]+)")


def article_before(word: str, spelled: bool) -> str:
  """Returns `a` or `an`, whichever English puts before a word.

  Args:
    word: The word that follows the article, as it is written.
    spelled: Whether capitals may stand for letters to be spelled out, which they do not
      in a text that is all in capitals.
  """
  lower = word.lower()
  if _LETTER_ALONE.match(lower) or (spelled and _is_spelled(word)):
    return "an" if lower[0] in _VOWEL_NAMES else "a"
  if _VOWEL_NUMBER.match(lower) or _SILENT_H.match(lower):
    return "an"
  if lower[0] not in _VOWELS or _CONSONANT_SOUND.match(lower):
    return "a"
  return "an"


def _is_spelled(word: str) -> bool:
  """Tells whether a word is read letter by letter, as MP and LGBT are; NATO is not."""
  letters = re.split(r"['\u2019-]", word, maxsplit=1)[0].rstrip("s")
  if not letters.isalpha() or not letters.isupper():
    return False
  return len(letters) <= 3 or not set(letters.lower()) & set(_VOWELS)


def article_is_orphaned(following: str, after_noun: bool) -> bool:
  """Tells whether an article has lost its noun.

  Args:
    following: What follows the place where something was removed after the article,
      from the first character that is no blank.
    after_noun: Whether it was a noun and cannot have been an adjective, so that a verb
      can follow.
  """
  match = _FOLLOWING_WORD.match(following)
  if not match:  # The end, a line break or punctuation; a slash or hyphen may go on.
    return following[:1] not in "/-#$\u00a3\u20ac" or not following
  word = match[1].lower().replace("\u2019", "'")
  if word in _NOT_IN_NOUN_PHRASE:
    return True
  if word.endswith("ed"):
    return after_noun and len(word) > 4
  return word in FINITE_VERBS
