"""No verdict without evidence: every figure of every bound, damaged in every way.

Generated from the configurations: what a new bound uses is damaged without a line here.
The bounds on harm, which TFMA does not know, are in
tests/components/probe_evaluator/test_verdict.py.
"""

import itertools
import math

import pytest
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.evaluators import metrics_validator
from tensorflow_model_analysis.metrics import binary_confusion_matrices
from tensorflow_model_analysis.writers import metrics_plots_and_validations_writer

from clp_tfx.tfma.auc import DefinedAUC
from clp_tfx.tfma.bounds import check_bounds, figures_of
from clp_tfx.tfma.eval_config import BASELINE, make_eval_config
from clp_tfx.tfma.flip_rate import FlipRate
from clp_tfx.tfma.positive_rate import PositiveRatio

SLICES = [(), (("edited_group", "gender"),), (("edited_group", "so"),)]
KINDS = ("NaN", "absent", "zero denominator", "other model's", "earlier run's")


def configurations():
  """Yields the gates that there can be: how, beside what, with labels or without."""
  for gate_on, has_baseline, with_labels in itertools.product(
    ("upper_bound", "point"), (False, True), (False, True)
  ):
    config = make_eval_config(
      max_flip_rate=0.1,
      min_auc=0.7 if with_labels else None,
      max_auc_drop=0.01 if with_labels and has_baseline else None,
      max_flip_rate_of={"gender": 0.2, "so": 0.2},
      gate_on=gate_on,
      has_baseline=has_baseline,
      with_labels=with_labels,
    )
    # As the Evaluator does.
    yield tfma.utils.update_eval_config_with_defaults(
      config, has_baseline=has_baseline, rubber_stamp=True
    )


def thresholds_of(config):
  return tfma.metrics.metric_thresholds_from_metrics_specs(
    config.metrics_specs, eval_config=config
  )


def passing(config):
  """Returns figures by slice and key that meet every bound."""
  lows, highs = {}, {}
  for check in check_bounds(config, {}):
    name = (check.metric, check.is_change)
    if check.low is not None:
      lows[name] = max(check.low, lows.get(name, check.low))
    if check.high is not None:
      highs[name] = min(check.high, highs.get(name, check.high))
  figures = {}
  for key in thresholds_of(config):
    name = (key.name, key.is_diff)
    low, high = lows.get(name), highs.get(name)
    if key.is_diff:
      value = 0.0  # Both models' figures are the same.
    elif high is None:
      value = low
    else:
      value = (high + (low or 0.0)) / 2
    figures[key] = value
  return {where: dict(figures) for where in SLICES}


def with_zero_denominators():
  """Returns what the metrics give where there is nothing to divide by, by name."""
  found = {}
  for metric in (FlipRate(), PositiveRatio()):
    for computation in metric.computations():
      combiner = computation.combiner
      empty = combiner.extract_output(combiner.create_accumulator())
      found |= {key.name: value for key, value in empty.items()}
  # Four positives, no negative.
  matrices = binary_confusion_matrices.Matrices([0.5], [3.0], [0.0], [0.0], [1.0])
  auc = DefinedAUC()._metric_value(
    curve="ROC", summation_method="interpolation", key=None, matrices=matrices
  )
  return found | {"auc": auc}


def record(where, figures):
  return metrics_plots_and_validations_writer.convert_slice_metrics_to_proto(
    (where, figures), None
  )


def mutated(figures, where, key, kind, empty):
  """Returns the records of an evaluation, one of whose figures was damaged."""
  figures = {each: dict(values) for each, values in figures.items()}
  there, earlier = figures[where], []
  if kind == "NaN":
    there[key] = math.nan
  elif kind == "zero denominator":
    there[key] = math.nan if key.is_diff else empty[key.name]
  else:
    value = there.pop(key)
    if kind == "other model's":
      there[key._replace(model_name="other")] = value
    elif kind == "earlier run's":
      earlier = [record(where, {key: value})]
  return [record(*each) for each in figures.items()] + earlier


def validated(config, figures):
  """Whether TFMA's validator, which writes the blessing, passes figures."""
  results = [
    metrics_validator.validate_metrics(each, config) for each in figures.items()
  ]
  details = [one for each in results for one in each.validation_details.slicing_details]
  missing = metrics_validator.get_missing_slices(details, config)
  return all(each.validation_ok for each in results) and not missing


def is_baseline(key):
  return key.model_name == BASELINE


def test_nothing_damaged_passes():
  for config in configurations():
    figures = passing(config)
    checks = check_bounds(config, figures_of(record(*each) for each in figures.items()))
    assert len(checks) >= 8 and all(check.passed for check in checks)
    assert validated(config, figures)


def test_no_damaged_figure_passes():
  empty, mutants = with_zero_denominators(), set()
  for number, config in enumerate(configurations()):
    figures, bounds = passing(config), thresholds_of(config)
    uses = {}
    for key, where in itertools.product(bounds, SLICES):
      own = key._replace(model_name=key.model_name.replace(BASELINE, "clp"))
      # The baseline's figure is used where a change is judged.
      used = own.make_diff_key() if is_baseline(key) else key
      judged = [
        check
        for check in check_bounds(config, figures)
        if (check.metric, check.is_change) == (used.name, used.is_diff)
        and check.slice_key == where
      ]
      if judged and not (is_baseline(key) and key.is_diff):
        uses[key, where] = (used, len(judged))
    for ((key, where), (used, count)), kind in itertools.product(uses.items(), KINDS):
      records = mutated(figures, where, key, kind, empty)
      found = figures_of(records)
      failed = [
        check
        for check in check_bounds(config, found)
        if (check.metric, check.is_change) == (used.name, used.is_diff)
        and check.slice_key == where
        and not check.passed
      ]
      assert len(failed) == count, (key, where, kind)
      if not is_baseline(key):
        assert not validated(config, found), (key, where, kind)
      mutants.add((number, key, where, kind))
  print(f"{len(mutants)} distinct mutants, none passes")
  assert len(mutants) > 500


@pytest.mark.parametrize("where", SLICES)
def test_no_slice_that_is_not_there_passes(where):
  for config in configurations():
    figures = passing(config)
    del figures[where]
    bounded = any(check.slice_key == where for check in check_bounds(config, {}))
    if where and not bounded:
      continue
    assert not all(check.passed for check in check_bounds(config, figures))
    assert not validated(config, figures)
