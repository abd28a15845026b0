"""English articles: "a" or "an" before a word, and articles left without a noun."""

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

# Spelled with a vowel, but pronounced with the y of "you" or the w of "won"; excludes
# the un- of "unimportant" and "unidentified".
_CONSONANT_SOUND = re.compile(
  r"(?!unin|unim|uniden|unill|uniron|unirr|uniss|onero|oneir)"
  r"(?:uni|eu|ewe|one|once|us[aeu]|ut[aeio]|ur[aei]|ubi|ufo|uku|ukr|uga|uig|uyg|uvu|oui)"
)
_SILENT_H = re.compile(r"h(?:eir|our|onest|onou?r)")
_VOWELS = "aeiouàáâäãåæèéêëìíîïòóôöõøœùúûü"
# Eight, eighteen and eighty; eleven and eighteen, with or without thousands.
_VOWEL_NUMBER = re.compile(r"8|1[18](?!\d)|1[18]\d{3}(?!\d)")
_LETTER_ALONE = re.compile(r"[a-z](?![a-z'\u2019])")
# The names of these letters begin with a vowel sound: "an MP", "an X-ray".
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
  """Returns the article, `a` or `an`, for a word.

  Args:
    word: The word after the article, as written.
    spelled: Whether a word in capitals may be read letter by letter; not in a text that
      is all in capitals.
  """
  lower = word.lower()
  if _LETTER_ALONE.match(lower) or (spelled and is_spelled(word)):
    return "an" if lower[0] in _VOWEL_NAMES else "a"
  if _VOWEL_NUMBER.match(lower) or _SILENT_H.match(lower):
    return "an"
  if lower[0] not in _VOWELS or _CONSONANT_SOUND.match(lower):
    return "a"
  return "an"


def is_spelled(word: str) -> bool:
  """Tells whether a word is read letter by letter, like MP and LGBT but not NATO."""
  letters = re.split(r"['\u2019-]", word, maxsplit=1)[0].rstrip("s")
  if not letters.isalpha() or not letters.isupper():
    return False
  return len(letters) <= 3 or not set(letters.lower()) & set(_VOWELS)


def article_is_orphaned(following: str, after_noun: bool) -> bool:
  """Tells whether an article has lost its noun.

  Args:
    following: The text after the part that was removed after the article, without
      leading blanks.
    after_noun: Whether that part was certainly a noun, so that a verb can follow.
  """
  match = _FOLLOWING_WORD.match(following)
  if not match:  # After a slash or hyphen, the phrase may go on.
    return following[:1] not in "/-#$\u00a3\u20ac" or not following
  word = match[1].lower().replace("\u2019", "'")
  if word in _NOT_IN_NOUN_PHRASE:
    return True
  if word.endswith("ed"):
    return after_noun and len(word) > 4
  return word in FINITE_VERBS
