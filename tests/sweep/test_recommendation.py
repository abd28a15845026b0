import pytest

from clp_tfx.sweep.candidates import (
  AUGMENTATION,
  BLINDNESS,
  CLP,
  CONTROL,
  Candidate,
  grid,
)
from clp_tfx.sweep.measures import Measures
from clp_tfx.sweep.recommendation import recommend, rows


def run(auc, flip_rate):
  return Measures(auc, flip_rate, 0.0, 0.2, 0.5, flip_rate, 0.8, 10)


def table(**by_name):
  names = {c.name.replace("-", "_").replace(".", "_"): c for c in CANDIDATES}
  return rows(
    {names[key]: [run(*pair) for pair in runs] for key, runs in by_name.items()}
  )


CANDIDATES = grid((1.0, 0.0, 0.1, 0.1), ("mse", "mae", "mse"))


def test_the_grid_has_the_control_once_and_nothing_twice():
  assert [c.name for c in CANDIDATES] == [
    "control",
    "clp-mse-0.1",
    "clp-mse-1",
    "clp-mae-0.1",
    "clp-mae-1",
    "blindness",
    "augmentation",
  ]
  assert grid((0.5,), ("mse",)) == [
    CONTROL,
    Candidate(CLP, "mse", 0.5),
    Candidate(BLINDNESS),
    Candidate(AUGMENTATION),
  ]


def test_the_smallest_weight_within_both_bounds():
  found = recommend(
    table(
      control=[(0.97, 0.10)],
      clp_mse_0_1=[(0.968, 0.02)],
      clp_mse_1=[(0.967, 0.01)],
      blindness=[(0.969, 0.0)],
    ),
    max_flip_rate=0.02,
    max_auc_drop=0.0021,
  )
  # Blindness also meets both, but is not a weight.
  assert found.chosen == Candidate(CLP, "mse", 0.1)
  assert found.closest is None
  assert "clp-mse-0.1 (flip rate 0.0200, AUC drop 0.0020)" in found.reason


def test_the_mean_over_the_seeds_decides_and_drops_are_taken_seed_by_seed():
  by_seed = table(
    control=[(0.96, 0.1), (0.98, 0.1)], clp_mse_0_1=[(0.95, 0.01), (0.97, 0.03)]
  )
  drop = by_seed[1].figures["auc_drop"]
  # 0.01 with both seeds, although the AUC differs by 0.02 between them.
  assert drop.mean == pytest.approx(0.01)
  assert drop.deviation == pytest.approx(0, abs=1e-12)
  assert by_seed[1].figures["flip_rate"].mean == pytest.approx(0.02)
  # Sample deviation of 0.01 and 0.03: sqrt(2 * 0.01 ** 2 / 1).
  assert by_seed[1].figures["flip_rate"].deviation == pytest.approx(0.0141421, abs=1e-6)
  assert recommend(by_seed, 0.0201, 0.0101).chosen == Candidate(CLP, "mse", 0.1)
  assert recommend(by_seed, 0.0199, 0.0101).chosen is None


def test_none_meets_the_bounds():
  found = recommend(
    table(
      control=[(0.97, 0.10)],
      clp_mse_0_1=[(0.969, 0.05)],
      clp_mse_1=[(0.90, 0.0)],
    ),
    max_flip_rate=0.02,
    max_auc_drop=0.002,
  )
  assert found.chosen is None
  # Weight 1 meets the flip rate's bound, but not the AUC's.
  assert found.closest == Candidate(CLP, "mse", 0.1)
  assert found.reason.startswith("None meets a flip rate of at most 0.02 and an AUC")


def test_of_two_losses_the_one_with_the_higher_auc():
  found = recommend(
    table(
      control=[(0.97, 0.1)],
      clp_mse_0_1=[(0.969, 0.03)],
      clp_mse_1=[(0.968, 0.01)],
      clp_mae_0_1=[(0.965, 0.01)],
      clp_mae_1=[(0.9699, 0.0)],
    ),
    max_flip_rate=0.02,
    max_auc_drop=0.01,
  )
  # The smallest sufficient weights are MSE 1 and MAE 0.1; MAE 1 is better but larger.
  assert found.chosen == Candidate(CLP, "mse", 1.0)


def test_plain_training_may_do():
  found = recommend(table(control=[(0.97, 0.01)], clp_mse_1=[(0.99, 0.0)]), 0.02, 0.0)
  assert found.chosen == CONTROL
  assert found.reason.startswith("Plain training meets")


@pytest.mark.parametrize("unknown", [(float("nan"), 0.1), (0.9, float("nan"))])
def test_without_pairs_or_labels_nothing_is_recommended(unknown):
  found = recommend(table(control=[unknown], clp_mse_1=[unknown]), 0.02, 0.002)
  assert (found.chosen, found.closest) == (None, None)
  assert "without pairs and both labels" in found.reason
