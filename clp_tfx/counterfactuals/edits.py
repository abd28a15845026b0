"""Edits of a text: what they are, and how they are stored."""

import functools
import json
from collections.abc import Iterable
from json.encoder import encode_basestring_ascii  # What `json.dumps` calls for a text.
from typing import Any, NamedTuple

from clp_tfx.errors import InputError


class Edit(NamedTuple):
  """A part of a text and its replacement.

  Example:
    >>> generator = CounterfactualGenerator(IdentityTerms.load("identity_en"))
    >>> text = "I met a gay neighbor"
    >>> (edit,) = generator.generate(text)[0].edits
    >>> text[edit.start : edit.end], edit.replacement, edit.rule
    ('gay ', '', 'removal')

  Attributes:
    start: Index of its first character in the original text. A byte that is not UTF-8
      counts as one character, as `surrogateescape` decodes it.
    end: Index after its last character.
    replacement: The new text; empty for a removal.
    term: The identity term, as the lexicon spells it; empty if the edit only repairs
      the text around a term or changes a first name with it.
    group: The term's group; empty without a term.
    label: Short form for people, such as `gay→`, `he→she` or `an→a`; empty if there is
      none or the edit was read from storage.
    rule: What was done, or how it was chosen: a name from docs/counterfactuals.md.
    confidence: Probability that a human writer would have edited the text this way.
    feature: The feature that it edits, if that is not the text but one edited together
      with it.
  """

  start: int
  end: int
  replacement: str
  term: str
  group: str
  label: str
  rule: str
  confidence: float
  feature: str = ""

  def as_dict(self) -> dict[str, Any]:
    """Returns the fields by name, `feature` only if the edit is not of the text."""
    fields = self._asdict()
    if not self.feature:
      del fields["feature"]
    return fields


def applied(text: str, edits: Iterable[Edit]) -> str:
  """Applies edits, which must be in order and not overlap, to a text."""
  pieces, end = [], 0
  for edit in edits:
    pieces += text[end : edit.start], edit.replacement
    end = edit.end
  pieces.append(text[end:])
  return "".join(pieces)


def edits_to_json(edits: Iterable[Edit]) -> str:
  """Returns edits as `features.COUNTERFACTUAL_EDITS` holds them, without their labels.

  A JSON list of objects in the given order, with sorted keys, no blanks and non-ASCII
  characters escaped, so that the same edits give the same bytes.

  Example:
    >>> import json
    >>> generator = CounterfactualGenerator(IdentityTerms.load("identity_en"))
    >>> (made,) = generator.generate("I met a gay neighbor")
    >>> json.loads(edits_to_json(made.edits))[0]["term"]
    'gay'
  """
  written = [
    _template(edit.term, edit.group, edit.rule, edit.confidence, edit.feature)
    % (edit.end, encode_basestring_ascii(edit.replacement), edit.start)
    for edit in edits
  ]
  return f"[{','.join(written)}]"


# Positions differ from text to text; the rest of an edit mostly repeats.
@functools.lru_cache(maxsize=4096)
def _template(term: str, group: str, rule: str, confidence: float, feature: str) -> str:
  """Returns an edit's JSON with placeholders for its end, replacement and start."""
  confidence, group, rule, term, where = (
    json.dumps(value).replace("%", "%%")
    for value in (confidence, group, rule, term, feature)
  )
  where = f'"feature":{where},' if feature else ""
  return (
    f'{{"confidence":{confidence},"end":%d,{where}"group":{group},"replacement":%s,'
    f'"rule":{rule},"start":%d,"term":{term}}}'
  )


def edits_from_json(value: str | bytes) -> list[Edit]:
  """Reads a value of `features.COUNTERFACTUAL_EDITS`; the edits have no labels.

  Example:
    >>> generator = CounterfactualGenerator(IdentityTerms.load("identity_en"))
    >>> (made,) = generator.generate("I met a gay neighbor")
    >>> [edit.term for edit in edits_from_json(edits_to_json(made.edits))]
    ['gay']

  Raises:
    InputError: If the value is malformed.
  """
  try:
    return [Edit(label="", **fields) for fields in json.loads(value)]
  except (TypeError, ValueError) as error:
    raise InputError(
      "Expected the edits of a counterfactual to be a JSON list of objects with "
      f"start, end, replacement, term, group, rule and confidence. Received: {value!r}."
    ) from error
