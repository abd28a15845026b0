"""The results of a model with several labels, seen label by label."""

from typing import Any

from clp_tfx.options import for_label

_SHARED = ("loss", "val_loss", "epoch")
_OF_A_LABEL = ("auc", "counterfactual_loss", "flip_rate")


def named(label: str, sentence: str) -> str:
  """Returns a sentence that begins with the name of its label, if it has one."""
  return f"{label}: {sentence}" if label else sentence


def views(summary: dict[str, Any]) -> dict[str, dict[str, Any]]:
  """Returns what a summary says about each label, as the summary of a model with one.

  Args:
    summary: The contents of `summary.json`.

  Returns:
    Summaries by label; a summary of a model with one label, unchanged, under `""`.
    `gate` has the checks, failures and groups of the label alone, and no sentences
    about bounds that were not checked.
  """
  if "labels" not in summary:
    return {"": summary}
  return {
    label: {
      **{key: value for key, value in summary.items() if key != "labels"},
      **figures,
      "gate": _gate(summary["gate"], label),
      "configuration": _configuration(summary.get("configuration", {}), label),
      "training": {
        model: [_epoch(row, label) for row in history]
        for model, history in summary.get("training", {}).items()
      },
    }
    for label, figures in summary["labels"].items()
  }


def judged(summary: dict[str, Any]) -> list[str]:
  """Returns the labels that have a bound of their own."""
  checked = {check["label"] for check in summary["gate"]["checks"]}
  return [label for label in summary["labels"] if label in checked]


def _gate(gate: dict[str, Any], label: str) -> dict[str, Any]:
  own = {
    name: [each for each in gate[name] if each["label"] == label]
    for name in ("checks", "failures", "not_judged")
  }
  return {**own, "blessed": not own["failures"], "inactive": []}


def _configuration(options: dict[str, Any], label: str) -> dict[str, Any]:
  """Returns the options with the values of one label, where labels differ."""
  threshold = options.get("decision_threshold")
  if not isinstance(threshold, dict):
    return options
  return options | {"decision_threshold": for_label(threshold, label)}


def _epoch(row: dict[str, Any], label: str) -> dict[str, Any]:
  """Returns an epoch's figures of a label, by the names of a model with one."""
  own = {}
  for start in ("", "val_"):
    for name in _OF_A_LABEL:
      if f"{start}{label}_{name}" in row:
        own[f"{start}{name}"] = row[f"{start}{label}_{name}"]
  return {name: row[name] for name in _SHARED if name in row} | own
