"""The auditors' record of a run or an evaluation: all that was measured, as data.

`record.schema.json` describes it. It is made from the summary and computes nothing.
"""

import json
from importlib import resources
from pathlib import Path
from typing import Any

from clp_tfx.errors import InputError
from clp_tfx.pipeline.labels import views
from clp_tfx.report.figure_rows import figure_rows
from clp_tfx.report.formats import is_missing

NAME = "clp_tfx.record"
VERSION = 1
FILE_NAME = "record.json"

Record = dict[str, Any]

_LIMITS = [
  "Counterfactuals are lexical: removing or replacing a word does not measure the "
  "causal effect of an identity.",
  "Texts that imply an identity without naming it have no pairs.",
  "Identities that neither the lexicons nor the probes name were not measured.",
  "Comments may belong to several groups at once, so groups are not independent.",
]


def make_record(summary: dict[str, Any]) -> Record:
  """Returns the record of a summary.

  Args:
    summary: The contents of `summary.json`; what earlier versions did not write is
      None or empty in the record.

  Returns:
    Data for JSON as `record.schema.json` describes it: no number is NaN or infinite.
  """
  configuration = summary.get("configuration", {})
  found = views(summary)
  compares = any(view["baseline"] for view in found.values())
  return _jsonable(
    {
      "schema": NAME,
      "version": VERSION,
      "written": summary.get("written"),
      "versions": summary.get("versions", {}),
      "model": {
        "kind": "evaluated" if summary.get("evaluated_model") else "trained",
        "location": summary.get("evaluated_model") or summary.get("pushed_model"),
        "sha256": summary.get("model_digest"),
        "baseline": configuration.get("baseline") if compares else None,
      },
      "settings": configuration,
      "data": _data(summary),
      "verdict": _verdict(summary),
      "figures": _by_label({each: figure_rows(v) for each, v in found.items()}),
      "impact_ratios": {
        name: _by_label(
          {each: (v[key] or {}).get("impact_ratios", []) for each, v in found.items()}
        )
        for name, key in (("model", "clp"), ("baseline", "baseline"))
      },
      "not_judged": [
        *(_entry("bound", each) for each in summary["gate"].get("inactive", [])),
        *(_entry("bound", each) for each in _not_measured(summary)),
        *_by_label({each: _not_judged(v) for each, v in found.items()}),
      ],
      "limits": _LIMITS,
    }
  )


def _by_label(rows: dict[str, list[Record]]) -> list[Record]:
  """Returns rows of all labels, each with its `label` if there are several."""
  return [
    {"label": label, **row} if label else row
    for label, some in rows.items()
    for row in some
  ]


def read_record(output: str) -> Record:
  """Reads the record of a run or an evaluation.

  Args:
    output: Its output folder, or the file itself.

  Raises:
    InputError: If there is none, or one of another version.
  """
  path = Path(output)
  path = path / FILE_NAME if path.is_dir() else path
  try:
    record = json.loads(path.read_text(encoding="utf-8"))
    known = (record["schema"], record["version"]) == (NAME, VERSION)
  except OSError as error:
    raise InputError(
      f"Expected {path} to be the record of a run, but it cannot be read "
      f"({error.strerror}): give the --output folder of a run or an evaluation; "
      "clp-tfx report OUTPUT writes a missing record."
    ) from error
  except (ValueError, KeyError, TypeError) as error:
    raise InputError(
      f"Expected {path} to be the record of a run, but it has another form: "
      "clp-tfx report OUTPUT writes it again."
    ) from error
  if not known:
    raise InputError(
      f"Expected {path} to be a {NAME} of version {VERSION}. Received: "
      f"{record['schema']} {record['version']}; write it again with clp-tfx report."
    )
  return record


def schema() -> dict[str, Any]:
  """Returns the JSON schema of records."""
  file = resources.files("clp_tfx.report") / "record.schema.json"
  return json.loads(file.read_text(encoding="utf-8"))


def _data(summary: dict[str, Any]) -> dict[str, Any]:
  comments = summary.get("comments", {})
  source = comments.get("source", [])
  return {
    "source": [source] if isinstance(source, str) else source,
    "files": comments.get("files", []),
    "splits": {
      split: {
        "comments": counts["texts"],
        "with_identity_terms": counts["texts_matched"],
        "counterfactuals": counts["counterfactuals"],
        "left_out": counts["skipped"],
      }
      for split, counts in summary.get("coverage", {}).items()
    },
  }


def _verdict(summary: dict[str, Any]) -> dict[str, Any]:
  gate = summary["gate"]
  gated = summary.get("gated", True)
  return {
    "gated": gated,
    "passed": gate["blessed"] if gated else None,
    "pushed": bool(summary.get("pushed_model")),
    "reasons": [failure["reason"] for failure in gate["failures"]],
    "bounds": [
      {
        **({"label": check["label"]} if check.get("label") else {}),
        **{key: check[key] for key in ("metric", "slice", "bound", "value", "passed")},
      }
      for check in gate.get("checks", [])
    ],
  }


def _entry(what: str, name: str, count: int | None = None) -> dict[str, Any]:
  return {"what": what, "name": name, "count": count}


def _not_measured(summary: dict[str, Any]) -> list[str]:
  worst_case = summary.get("worst_case") or {"inactive": ""}
  return [worst_case["inactive"]] if worst_case["inactive"] else []


def _not_judged(summary: dict[str, Any]) -> list[dict[str, Any]]:
  """Returns what has too little evidence."""
  gate, model = summary["gate"], summary["clp"]
  found = [
    _entry(each["figure"], each["group"], each["count"])
    for each in gate.get("not_judged", [])
  ]
  found += [
    _entry("audit flip rate", name, figures["pairs"])
    for name, figures in model.get("audit", {}).get("group", {}).items()
    if not figures["judged"]
  ]
  found += [
    _entry("impact ratio", row["group"], row["comments"])
    for row in model.get("impact_ratios", [])
    if not row["judged"]
  ]
  return found


def _jsonable(value: Any) -> Any:
  if isinstance(value, dict):
    return {str(key): _jsonable(each) for key, each in value.items()}
  if isinstance(value, list | tuple):
    return [_jsonable(each) for each in value]
  return None if is_missing(value) else value
