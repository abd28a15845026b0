"""Names of the tf.Example features: the contract between the components.

Every column of the comments keeps its own name. ExampleGen adds
`LABEL`, `LABEL_WEIGHT` and `ANNOTATED_IDENTITY`; CounterfactualGen adds the
`COUNTERFACTUAL_*` and `IDENTITY_*` features; Transform turns texts into the
`TOKENS*` and `COUNTERFACTUAL_TOKENS*` features. No other module spells out these names.
"""

from collections.abc import Iterable, Sequence

# --- added by ExampleGen -----------------------------------------------------
LABEL = "binary_label"
"""float, 1 value: 1.0 positive, 0.0 negative, of several classes the place of the class
from 0, of a rating the number; 0.0 where `LABEL_WEIGHT` is 0."""
LABEL_WEIGHT = "label_weight"
"""float, 1 value: 1.0 labelled, 0.0 unlabelled (no task loss, no AUC)."""
ANNOTATED_IDENTITY = "annotated_identity"
"""bytes, distinct values: identity columns with a score of 0.5 or more."""
ADDED_BY_EXAMPLE_GEN = (LABEL, LABEL_WEIGHT, ANNOTATED_IDENTITY)

# With several labels, each has its own pair of `LABEL` and `LABEL_WEIGHT`.


def binary_label(output: str) -> str:
  """Returns the feature with the label of an output; `LABEL` for the only one, ""."""
  return f"{LABEL}_{output}" if output else LABEL


def label_weight(output: str) -> str:
  """Returns the feature with the weight of that label."""
  return f"{LABEL_WEIGHT}_{output}" if output else LABEL_WEIGHT


def label_features(outputs: Sequence[str]) -> tuple[str, ...]:
  """Returns the features with labels and their weights.

  Args:
    outputs: Names of a model's outputs; empty for a model with a single one.
  """
  both = (binary_label, label_weight)
  return tuple(of(output) for output in outputs or ("",) for of in both)


# --- added by CounterfactualGen ----------------------------------------------
COUNTERFACTUAL_TEXT = "counterfactual_text"
"""bytes, K >= 0 values: the K counterfactuals of the text feature."""
COUNTERFACTUAL_GROUP = "counterfactual_group"
"""bytes, K values: the identity groups edited in each, joined by `+`."""
COUNTERFACTUAL_EDIT = "counterfactual_edit"
"""bytes, K values: the edits of each (`gay→`, `he→she`), joined by `;`; a label for
people that is never parsed."""
COUNTERFACTUAL_EDITS = "counterfactual_edits"
"""bytes, K values: the edits of each, in order, as `edits_to_json` of
`counterfactuals/edits.py` writes them: a JSON list of objects with `start` and `end`
(characters of the original text; each byte that is not UTF-8 counts as one, as with
Python's `surrogateescape`), `replacement`, `term`, `group`, `rule`, `confidence`, and
`feature` if that is not the text."""
IDENTITY_TERM = "identity_term"
"""bytes, distinct values: the terms found, in lower case."""
IDENTITY_GROUP = "identity_group"
"""bytes, distinct values: the groups of these terms and their parent groups."""
COUNTERFACTUAL_SKIPPED = "counterfactual_skipped"
"""bytes, at most 1 value: why a text with terms has no or not all counterfactuals
(`pejorative`: never paired; see `counterfactuals/outcome.py`)."""
COUNTERFACTUAL_OF = "counterfactual_of_"
"""How the names of `counterfactual_of` other features begin."""


def counterfactual_of(feature: str) -> str:
  """Returns the feature with another one's values in the counterfactuals.

  bytes, K values: of a feature that CounterfactualGen edits together with the text.
  """
  return f"{COUNTERFACTUAL_OF}{feature}"


def edited_together(names: Iterable[str]) -> list[str]:
  """Returns the features that were edited together with the text.

  Args:
    names: Names of all features of an example.
  """
  return [
    name.removeprefix(COUNTERFACTUAL_OF)
    for name in names
    if name.startswith(COUNTERFACTUAL_OF)
  ]


ADDED_BY_COUNTERFACTUAL_GEN = (
  COUNTERFACTUAL_TEXT,
  COUNTERFACTUAL_GROUP,
  COUNTERFACTUAL_EDIT,
  COUNTERFACTUAL_EDITS,
  COUNTERFACTUAL_SKIPPED,
  IDENTITY_TERM,
  IDENTITY_GROUP,
)

# --- added by Transform ------------------------------------------------------
TOKENS = "tokens"
"""int64, T >= 0 values: token ids of the text, 1.. ; 0 is padding."""
COUNTERFACTUAL_TOKENS = "counterfactual_tokens"
"""int64: token ids of all counterfactuals, concatenated."""
COUNTERFACTUAL_LENGTHS = "counterfactual_lengths"
"""int64, K values: how many of `COUNTERFACTUAL_TOKENS` belong to each."""

EMBEDDING = "encoded_text"
"""float, one value per hidden unit: what a frozen encoder gives for the text; in place
of `TOKENS`."""

# A model with other inputs has their names in place of `TOKENS`, and these two features
# for each.


def counterfactual_input(name: str) -> str:
  """Returns the feature with a model input's values for all counterfactuals.

  They are concatenated, and those of an input with several dimensions flattened.
  """
  return f"counterfactual_{name}"


def counterfactual_lengths(name: str) -> str:
  """Returns the feature with K values: how many of a ragged input belong to each."""
  return (
    "counterfactual_lengths" if name == TOKENS else f"counterfactual_{name}_lengths"
  )


VOCABULARY = "tokens"
"""Name of the vocabulary in the transform output: line i is token id i + 1."""

# --- slices of an evaluation: computed from the pairs, not in the data -------
EDITED_GROUP = "edited_group"
"""A group that a pair edits, or its parent group: both levels of `gender/female`."""
EDITED_TERM = "edited_term"
"""A term that a pair edits."""

# --- names in the metrics of audit pairs: not in the data --------------------
AUDIT_GROUP = "audit_group"
"""A group that a pair of the audit lexicon edits, or its parent group."""
AUDIT_TERM = "audit_term"
"""A term that a pair of the audit lexicon edits."""
AUDIT_PAIRS = "audit_pairs"
"""`trained_on` if the training lexicon has all terms that a pair of the audit lexicon
edits, else `not_trained_on`."""

RESERVED = (
  *ADDED_BY_EXAMPLE_GEN,
  *ADDED_BY_COUNTERFACTUAL_GEN,
  *(TOKENS, COUNTERFACTUAL_TOKENS, COUNTERFACTUAL_LENGTHS, EMBEDDING),
  *(EDITED_GROUP, EDITED_TERM, AUDIT_GROUP, AUDIT_TERM, AUDIT_PAIRS),
)
"""What no column of the comments may be called."""

SPLITS = ("train", "eval", "test")
"""The model learns from `train`, `eval` steers training, the gate judges on `test`."""
