"""What changed between two runs, and for whom, from their records."""

from collections.abc import Iterable
from typing import Any

from clp_tfx.pipeline.labels import named
from clp_tfx.report import formats
from clp_tfx.report.model_card import DECIMALS, TITLES, shown, verdict_of
from clp_tfx.report.page import environment
from clp_tfx.report.record import Record

SAME, OTHER, UNKNOWN = "the same data", "different data", "data that may differ"
# Where a run is, not what it does.
_PLACES = ("output", "pipeline_root", "serving_dir")

Row = dict[str, Any]


def compare(before: Record, after: Record) -> dict[str, Any]:
  """Compares the models of two records.

  Args:
    before: The record of one run or evaluation.
    after: That of the other.

  Returns:
    `data`: `SAME`, `OTHER` or `UNKNOWN`, by the digests of the files; `settings`, the
    options that differ, each with its value `before` and `after`; and `figures`, those
    that both have: `kind`, `name`, `figure`, both values with their intervals, the
    `change` (None if one is undefined) and whether it `is_clear`: the intervals are
    apart. Impact ratios are among them, of the kind `impact_ratio`.
  """
  old = {_key(row): row for row in _rows(before)}
  figures = []
  for row in _rows(after):
    if (other := old.get(_key(row))) is None:
      continue
    first, second = other["model"], row["model"]
    values = first["value"], second["value"]
    known = not any(map(formats.is_missing, values))
    figures.append(
      {
        **({"label": row["label"]} if "label" in row else {}),
        **{key: row[key] for key in ("kind", "name", "figure")},
        "before": first,
        "after": second,
        "change": values[1] - values[0] if known else None,
        "is_clear": known and _apart(first["interval"], second["interval"]),
      }
    )
  return {
    "data": _data(before, after),
    "settings": [
      {"option": option, "before": one, "after": other}
      for option in dict.fromkeys([*before["settings"], *after["settings"]])
      if option not in _PLACES
      if (one := before["settings"].get(option))
      != (other := after["settings"].get(option))
    ],
    "figures": figures,
  }


def change_of(row: Row) -> str:
  """Formats the change of a figure: in points for a share, else as it is."""
  change = row["change"]
  if change is None:
    return formats.MISSING
  if not change:
    return "same"
  is_share = row["figure"] not in DECIMALS
  text = f"{100 * change:+.1f} points" if is_share else f"{change:+.4f}"
  return text.replace("-", "−")


def comparison_page(before: Record, after: Record, names: tuple[str, str]) -> str:
  """Renders a comparison as an HTML page that works offline.

  Args:
    before: The record of one run or evaluation.
    after: That of the other.
    names: What to call them.
  """
  compared = compare(before, after)
  rows = [
    row
    | {
      "shown": [shown(row["figure"], row[key]) for key in ("before", "after")],
      "changed": change_of(row),
    }
    for row in compared["figures"]
  ]
  kinds: dict[tuple[str, str], list[Row]] = {}
  for row in rows:
    kinds.setdefault((row.get("label", ""), row["kind"]), []).append(row)
  templates = environment()
  for function in (formats.setting, formats.breakable):
    templates.filters[function.__name__] = function
  templates.filters["words"] = lambda name: name.replace("_", " ")
  return templates.get_template("comparison.html").render(
    compared,
    names=names,
    verdicts=[verdict_of(record) for record in (before, after)],
    clear=[row for row in rows if row["is_clear"]],
    tables=[
      {"title": named(label, TITLES.get(kind, kind)), "rows": some}
      for (label, kind), some in kinds.items()
    ],
  )


def _rows(record: Record) -> Iterable[Row]:
  yield from (row for row in record["figures"] if row["model"] is not None)
  for row in record["impact_ratios"]["model"]:
    ratio = {"value": row["impact_ratio"], "interval": row["impact_ratio_bounds"]}
    yield {
      **({"label": row["label"]} if "label" in row else {}),
      "kind": "impact_ratio",
      "name": row["group"],
      "figure": "impact_ratio",
      "model": ratio,
    }


def _key(row: Row) -> tuple[str, str, str, str]:
  return row.get("label", ""), row["kind"], row["name"], row["figure"]


def _apart(one: list | None, other: list | None) -> bool:
  """Returns whether two intervals have no value in common."""
  if not one or not other or any(map(formats.is_missing, [*one, *other])):
    return False
  return one[1] < other[0] or other[1] < one[0]


def _data(before: Record, after: Record) -> str:
  digests = [
    sorted(str(file["sha256"]) for file in record["data"]["files"])
    for record in (before, after)
  ]
  if not all(digests) or any("None" in some for some in digests):
    return UNKNOWN
  return SAME if digests[0] == digests[1] else OTHER
