"""Whole-word matching with only `re`, token by token: slow but simple."""

import functools
import re
import sys
import unicodedata
from itertools import accumulate

BLANKS = (
  "\t \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
  "\u202f\u205f\u3000"
)
CLITICS = ("'s", "'d", "'ll", "'ve", "'re", "'m")


class OracleMatcher:
  """Finds the matches that `clp_tfx.counterfactuals.matcher.TermMatcher` must find."""

  def __init__(self, terms):
    self._by_first = {}
    for index, term in enumerate(terms):
      keys = [normalized(token) for token in token().findall(normalized(term))]
      self._by_first.setdefault(keys[0], []).append((keys, index))
    for candidates in self._by_first.values():
      candidates.sort(key=lambda candidate: len(candidate[0]), reverse=True)

  def find(self, text):
    """Returns (first byte, byte after the last, index of the term) of each match."""
    tokens = token().findall(text.decode("utf-8", "surrogateescape"))
    words = [normalized(each) for each in tokens]
    sizes = (len(each.encode("utf-8", "surrogateescape")) for each in tokens)
    bounds = list(accumulate(sizes, initial=0))
    found, after = [], 0
    for first, word in enumerate(words):
      if first < after:
        continue
      for keys, index in self._by_first.get(word, ()):
        last = first + len(keys)
        if words[first:last] == keys:
          found.append((bounds[first], bounds[last], index))
          after = last + (words[last : last + 1] in [[clitic] for clitic in CLITICS])
          break
    return found


def normalized(text):
  text = unicodedata.normalize("NFC", text.lower())
  text = text.replace("\u2019", "'").replace("\u2010", "-").replace("\u2011", "-")
  return re.sub(f"[{BLANKS}]+", " ", text).strip(" ")


@functools.cache
def token():
  marks = "".join(
    chr(code)
    for code in range(sys.maxunicode)
    if unicodedata.category(chr(code)) in ("Mn", "Mc", "Me")
  )
  letter = r"\w\udc80-\udcff"
  inside = f"{letter}{_ranges(marks)}\u00ad\u200c\u200d\u2060"
  word = f"[{letter}][{inside}]*"
  joint = "(?:['\u2019\u2010\u2011-]|[*]+)"
  endings = "|".join(clitic[1:] for clitic in CLITICS)
  clitic = f"['\u2019](?i:{endings})(?![{inside}]|{joint}[{letter}])"
  address = r"(?i:https?://|www[.])\S+"
  mail = r"[\w.+-]{1,64}@[\w-]{1,63}(?:[.][\w-]{1,63}){1,4}"
  endings = (
    "com org net edu gov mil int info biz co io tv uk de fr eu ru cn jp ca au xxx app "
    "dev"
  )
  domain = (
    rf"(?:[\w-]{{1,63}}[.]){{1,4}}(?i:{endings.replace(' ', '|')})(?![\w-])(?:/\S*)?"
  )
  both = r"[(]{0}[)]{1}|{0}/{1}|{0}[(]{1}[)]".format(
    "(?:s|wo|fe)", "(?:he|man|men|male|males)"
  )
  address = f"{address}|{mail}|{domain}|[@#][{inside}]+|(?i:{both})(?![\\w])"
  return re.compile(
    f"{address}|{word}(?:(?!{clitic}){joint}{word})*|[{BLANKS}]+|{clitic}|.", re.DOTALL
  )


def _ranges(chars):
  """Joins adjacent characters: `re` tries those above U+FFFF one by one."""
  ranges = []
  for char in chars:
    if ranges and ord(char) == ord(ranges[-1][1]) + 1:
      ranges[-1][1] = char
    else:
      ranges.append([char, char])
  return "".join(f"{first}-{last}" for first, last in ranges)
