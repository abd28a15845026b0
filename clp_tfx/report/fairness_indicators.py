"""The original Fairness Indicators component as HTML that works offline.

TFMA still ships the component (`<fairness-nb-container>`) but no longer the Python
function that renders it.
"""

import collections
import math
import re
from pathlib import Path
from typing import Any

import markupsafe
import tensorflow_model_analysis as tfma

from clp_tfx.report.page import environment
from clp_tfx.tfma import metric_keys

_OWN = "fairness_indicators_metrics/"
_LIBRARY = Path(tfma.__file__).parent / "static" / "vulcanized_tfma.js"


def slicing_metrics(
  eval_result: tfma.EvalResult, output: str = ""
) -> list[dict[str, Any]]:
  """Converts an evaluation result to the component's input.

  Example:
    >>> from clp_tfx.tfma import load_results
    >>> (result,) = load_results("evaluation").values()
    >>> (overall, *_) = slicing_metrics(result)
    >>> overall["sliceValue"]
    'Overall'

  Args:
    eval_result: The result of one model.
    output: Name of the output, if the model has several.

  Returns:
    One entry per slice: `{"slice": "gender:female", "sliceValue": "female",
    "metrics": {"auc": {"doubleValue": 0.9}}}`; the whole data is the slice `Overall`.
    Only finite scalars (`doubleValue`) and scalars with finite bounds
    (`boundedValue`) are kept. Differences between models are left out because the
    component computes them itself.
  """
  entries = [
    _entry(slice_key, metrics.get(output, {}).get("", {}))
    for slice_key, metrics in eval_result.slicing_metrics
  ]
  # The component places bars by `sliceValue` only: equal values would overlap.
  uses = collections.Counter(entry["sliceValue"] for entry in entries)
  for entry in entries:
    if uses[entry["sliceValue"]] > 1:
      entry["sliceValue"] = entry["slice"]
  return entries


def fairness_indicators_html(
  results: dict[str, tfma.EvalResult], output: str = "", again: bool = False
) -> markupsafe.Markup:
  """Renders the Fairness Indicators component for one model, or two side by side.

  Example:
    >>> from clp_tfx.tfma import load_results
    >>> "<fairness-nb-container" in fairness_indicators_html(load_results("evaluation"))
    True

  Args:
    results: One or two results by display name; changes are relative to the first.
    output: Name of the output to show, if the models have several.
    again: Whether an earlier part of the page has the component's script.

  Returns:
    An HTML fragment of about 1.1 MB, most of it the component's script; only a
    sentence if the installed TFMA does not include the script.

  Raises:
    ValueError: If there are no results or more than two.
  """
  if not 1 <= len(results) <= 2:
    raise ValueError(f"Expected one or two results. Received: {list(results)}.")
  names = list(results)
  metrics = [slicing_metrics(result, output) for result in results.values()]
  properties = {"slicingMetrics": metrics[0], "evalName": names[0]}
  if len(results) == 2:
    properties["slicingMetricsCompare"] = _aligned(metrics[1], metrics[0])
    properties["evalNameCompare"] = names[1]
  template = environment().get_template("fairness_indicators.html")
  page = template.render(library=_library(), properties=properties, again=again)
  return markupsafe.Markup(page)


def _entry(slice_key: tuple, metrics: dict[str, Any]) -> dict[str, Any]:
  columns = "_X_".join(_label(column) for column, _ in slice_key)
  values = "_X_".join(_label(value) for _, value in slice_key)
  return {
    "slice": f"{columns}:{values}" if slice_key else "Overall",
    "sliceValue": values if slice_key else "Overall",
    "metrics": {
      name: value
      for name, value in metrics.items()
      if _is_displayable(value) and not name.endswith("_diff")
      # The component lists every name in its menu, and groups may be hundreds.
      if not metric_keys.is_of_group(name) and not _is_listed_twice(name, metrics)
    },
  }


def _is_listed_twice(name: str, metrics: dict[str, Any]) -> bool:
  """Returns whether the component shows another metric under the same name.

  It leaves out the prefix of Fairness Indicators' own positive rate, whose denominator
  is the labelled comments and not all of them.
  """
  return name.startswith(_OWN) and name.removeprefix(_OWN) in metrics


def _label(part: Any) -> str:
  # The component splits at every colon and shows only the first two parts.
  return str(part).replace(":", "∶")


def _is_displayable(value: dict[str, Any]) -> bool:
  if "doubleValue" in value:
    return math.isfinite(float(value["doubleValue"]))
  bounds = value.get("boundedValue", {})
  keys = ("value", "lowerBound", "upperBound")
  return all(math.isfinite(float(bounds.get(key, "nan"))) for key in keys)


def _aligned(entries: list[dict], others: list[dict]) -> list[dict]:
  """Returns one entry per slice of the others, with no metrics for missing slices."""
  by_slice = {entry["slice"]: entry for entry in entries}
  return [by_slice.get(o["slice"], {**o, "metrics": {}}) for o in others]


def _library() -> markupsafe.Markup | None:
  """Returns the component's script, escaped so that it cannot close its element."""
  if not _LIBRARY.is_file():
    return None
  script = _LIBRARY.read_text(encoding="utf-8")
  # Closed dialogs would take the focus from the page, which frames must not do.
  script = script.replace(' autofocus=""', "")
  script = re.sub("</(script)", r"<\\/\1", script, flags=re.IGNORECASE)
  return markupsafe.Markup(script.replace("<!--", r"<\!--"))
