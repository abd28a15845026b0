"""Every bound of an evaluation against its figures: no bound without its figure.

TFMA's validator writes the blessing. This judges what it wrote once more, from the
figures alone, for those who show or act on a verdict.
"""

import collections
import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import Any

import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types

Figures = Mapping[tuple, Mapping[metric_types.MetricKey, float]]
"""Figures by slice and key; NaN where a figure is there twice, or is no number."""


@dataclasses.dataclass(frozen=True)
class Check:
  """A bound and the figure that it is held against.

  Attributes:
    metric: Name of the figure.
    is_change: Whether it is the candidate's minus the baseline's.
    slice_key: As TFMA has it; what the bound names where `is_absent`.
    value: The figure; None where it is undefined or not there.
    low: Lowest value allowed, None for none.
    high: Highest value allowed, None for none.
    is_absent: Whether no comment is in the slice.
  """

  metric: str
  is_change: bool
  slice_key: tuple[tuple[str, str], ...]
  value: float | None
  low: float | None
  high: float | None
  is_absent: bool = False

  @property
  def passed(self) -> bool:
    """Whether there is a figure, and it is within the bound."""
    return (
      self.value is not None
      and (self.low is None or self.value >= self.low)
      and (self.high is None or self.value <= self.high)
    )


def load_checks(evaluation_path: str) -> list[Check]:
  """Returns the bounds of an evaluation, and how each was met.

  Args:
    evaluation_path: Output folder of the evaluation.
  """
  config = tfma.load_eval_result(evaluation_path).config
  return check_bounds(config, figures_of(tfma.load_metrics(evaluation_path)))


def figures_of(records: Iterable[Any]) -> Figures:
  """Returns the figures of an evaluation.

  Args:
    records: TFMA's MetricsForSlice messages. Two of the same slice are of two
      evaluations: none of their figures counts.
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


def check_bounds(config: tfma.EvalConfig, figures: Figures) -> list[Check]:
  """Holds every bound of a configuration against the candidate's figures.

  Args:
    config: Of the evaluation.
    figures: Of all its models.

  Returns:
    A check per bound and slice that it holds for.
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
      spec = spec or tfma.SlicingSpec()
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
        )
        for where in slices
      ]
      if not slices:
        named = [(name, "any") for name in spec.feature_keys]
        named += list(spec.feature_values.items())
        checks.append(
          Check(key.name, key.is_diff, tuple(named), None, low, high, is_absent=True)
        )
  return checks


def _value(
  figures: Mapping[metric_types.MetricKey, float],
  key: metric_types.MetricKey,
  baseline_name: str | None,
) -> float | None:
  value = figures.get(key, math.nan)
  if key.is_diff:
    # A change is no evidence without what changed.
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
  if isinstance(threshold, tfma.GenericChangeThreshold):
    # Of `make_eval_config`'s all are for figures of which more is better.
    return threshold.absolute.value, None
  low, high = threshold.lower_bound, threshold.upper_bound
  return (
    low.value if threshold.HasField("lower_bound") else None,
    high.value if threshold.HasField("upper_bound") else None,
  )
