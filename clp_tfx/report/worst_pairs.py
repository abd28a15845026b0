"""Lays out the worst pairs of each model: those that flip, else the widest gaps."""

from typing import Any

from clp_tfx.report.edits import pieces

Pairs = list[dict[str, Any]]


def worst_pairs(
  kept: dict[str, Pairs], models: dict[str, str], summary: dict[str, Any]
) -> list[dict[str, Any]] | None:
  """Returns what the section shows, or None if an evaluation kept no pairs.

  Args:
    kept: The pairs that WorstFlips kept, by model, as `load_worst_flips` returns them.
    models: The names to show by model, `baseline` and `clp`, in their order.
    summary: With the figures of each model.

  Returns:
    For each model its `name`, a `title` that says how many pairs flip, whether there
    are `texts`, and the `pairs`, each with its text as `pieces`.
  """
  if not kept:
    return None
  # An evaluation without a baseline may name its only model anything.
  stored = {"clp" if name != "baseline" else name: kept[name] for name in kept}
  return [
    {
      "name": name,
      "title": _title(stored[model], summary[model]),
      "texts": any("original" in pair for pair in stored[model]),
      "pairs": [
        pair | {"pieces": pieces(pair) if "original" in pair else []}
        for pair in stored[model]
      ],
    }
    for model, name in models.items()
    if model in stored
  ]


def _title(pairs: Pairs, figures: dict[str, Any]) -> str:
  # Version 0.1 kept nothing else.
  if any(pair.get("flips", True) for pair in pairs):
    # Not the length of the list, which is limited.
    flips = round((figures["flip_rate"] or 0) * figures["pairs"])
    return f"{flips:,} of {figures['pairs']:,} pairs flip"
  return f"no pair flips{'; the widest distances' if pairs else ''}"
