"""Makes the rows of the table: comments, and what is scored beside them."""

import collections
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from clp_tfx import features
from clp_tfx.components.counterfactual_gen import statistics
from clp_tfx.components.counterfactual_gen.generation import Generation
from clp_tfx.components.probe_evaluator.scoring import held_out_probes
from clp_tfx.counterfactuals.edits import edits_to_json
from clp_tfx.counterfactuals.mentions import distinct_groups, distinct_terms
from clp_tfx.counterfactuals.outcome import Counterfactual, Outcome
from clp_tfx.counterfactuals.placebo import placebo
from clp_tfx.evaluation.texts import (
  AUDIT,
  COLUMNS,
  COMMENT,
  COUNTERFACTUAL,
  PLACEBO,
  PROBE,
  decoded,
  digest,
  text_id,
)
from clp_tfx.tfma.audit_pairs import Audit, AuditGenerator, AuditOutcome

Row = dict[str, Any]
Comment = tuple[str, bytes]
"""Split and text of a comment; without names, which Beam would encode by themselves."""

_BLANK: Row = dict.fromkeys(COLUMNS, "") | {"confidence": None}


class RowMaker:
  """Makes the rows of comments; not thread-safe.

  Args:
    generation: How to generate their counterfactuals.
    audit: How to generate the pairs of an audit; None for none.
  """

  def __init__(self, generation: Generation, audit: Audit | None):
    self._generator = generation.start()
    self._auditor = AuditGenerator(audit) if audit else None

  def rows(self, comments: Sequence[Comment]) -> tuple[list[Row], statistics.Counts]:
    """Returns the rows of comments, and counts of what was found in them.

    A text that is a counterfactual of its comment and also of the audit, or a placebo,
    has one row.
    """
    texts = [text for _, text in comments]
    refusals: collections.Counter = collections.Counter()
    outcomes = self._generator.outcomes(texts, lambda row: None, refusals)
    rows: list[Row] = []
    audits = self._auditor.outcomes(texts) if self._auditor else [None] * len(texts)
    for (split, text), outcome, audit in zip(comments, outcomes, audits, strict=True):
      made = [*_of_comment(text, outcome), *(_of_audit(audit) if audit else ())]
      for row in made:
        row["comment_id"], row["split"] = made[0]["id"], split
      distinct = {row["text"]: row for row in reversed(made)}
      rows += reversed(distinct.values())
    return rows, statistics.count(outcomes, "all", refusals)


def _of_comment(text: bytes, outcome: Outcome) -> Iterator[Row]:
  mentions, shown = outcome.mentions, text.decode("utf-8", "surrogateescape")
  yield _row(text, COMMENT, distinct_terms(mentions), distinct_groups(mentions))
  for made in outcome.counterfactuals:
    yield _row(
      made.text.encode("utf-8", "surrogateescape"),
      COUNTERFACTUAL,
      [edit.term for edit in made.edits],
      sorted({edit.group for edit in made.edits}),
      **_edits(made),
    )
  for made in outcome.counterfactuals:
    if other := placebo(shown, made.edits, distinct_terms(mentions)):
      yield _row(other.encode("utf-8", "surrogateescape"), PLACEBO)


def _edits(made: Counterfactual) -> Row:
  return {"edits": edits_to_json(made.edits), "confidence": made.confidence}


def _of_audit(outcome: AuditOutcome) -> Iterator[Row]:
  for index, text in enumerate(outcome.texts):
    names: dict[str, list[str]] = collections.defaultdict(list)
    for (feature, name), (_, pairs) in outcome.names.items():
      if index in pairs:
        names[feature].append(name)
    yield _row(
      text, AUDIT, names[features.AUDIT_TERM], sorted(names[features.AUDIT_GROUP])
    )


def probe_rows() -> Iterator[Row]:
  """Yields a row for each distinct sentence of the probes that an evaluation scores."""
  probes = held_out_probes()
  for text in dict.fromkeys(t for p in probes for t in (p.text, p.person) if t):
    row = _row(text.encode(), PROBE)
    yield {**row, "comment_id": row["id"]}


def _row(
  text: bytes,
  role: str,
  terms: Collection[str] = (),
  groups: Collection[str] = (),
  **more: Any,
) -> Row:
  row = _BLANK.copy()
  row["text"] = decoded(text)
  row["id"] = text_id(digest(row["text"]))
  row["role"], row["terms"], row["groups"] = role, _joined(terms), _joined(groups)
  row.update(more)
  return row


def _joined(names: Collection[str]) -> str:
  return ";".join(dict.fromkeys(filter(None, names))) if names else ""
