"""10,000 random examples: in any partition, and under TFMA's confidence intervals."""

import functools

import apache_beam as beam
import numpy as np
import pytest
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.pipeline.local_beam_runner import LocalBeamRunner
from clp_tfx.tfma import COUNTERFACTUAL_PAIRS, COUNTERFACTUAL_PREDICTIONS, FlipRate
from clp_tfx.tfma.intervals import ClusterSums, upper_bound

SIZE = 10_000
THRESHOLD = 0.4


@pytest.fixture(scope="module")
def data():
  rng = np.random.default_rng(7)
  counts = rng.integers(0, 6, SIZE)
  originals = rng.random(SIZE).astype(np.float32)
  moved = originals[:, None] + rng.normal(0, 0.2, (SIZE, 5))
  scores = np.where(np.arange(5) < counts[:, None], moved.clip(0, 1), np.nan)
  return originals, scores, counts, rng.exponential(size=SIZE)


def extracts(data):
  for original, scores, count, weight in zip(*data, strict=True):
    yield {
      "predictions": np.array([original]),
      "labels": np.array([0.0]),
      "example_weights": np.array([weight]),
      COUNTERFACTUAL_PREDICTIONS: scores[:, None],
      COUNTERFACTUAL_PAIRS: np.where(np.arange(5) < count, np.arange(5), -1),
      "features": {},
    }


def recomputed(data, weighted):
  originals, scores, n, weights = data
  w = weights if weighted else np.ones(SIZE)
  original = originals.astype(float)[:, None]
  pair = ~np.isnan(scores)
  flips = (((original > THRESHOLD) != (scores > THRESHOLD)) & pair).sum(1)
  down = (flips * (original[:, 0] > THRESHOLD) * w).sum()
  gaps = np.nan_to_num(np.abs(scores - original))
  some = n > 0
  both = np.concatenate([original, scores], axis=1)
  sums = ClusterSums(
    some.sum(),
    (flips > 0).sum(),
    (w * n).sum(),
    (w * flips).sum(),
    (w * w * n).sum(),
    (w * w * n * n).sum(),
    (w * w * flips * n).sum(),
    (w * w * flips * flips).sum(),
  )
  pairs = (w * n).sum()
  return {
    "flip_count/pairs": pairs,
    f"flip_rate/overall@{THRESHOLD}": (w * flips).sum() / pairs,
    f"flip_rate/positive_to_negative@{THRESHOLD}": down / pairs,
    f"flip_rate/positive_to_negative/given_positive@{THRESHOLD}": down
    / (w * n * (original[:, 0] > THRESHOLD)).sum(),
    f"flip_rate/overall/upper_bound@{THRESHOLD}": float(upper_bound(sums, 0.95)),
    f"positive_rate@{THRESHOLD}": (w * (original[:, 0] > THRESHOLD)).sum() / w.sum(),
    "counterfactual_gap": (w[:, None] * gaps).sum() / pairs,
    "counterfactual_gap/max_per_example": (w * gaps.max(1))[some].sum() / w[some].sum(),
    "score_sensitivity": (w[:, None] * np.nan_to_num(scores - original)).sum() / pairs,
    "score_deviation": np.average(np.nanstd(both[some], axis=1), weights=w[some]),
  }


@pytest.mark.parametrize("weighted", [False, True])
def test_equals_a_recomputation_in_numpy_in_every_partition(data, weighted):
  (computation,) = FlipRate([THRESHOLD]).computations(example_weighted=weighted)
  (preprocessor,), combiner = computation.preprocessors, computation.combiner
  elements = [each for one in extracts(data) for each in preprocessor.process(one)]

  def accumulated(part):
    return functools.reduce(combiner.add_input, part, combiner.create_accumulator())

  complete = accumulated(elements)
  whole = combiner.extract_output(complete)
  values = {key.name: value for key, value in whole.items()}
  expected = recomputed(data, weighted)
  assert {name: values[name] for name in expected} == pytest.approx(expected, rel=1e-12)

  for size, given in ((1, list), (7, iter), (999, tuple)):
    parts = [
      accumulated(elements[start : start + size]) for start in range(0, SIZE, size)
    ]
    assert combiner.extract_output(combiner.merge_accumulators(given(parts))) == whole
  single = combiner.merge_accumulators([complete])
  assert combiner.extract_output(single) == whole
  nothing = combiner.merge_accumulators([combiner.create_accumulator(), single])
  assert combiner.extract_output(nothing) == whole


@pytest.mark.e2e
@pytest.mark.parametrize("method", ["JACKKNIFE", "POISSON_BOOTSTRAP"])
def test_exact_under_confidence_intervals(data, method, tmp_path):
  name = f"{FlipRate.__module__}"
  config = config_pb2.EvalConfig(
    model_specs=[config_pb2.ModelSpec()],
    metrics_specs=[
      config_pb2.MetricsSpec(
        metrics=[
          config_pb2.MetricConfig(
            class_name="FlipRate", module=name, config=f'"thresholds": [{THRESHOLD}]'
          )
        ]
      )
    ],
  )
  config.options.compute_confidence_intervals.value = True
  config.options.confidence_intervals.method = getattr(
    config_pb2.ConfidenceIntervalOptions, method
  )
  keys = np.empty(1, object)
  keys[0] = ()
  sliced = [{**one, tfma.SLICE_KEY_TYPES_KEY: keys} for one in extracts(data)]
  evaluator = tfma.evaluators.MetricsPlotsAndValidationsEvaluator(
    config, random_seed_for_testing=1
  )
  writer = tfma.writers.MetricsPlotsAndValidationsWriter(
    {tfma.METRICS_KEY: str(tmp_path / "metrics")}, config
  )
  with beam.Pipeline(runner=LocalBeamRunner()) as pipeline:
    _ = pipeline | beam.Create(sliced) | evaluator.ptransform | writer.ptransform
  (metrics,) = tfma.load_metrics(str(tmp_path / "metrics"))
  found = {item.key.name: item for item in metrics.metric_keys_and_values}
  expected = recomputed(data, weighted=False)
  values = {key: found[key].value.double_value.value for key in expected}
  assert values == pytest.approx(expected, rel=1e-12)
  # TFMA's interval extends about two of our standard errors to each side; TFMA
  # estimates its error from twenty samples.
  rate = f"flip_rate/overall@{THRESHOLD}"
  error = found[f"flip_rate/overall/standard_error@{THRESHOLD}"]
  upper = found[rate].confidence_interval.upper_bound.double_value.value
  width = (upper - expected[rate]) / error.value.double_value.value
  assert 1 < width < 4
