"""A part of a text as tokens: where they begin and end, and what they normalise to."""

from itertools import accumulate

from clp_tfx.counterfactuals.lexicon import normalized
from clp_tfx.counterfactuals.words import CLITICS, token_pattern

_SPACED = bytes(32 if byte in b"\t\n\v\f\r" else byte for byte in range(256))


class Tokens:
  """The tokens of a text, cut where and when they are asked for, in order."""

  def __init__(self, text: bytes):
    self._text = text
    self._spaced: bytes | None = None
    self._end = 0
    self._keys: list[str] = []
    self._bounds: list[int] = []
    self._indices: dict[int, int] = {}

  def all_starts(self) -> list[int]:
    """Returns the first byte of every token."""
    self._cut(0, len(self._text))
    return self._bounds[:-1]

  def keys(self, start: int, count: int) -> list[str]:
    """Returns normalised tokens from one that begins at a byte; none if none does.

    Args:
      start: The byte; never before that of an earlier call.
      count: How many; fewer where the text ends.
    """
    if start >= self._end:
      self._cut_around(start, start + 1)
    first = self._indices.get(start)
    if first is None:
      return []
    while first + count > len(self._keys) and self._end < len(self._text):
      self._cut_around(start, 2 * self._end - self._bounds[0] + 32)
      first = self._indices[start]
    return self._keys[first : first + count]

  def ends(self, start: int, count: int) -> tuple[int, int]:
    """Returns where tokens that `keys` gave end, without and with a clitic."""
    last = self._indices[start] + count
    end = self._bounds[last]
    has_clitic = not CLITICS.isdisjoint(self._keys[last : last + 1])
    return end, self._bounds[last + has_clitic]

  def _cut_around(self, start: int, reach: int) -> None:
    """Cuts a piece that begins and ends with the text or beside white space."""
    if self._spaced is None:
      self._spaced = self._text.translate(_SPACED)
    end = self._spaced.find(b" ", reach)
    self._cut(
      self._spaced.rfind(b" ", 0, start) + 1, len(self._text) if end < 0 else end
    )

  def _cut(self, start: int, end: int) -> None:
    piece = self._text[start:end].decode("utf-8", "surrogateescape")
    tokens = token_pattern().findall(piece)
    self._keys = list(map(normalized, tokens))
    self._bounds = list(accumulate(map(_size, tokens), initial=start))
    self._indices = {bound: index for index, bound in enumerate(self._bounds[:-1])}
    self._end = end


def _size(token: str) -> int:
  if token.isascii():
    return len(token)
  return len(token.encode("utf-8", "surrogateescape"))
