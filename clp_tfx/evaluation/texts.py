"""The table of texts to score: its columns, and the id of a text."""

import hashlib

COLUMNS = (
  *("id", "text", "role", "comment_id", "split"),
  *("edits", "terms", "groups", "confidence"),
)
ID, SCORE = "id", "score"
"""Columns that a table with scores must have."""

COMMENT, COUNTERFACTUAL, PLACEBO = "comment", "counterfactual", "placebo"
AUDIT, PROBE = "audit", "probe"
"""Roles of a text."""

_LETTER = "t"  # Spreadsheets take digits with an e between them for a number.
_DIGEST = 8  # Bytes: among ten million texts, two have the same by a chance of 3e-6.


def digest(text: str) -> int:
  """Returns a number below 2**64 that stands for a text."""
  content = text.encode("utf-8", "surrogateescape")
  return int.from_bytes(hashlib.blake2b(content, digest_size=_DIGEST).digest(), "big")


def text_id(number: int) -> str:
  """Returns the id of a text as the table has it, from its digest."""
  return f"{_LETTER}{number:0{2 * _DIGEST}x}"


def digest_of(identifier: object) -> int:
  """Returns the digest of a text from its id.

  Raises:
    ValueError: If it is no id.
  """
  text = str(identifier)
  if len(text) != 2 * _DIGEST + 1 or not text.startswith(_LETTER):
    raise ValueError(text)
  return int(text[1:], 16)


def decoded(text: bytes) -> str:
  """Returns a text as models other than SavedModels get it: U+FFFD for other bytes."""
  return text.decode("utf-8", "replace")
