"""Checks every bound of an evaluation; a bound without its metric fails.

TFMA's validator writes the blessing. This module checks the bounds again, from the
metrics alone, for callers that show a verdict or act on it.
"""

import collections
import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import Any

import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.files import local_folder

Figures = Mapping[tuple, Mapping[metric_types.MetricKey, float]]
"""Metric values by slice and key; NaN for duplicates and values that are no numbers."""


@dataclasses.dataclass(frozen=True)
class Check:
  """A bound and the metric value that it applies to.

  Attributes:
    metric: Name of the metric.
    is_change: Whether the value is the candidate's minus the baseline's.
    slice_key: Slice key in TFMA's form; if `is_absent`, the slice that the bound names.
    value: Value of the metric; None if it is undefined or missing.
    low: Lowest value allowed; None for no limit.
    high: Highest value allowed; None for no limit.
    is_absent: Whether the slice has no comments.
    output: Name of the output; empty for the only one.
  """

  metric: str
  is_change: bool
  slice_key: tuple[tuple[str, str], ...]
  value: float | None
  low: float | None
  high: float | None
  is_absent: bool = False
  output: str = ""

  @property
  def passed(self) -> bool:
    """Whether there is a value and it is within the bound."""
    return (
      self.value is not None
      and (self.low is None or self.value >= self.low)
      and (self.high is None or self.value <= self.high)
    )


def load_checks(evaluation_path: str) -> list[Check]:
  """Returns a check for each bound of an evaluation.

  Args:
    evaluation_path: Output folder of the evaluation.
  """
  with local_folder(evaluation_path) as folder:
    config = tfma.load_eval_result(folder).config
    return check_bounds(config, figures_of(tfma.load_metrics(folder)))


def figures_of(records: Iterable[Any]) -> Figures:
  """Returns the metric values of an evaluation.

  Args:
    records: TFMA's MetricsForSlice messages. Two messages for the same slice mean that
      two evaluations were mixed, so all their values become NaN.
  """
  found: dict[tuple, dict[metric_types.MetricKey, float]] = {}
  times = collections.Counter()
  for record in records:
    if record.HasField("cross_slice_key"):
      continue
    where = tfma.slicer.deserialize_slice_key(record.slice_key)
    times[where] += 1
    figures = found.setdefault(where, {})
    for item in record.metric_keys_and_values:
      key = metric_types.MetricKey.from_proto(item.key)
      is_only = times[where] == 1 and key not in figures
      figures[key] = _number(item.value) if is_only else math.nan
    if times[where] > 1:
      found[where] = dict.fromkeys(figures, math.nan)
  return found


def check_bounds(config: config_pb2.EvalConfig, figures: Figures) -> list[Check]:
  """Checks every bound of a configuration against the candidate's metrics.

  Args:
    config: Configuration of the evaluation.
    figures: Metric values of all its models.

  Returns:
    One check for each bound and each slice that it applies to.
  """
  thresholds = tfma.metrics.metric_thresholds_from_metrics_specs(
    config.metrics_specs, eval_config=config
  )
  baseline = tfma.utils.get_baseline_model_spec(config)
  baseline_name = baseline.name if baseline else None
  checks = []
  for key, bounds in thresholds.items():
    if baseline_name is not None and key.model_name == baseline_name:
      continue
    for spec, threshold in bounds:
      low, high = _range(threshold)
      spec = spec or config_pb2.SlicingSpec()
      applies = tfma.slicer.SingleSliceSpec(spec=spec).is_slice_applicable
      slices = [where for where in figures if applies(where)]
      checks += [
        Check(
          metric=key.name,
          is_change=key.is_diff,
          slice_key=where,
          value=_value(figures[where], key, baseline_name),
          low=low,
          high=high,
          output=key.output_name or "",
        )
        for where in slices
      ]
      if not slices:
        named = [(name, "any") for name in spec.feature_keys]
        named += list(spec.feature_values.items())
        absent = Check(key.name, key.is_diff, tuple(named), None, low, high, True)
        checks.append(dataclasses.replace(absent, output=key.output_name or ""))
  return checks


def _value(
  figures: Mapping[metric_types.MetricKey, float],
  key: metric_types.MetricKey,
  baseline_name: str | None,
) -> float | None:
  value = figures.get(key, math.nan)
  if key.is_diff:
    # A difference counts only if both its values exist and give it.
    own = key._replace(is_diff=False)
    change = figures.get(own, math.nan) - figures.get(
      own._replace(model_name=baseline_name), math.nan
    )
    if not math.isclose(value, change, abs_tol=1e-6):
      return None
  return value if math.isfinite(value) else None


def _number(value: Any) -> float:
  kind = value.WhichOneof("type")
  if kind == "double_value":
    return value.double_value.value
  return value.bounded_value.value.value if kind == "bounded_value" else math.nan


def _range(threshold: Any) -> tuple[float | None, float | None]:
  if isinstance(threshold, config_pb2.GenericChangeThreshold):
    # All change thresholds of `make_eval_config` are for higher-is-better metrics.
    return threshold.absolute.value, None
  low, high = threshold.lower_bound, threshold.upper_bound
  return (
    low.value if threshold.HasField("lower_bound") else None,
    high.value if threshold.HasField("upper_bound") else None,
  )
