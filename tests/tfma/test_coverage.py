import numpy as np
import pytest

from .coverage_cells import CELLS, Cell

# A few evaluations, enough to tell .94 from .93; all of them with -m e2e.
QUICK, DECISIONS = 2_000, 10_000


def chance_of(evaluations, rate):
  """Returns four standard errors of a simulated share."""
  return 4 * np.sqrt(rate * (1 - rate) / evaluations)


def check(cell: Cell, evaluations: int) -> None:
  rng = np.random.default_rng([cell.comments, int(1e4 * cell.flip_rate)])
  bounds = cell.bounds(evaluations, rng)
  covered = np.mean(bounds >= cell.flip_rate)
  assert covered >= (
    0.94 if evaluations == DECISIONS else 0.95 - chance_of(QUICK, 0.95)
  )
  if cell.expected_flips >= 20:
    slack = 0 if evaluations == DECISIONS else chance_of(QUICK, 0.975)
    assert covered <= 0.975 + slack
  # A gate with a bound 1% below the model's true rate wrongly blesses it if the upper
  # bound is at most that; this must not happen more often than the nominal rate.
  blessed = np.mean(bounds <= 0.99 * cell.flip_rate)
  assert blessed <= 0.05 + chance_of(evaluations, 0.05) / 2


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_coverage(cell):
  check(cell, QUICK)


@pytest.mark.e2e
@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_coverage_in_ten_thousand_decisions(cell):
  check(cell, DECISIONS)


def test_the_clusters_matter():
  # If pairs are treated as independent, the bound covers far too rarely.
  cell = Cell(200, 0.1, 0.8)
  bounds = cell.bounds(QUICK, np.random.default_rng(0))
  naive = Cell(200, 0.1, 0.0).bounds(QUICK, np.random.default_rng(0))
  assert np.median(bounds) - 0.1 > 1.3 * (np.median(naive) - 0.1)
