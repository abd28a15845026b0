"""Terms that begin with an ASCII word, as an automaton finds them in folded bytes."""

import re
import unicodedata
from collections.abc import Mapping

from clp_tfx.counterfactuals.plain_words import BREAK, OPENINGS
from clp_tfx.counterfactuals.term_forms import ASCII_WORD

SEVERAL_WORDS = -1
"""What is found is a term if it is written like one."""
BEGINNING = -2
"""What is found is the beginning of a term if what ends it may go on: `may_go_on`."""
UNSURE = -3
"""The tokens tell whether what is found is a term."""

_PLAIN = re.compile("[a-z0-9_]+(?:[ -][a-z0-9_]+)*")


def is_plain(term: str) -> bool:
  """Returns whether a term is one wherever it stands between plain neighbours."""
  return bool(_PLAIN.fullmatch(term)) and OPENINGS.isdisjoint(re.split("[ -]", term))


def folded_patterns(terms: Mapping[str, int]) -> dict[bytes, int]:
  """Returns what to look for, and what it is: the index of a term or one of the above.

  However a term is written, one of its patterns begins where it begins, and is no
  shorter than the pattern of any shorter term that begins there.

  Args:
    terms: Indices of terms, all normalised and beginning with an ASCII word.
  """
  found: dict[bytes, int] = {}

  def add(pattern: bytes, kind: int) -> None:
    found[pattern] = min(kind, found.get(pattern, kind))

  for term, index in terms.items():
    folded = BREAK
    for char in term:
      if ASCII_WORD.match(char):
        folded += char.encode()
      elif char.isascii() and folded.endswith(BREAK):
        add(folded + BREAK, UNSURE)
        break
      else:
        # Several bytes: a letter that is not ASCII, two blanks, a curly apostrophe.
        add(folded + 2 * BREAK, BEGINNING)
        base = unicodedata.normalize("NFD", char)[0]
        if ASCII_WORD.match(base):  # Its accent may be a character of its own.
          add(folded + base.encode() + 2 * BREAK, BEGINNING)
        if not char.isascii():
          break
        folded += BREAK
    else:
      if folded.endswith(BREAK):
        add(folded, UNSURE)
      elif is_plain(term):
        add(folded + BREAK, index if term.isalnum() else SEVERAL_WORDS)
      else:
        add(folded + BREAK, UNSURE)
  return found
