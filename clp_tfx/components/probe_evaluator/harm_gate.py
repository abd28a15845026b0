"""What an evaluation does with probes: the settings, and the file with its figures."""

import dataclasses
import json
import posixpath
from pathlib import Path
from typing import Any

from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.files import local_folder, write_whole
from clp_tfx.options import flag
from clp_tfx.probes.templates import load_identities

FILE_NAME = "probes.json"
"""Name of the file with the figures; that of a label has its name before the ending."""
AUTO, ON, SHOWN, OFF = "auto", "on", "shown", "off"
MODES = (AUTO, ON, SHOWN, OFF)
TOXICITY = "toxicity"
"""The label column that is known to mean toxicity."""
_LANGUAGE = "en"  # Of the built-in probes.


@dataclasses.dataclass(frozen=True)
class HarmGate:
  """The bounds on who loses, and which figures they apply to.

  Example:
    >>> gate = HarmGate.of(
    ...   "on",
    ...   "toxicity",
    ...   "identity_en",
    ...   threshold=0.5,
    ...   max_displacement=0.1,
    ...   max_identity_spread=0.1,
    ...   max_recall_drop=0.1,
    ...   min_count=30,
    ... )
    >>> gate.judges_probes
    True

  Attributes:
    threshold: Scores above it are positive decisions; None if there are none.
    max_displacement: Maximum rise over the baseline of an identity's false positive
      rate on neutral probes, and of an audited group's flip rate; 0 for no bound.
    max_identity_spread: Maximum distance of an identity's false positive rate on
      neutral probes from that of all; 0 for no bound.
    max_recall_drop: Maximum loss of recall compared with the baseline, on hostile
      probes and on positive comments that mention a group; 0 for no bound.
    scores_probes: Whether probes are scored at all.
    judges_probes: Whether the bounds apply to them.
    judges_comments: Whether the bounds apply to audited pairs and to comments.
    min_count: Minimum number of pairs or positive comments of a group for a judgement.
    trained_on: Names of the identities that the training lexicon has.
    inactive: Why bounds do not apply, in sentences.
  """

  threshold: float | None
  max_displacement: float
  max_identity_spread: float
  max_recall_drop: float
  scores_probes: bool
  judges_probes: bool
  judges_comments: bool
  min_count: int
  trained_on: tuple[str, ...]
  inactive: tuple[str, ...]

  @classmethod
  def of(
    cls,
    mode: str,
    label_feature: str,
    identity_terms: str,
    judges: bool = True,
    without_positives: str = "",
    **values: Any,
  ) -> "HarmGate":
    """Decides where the bounds apply.

    Args:
      mode: One of `MODES`. `auto` means `on` for comments; for probes, only if the
        label is known to mean toxicity and the lexicon is in the probes' language.
      label_feature: Column of the label.
      identity_terms: Training lexicon.
      judges: Whether bounds apply at all; if not, everything is measured all the same.
      without_positives: What the label is if its decisions are not positive or
        negative, such as `has classes`. Of the bounds on harm, only that on audited
        pairs makes sense then.
      **values: The threshold, the bounds and `min_count`.

    Raises:
      InputError: If the lexicon is invalid or cannot be read.
    """
    lexicon = IdentityTerms.load(identity_terms)
    why = _why_inactive(mode, label_feature, identity_terms, lexicon)
    if without_positives and mode in (AUTO, ON):
      why = _WITHOUT_POSITIVES.format(label_feature, without_positives)
    return cls(
      scores_probes=not without_positives and (mode in (ON, SHOWN) or not why),
      judges_probes=judges and not why,
      judges_comments=judges and mode in (AUTO, ON),
      trained_on=_names(lexicon),
      inactive=(why,) if why and judges else (),
      **values,
    )

  def to_json(self) -> str:
    """Returns the settings as JSON."""
    return json.dumps(dataclasses.asdict(self))

  @classmethod
  def from_json(cls, text: str) -> "HarmGate":
    """Returns the settings from JSON."""
    values = json.loads(text)
    lists = {name: tuple(values[name]) for name in ("trained_on", "inactive")}
    return cls(**{**values, **lists})


_WITHOUT_POSITIVES = (
  "Probes and recall are inactive: they are about positive decisions, and the label "
  "`{}` {}."
)


def _why_inactive(
  mode: str, label_feature: str, identity_terms: str, lexicon: IdentityTerms
) -> str:
  option = flag("harm_gate")
  if mode == OFF:
    return (
      "Probes were not scored, and who gains and who loses has no bound: "
      f"{option} is off."
    )
  if mode == SHOWN:
    return f"Who gains and who loses is shown without a bound: {option} is shown."
  if mode == AUTO and label_feature != TOXICITY:
    return (
      f"Probes are inactive: the label `{label_feature}` is not known to mean "
      f"toxicity; give {option} on if it does."
    )
  language = lexicon.terms[0].language.partition("-")[0]
  if mode == AUTO and language != _LANGUAGE:
    return (
      f"Probes are inactive: they are in English, and the lexicon {identity_terms} is "
      f"in another language ({language})."
    )
  return ""


def _names(lexicon: IdentityTerms) -> tuple[str, ...]:
  """Returns the names of the probes' identities that a lexicon has, in any form."""
  terms = {row.term for row in lexicon.terms}
  return tuple(
    each.name
    for each in load_identities()
    if {f.lower() for f in (each.name, *each.forms.values()) if f} & terms
  )


def write_harms(
  evaluation: str, gate: HarmGate, figures: dict[str, Any] | None, label: str = ""
) -> None:
  """Adds the settings and the figures on probes to an evaluation.

  Args:
    evaluation: Folder of the evaluation.
    gate: The settings.
    figures: As `clp_tfx.probes.summarize` returns them; None if nothing was scored.
    label: Name of the label, if there are several.
  """
  content = {"gate": dataclasses.asdict(gate), "figures": figures}
  path = posixpath.join(evaluation, _file_name(label))
  write_whole(path, json.dumps(content, indent=1))


def load_harms(
  evaluation: str, label: str = ""
) -> tuple[HarmGate, dict[str, Any] | None] | None:
  """Reads what `write_harms` wrote; None for an evaluation without it.

  Args:
    evaluation: Folder of the evaluation.
    label: Name of the label, if there are several.
  """
  with local_folder(evaluation) as folder:
    path = Path(folder, _file_name(label))
    if not path.exists():
      return None
    content = json.loads(path.read_text(encoding="utf-8"))
  return HarmGate.from_json(json.dumps(content["gate"])), content["figures"]


def _file_name(label: str) -> str:
  stem, ending = posixpath.splitext(FILE_NAME)
  return f"{stem}-{label}{ending}" if label else FILE_NAME
