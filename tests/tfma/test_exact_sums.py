import math

import numpy as np

from clp_tfx.tfma.exact_sums import ExactSums


def test_the_order_of_addition_does_not_matter():
  rng = np.random.default_rng(0)
  terms = rng.normal(size=2000) * 10.0 ** rng.integers(-12, 12, size=2000)
  exact = math.fsum(terms)
  for _ in range(5):
    rng.shuffle(terms)
    parts = []
    for part in np.array_split(terms, 7):
      sums = ExactSums.zeros(1)
      for term in part:
        sums = sums + np.array([term])
      parts.append(sums)
    total = sum(parts[1:], start=parts[0])
    assert total.totals.tolist() == [exact]


def test_nothing():
  assert ExactSums.zeros(2).totals.tolist() == [0, 0]
