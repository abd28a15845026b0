"""Where sentences end."""

import re
from collections.abc import Iterator, Sequence

# No initial and no title: J. Smith, Mrs. Smith.
_END = re.compile(
  r"[.!?\n](?<!\b[A-Z]\.)(?<!\b[MDS][rst]\.)(?<!\bMrs\.)(?:(?<=\n)|(?=[\s\"'\u201d)]))"
)
_REACH = 300


def by_sentence(text: str, starts: Sequence[int]) -> Iterator[tuple[int, int, slice]]:
  """Yields each sentence that has some of the given places.

  Args:
    text: The text.
    starts: Places in it, in order.

  Yields:
    Where the sentence begins and ends, no farther than 300 characters from its first
    place, and which of the places are in it.
  """
  first = begin = 0
  while first < len(starts):
    begin = max(begin, starts[first] - _REACH)
    for each in _END.finditer(text, begin, starts[first]):
      begin = each.end()
    end = min(len(text), starts[first] + _REACH)
    match = _END.search(text, starts[first], end)
    end = match.end() if match else end
    after = first
    while after < len(starts) and starts[after] < end:
      after += 1
    yield begin, end, slice(first, after)
    begin, first = end, after
