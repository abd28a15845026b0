"""Edits of a text: what they are, and how they are stored."""

import functools
import json
from collections.abc import Iterable
from typing import NamedTuple

from clp_tfx.errors import InputError


class Edit(NamedTuple):
  """A stretch of a text and what stands there instead.

  Attributes:
    start: Index of its first character in the original text. Bytes that are not UTF-8
      are a character each, as `surrogateescape` decodes them.
    end: Index after its last one.
    replacement: What stands there instead; empty for a removal.
    term: The identity term, as the lexicon has it; empty where an edit only repairs
      what is around one.
    group: The term's group; empty as well then.
    label: The edit in short, for people: `gay→`, `he→she`, `an→a`; empty where there
      is nothing to say in short, or the edit was stored.
    rule: What was done, or how it was chosen: a name from docs/counterfactuals.md.
    confidence: How likely this is what a writer would have done, from 0 to 1.
  """

  start: int
  end: int
  replacement: str
  term: str
  group: str
  label: str
  rule: str
  confidence: float


def applied(text: str, edits: Iterable[Edit]) -> str:
  """Returns a text after edits that are in order and do not overlap."""
  pieces, end = [], 0
  for edit in edits:
    pieces += text[end : edit.start], edit.replacement
    end = edit.end
  pieces.append(text[end:])
  return "".join(pieces)


def edits_to_json(edits: Iterable[Edit]) -> str:
  """Returns edits as `features.COUNTERFACTUAL_EDITS` holds them, without their labels.

  A JSON list of objects in the order given, with sorted keys and no blanks; what is not
  ASCII is escaped, so that the same edits give the same bytes.
  """
  written = [
    _template(edit.term, edit.group, edit.rule, edit.confidence)
    % (edit.end, json.dumps(edit.replacement), edit.start)
    for edit in edits
  ]
  return f"[{','.join(written)}]"


# Where an edit is differs from text to text; what it is, mostly not.
@functools.lru_cache(maxsize=4096)
def _template(term: str, group: str, rule: str, confidence: float) -> str:
  """Returns an edit's JSON with places for its end, its replacement and its start."""
  confidence, group, rule, term = (
    json.dumps(value).replace("%", "%%") for value in (confidence, group, rule, term)
  )
  return (
    f'{{"confidence":{confidence},"end":%d,"group":{group},"replacement":%s,'
    f'"rule":{rule},"start":%d,"term":{term}}}'
  )


def edits_from_json(value: str | bytes) -> list[Edit]:
  """Returns the edits that a value of `COUNTERFACTUAL_EDITS` holds, without labels.

  Raises:
    InputError: If it is no such value.
  """
  try:
    return [Edit(label="", **fields) for fields in json.loads(value)]
  except (TypeError, ValueError) as error:
    raise InputError(
      "Expected the edits of a counterfactual to be a JSON list of objects with "
      f"start, end, replacement, term, group, rule and confidence. Received: {value!r}."
    ) from error
