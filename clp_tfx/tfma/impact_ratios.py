"""Impact ratios: how often a model decides positive on a group, over the highest."""

from collections.abc import Iterable
from typing import Any

import tensorflow_model_analysis as tfma

from clp_tfx import features
from clp_tfx.tfma import metric_keys
from clp_tfx.tfma.group_figures import Metrics, number, without_changes
from clp_tfx.tfma.intersections import BETWEEN, dimension
from clp_tfx.tfma.intervals import share_bounds

MIN_COMMENTS = 30
"""Fewest comments of a group that is judged, or that others are compared with."""
_LEVEL = 0.95

Row = dict[str, Any]


def impact_ratios(
  result: tfma.EvalResult, threshold: float | None, output: str = ""
) -> list[Row]:
  """Returns the positive rates of all groups, each over the highest of its category.

  A category is a feature, or several where the evaluation has their combinations; of
  the groups of edited terms, which are paths, it is those of one parent: `gender/male`
  is compared with `gender/female`, not with `religion`. Intersections of groups that
  comments mention (see `IntersectionRates`) are compared by their two dimensions:
  `gender/male × religion/jewish` with `gender/female × religion/muslim`.

  Formula: `impact_ratio = positive_rate / max(positive_rate)`, over the groups of the
  category with at least `MIN_COMMENTS` comments. Its bounds are the lower bound of the
  one rate over the upper bound of the other, and the reverse: a comment may belong to
  both groups, so the level of 95% each is at least reached.

  Args:
    result: Evaluation of one model.
    threshold: Decision threshold; None for classes, which have no positive rate.
    output: Name of the output; empty for the only one.

  Returns:
    A dictionary per slice, except all comments and terms, and per intersection: its
    `category` and `group`, the number of `comments` (of features that people annotate,
    of those with a label or a pair), `positive_rate` with its one-sided
    `positive_rate_bounds`, whether it is `judged`, and, None if it is not, alone in its
    category or no rate is above 0, `impact_ratio`, its `impact_ratio_bounds` (None for
    the highest, whose ratio is 1 by definition) and `highest`, the group that it is
    compared with.

  Reference:
    29 CFR 1607.4 D, where a selection rate is compared with the highest.
  """
  if threshold is None:
    return []
  rows = [
    _of_slice(key, result.get_metrics_for_slice(key, output), threshold)
    for key in sorted(result.get_slice_names(), key=str)
    if key and features.EDITED_TERM not in {feature for feature, _ in key}
  ]
  overall = result.get_metrics_for_slice(output_name=output) or {}
  rows += _intersections(overall, threshold)
  return compared(row for row in rows if row["positive_rate"] is not None)


def compared(rows: Iterable[Row]) -> list[Row]:
  """Adds the impact ratios to rows; see `impact_ratios`."""
  rows = list(rows)
  categories: dict[str, list[Row]] = {}
  for row in rows:
    row |= {"impact_ratio": None, "impact_ratio_bounds": None, "highest": None}
    if row["judged"]:
      categories.setdefault(row["category"], []).append(row)
  for judged in categories.values():
    highest = max(judged, key=lambda row: row["positive_rate"])
    if len(judged) == 1 or not highest["positive_rate"]:
      continue
    highest["impact_ratio"], highest["highest"] = 1.0, highest["group"]
    for row in judged:
      if row is highest:
        continue
      row["impact_ratio"] = row["positive_rate"] / highest["positive_rate"]
      low, high = row["positive_rate_bounds"]
      other_low, other_high = highest["positive_rate_bounds"]
      row["impact_ratio_bounds"] = [low / other_high, high / other_low]
      row["highest"] = highest["group"]
  return rows


def _of_slice(key: tuple, metrics: Metrics, threshold: float) -> Row:
  counts = [number(metrics, n) or 0 for n in (metric_keys.COMMENTS, "example_count")]
  category = BETWEEN.join(feature for feature, _ in key)
  group = BETWEEN.join(str(value) for _, value in key)
  if category == features.EDITED_GROUP and "/" in group:
    category = f"{category}: {group.rpartition('/')[0]}"
  rate = number(metrics, metric_keys.positive_rate_key(threshold))
  return _row(category, group, int(max(counts)), rate)


def _intersections(metrics: Metrics, threshold: float) -> list[Row]:
  feature = features.IDENTITY_GROUP

  def figure(name: str, group: str) -> float | None:
    return number(metrics, metric_keys.group_key(name, feature, group))

  counted = metric_keys.INTERSECTION_COMMENTS
  rate = metric_keys.intersection_rate_key(threshold)
  return [
    _row(
      f"{feature}: {BETWEEN.join(map(dimension, group.split(BETWEEN)))}",
      group,
      int(figure(counted, group) or 0),
      figure(rate, group),
    )
    for group in metric_keys.groups_of(without_changes(metrics), counted, feature)
  ]


def _row(category: str, group: str, comments: int, rate: float | None) -> Row:
  has_bounds = rate is not None and comments
  return {
    "category": category,
    "group": group,
    "comments": comments,
    "positive_rate": rate,
    "positive_rate_bounds": [*share_bounds(rate * comments, comments, _LEVEL)]
    if has_bounds
    else [None, None],
    "judged": comments >= MIN_COMMENTS,
  }
