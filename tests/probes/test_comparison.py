"""Displacement: cases by hand, and calibration by simulation."""

import numpy as np
import pytest

from clp_tfx.probes.comparison import displacement
from clp_tfx.probes.verdicts import DISPLACED, OK, TOO_LITTLE, WITHIN_NOISE


def suite(templates, identities, functionalities=6):
  """Identity, template and functionality of every sentence of a full suite."""
  rows, columns = np.divmod(np.arange(templates * identities), identities)
  return columns, rows, rows % functionalities


def decisions(identities, templates, positive):
  """Flat decisions: `positive` gives the number of positive templates by identity."""
  found = np.zeros((templates, identities), bool)
  for identity, number in positive.items():
    found[:number, identity] = True
  return found.ravel()


def test_rises_and_verdicts_by_hand():
  # 0: 10 -> 70 of 100 templates; 1: nothing; 2: 80 -> 0; 3: 0 -> 3.
  before = decisions(4, 100, {0: 10, 2: 80})
  after = decisions(4, 100, {0: 70, 3: 3})
  found = displacement(after, before, *suite(100, 4))
  assert [each.identity for each in found] == ["0", "1", "2", "3"]
  assert [each.rise for each in found] == pytest.approx([0.6, 0, -0.8, 0.03])
  assert [each.verdict for each in found] == [DISPLACED, OK, OK, OK]
  assert all(each.templates == 100 for each in found)
  # The standard error is sqrt(.6 * .4 / 100) = .049, and the critical value of four
  # identities lies between 1.64 and 3.
  assert 0.6 - 3 * 0.05 < found[0].lower_bound < 0.6 - 1.64 * 0.047


def test_a_fall_is_fine_however_noisy():
  # 8 of 16 templates fall: the standard error of 1/8 hides rises of up to 0.2, but
  # not a fall of 0.5.
  (found,) = displacement(np.zeros(16), np.arange(16) < 8, *suite(16, 1, 1))
  assert found.rise == -0.5 and found.detectable > 0.2
  assert found.verdict == OK


@pytest.mark.parametrize(
  ("templates", "verdict"), [(5, TOO_LITTLE), (10, TOO_LITTLE), (11, OK)]
)
def test_how_many_templates_without_a_change_are_evidence(templates, verdict):
  nothing = np.zeros(templates * 3)
  found = displacement(nothing, nothing, *suite(templates, 3, 1))
  assert {each.verdict for each in found} == {verdict}
  # A rise of .2 would have a standard error of sqrt(.2 * .8 / n), and 1.645 of them are
  # below .2 from 11 templates on.
  assert found[0].detectable == pytest.approx(1.6448536 * 0.4 / templates**0.5)
  assert found[0].rise == 0


def test_a_rise_below_the_bound_is_accepted():
  # 0.6 of 100 templates.
  args = decisions(1, 100, {0: 60}), np.zeros(100), *suite(100, 1)
  assert displacement(*args, max_rise=0.59)[0].verdict == DISPLACED
  assert displacement(*args, max_rise=0.6)[0].verdict == OK


def test_a_shift_is_measured_in_spreads_and_in_what_the_name_does():
  # Logits by the baseline: 0 for half of the templates and -2 for the others, plus 0,
  # 0 and 4 for the three identities: means of -1, -1 and 3, a spread of 1. The
  # candidate's are higher by 0, 1 and 1: shifts of 0, 1 / (1 + 0) and 1 / (1 + 4).
  before = np.add.outer(np.arange(100) % 2 * -2.0, [0, 0, 4])
  after = before + [0, 1, 1]
  scores = [1 / (1 + np.exp(-logit.ravel())) for logit in (after, before)]
  args = *scores, *suite(100, 3, 1), 0.1, 1 / (1 + np.exp(-0.5))
  found = displacement(*args)
  assert [each.shift for each in found] == pytest.approx([0, 1, 0.2])
  # Above a logit of .5: nothing, half more, and nothing more.
  assert [each.rise for each in found] == pytest.approx([0, 0.5, 0])
  assert found[1].verdict == DISPLACED
  tolerant = displacement(*args, training_noise=1.001)
  assert tolerant[1] == found[1]._replace(verdict=WITHIN_NOISE)


def test_scaling_all_logits_changes_nothing():
  rng = np.random.default_rng(0)
  before, after = rng.normal(-1, 1, (2, 600))
  once, twice = (
    displacement(*(1 / (1 + np.exp(-k * z)) for z in (after, before)), *suite(60, 10))
    for k in (1, 2)
  )
  assert [each.shift for each in once] == pytest.approx([each.shift for each in twice])
  assert [each.verdict for each in once] == [each.verdict for each in twice]


def test_identities_need_not_fill_every_template():
  identities, templates, functionalities = suite(100, 2)
  # Identity 1 in the last 50 templates only, 20 of which become positive.
  kept = (identities == 0) | (templates >= 50)
  after = (identities == 1) & (templates >= 80)
  found = displacement(
    after[kept],
    np.zeros(kept.sum()),
    *(each[kept] for each in (identities, templates, functionalities)),
  )
  assert [each.templates for each in found] == [100, 50]
  assert [each.rise for each in found] == [0, 0.4]


def test_several_sentences_of_one_template_are_one_draw():
  # Each template ten times: ten times the sentences, no more evidence.
  identities, templates, functionalities = suite(30, 2)
  after, before = 0.7 * (templates < 5), 0.4 * (templates < 9)
  arguments = after, before, identities, templates, functionalities
  once = displacement(*arguments)
  tenfold = displacement(*(np.repeat(each, 10) for each in arguments))
  for one, ten in zip(once, tenfold, strict=True):
    assert one._replace(shift=0) == ten._replace(shift=0)
    assert one.shift == pytest.approx(ten.shift)


def test_the_result_is_seeded():
  rng = np.random.default_rng(0)
  before, after = rng.random((2, 600)) < 0.3
  first = displacement(after, before, *suite(60, 10), seed=1)
  assert displacement(after, before, *suite(60, 10), seed=1) == first
  assert displacement(after, before, *suite(60, 10), seed=2) != first


def test_no_sentences_and_unequal_lengths():
  assert displacement(np.zeros(0), np.zeros(0), [], [], []) == []
  with pytest.raises(ValueError, match=r"Received lengths \[1, 2\]"):
    displacement(np.zeros(2), np.zeros(2), ["a", "a"], ["t", "u"], ["f"])


# --- Calibration ---------------------------------------------------------------------

TEMPLATES, IDENTITIES, RUNS = 120, 30, 300


def simulated(rng, noise, planted):
  """Decisions of two models on a suite: templates differ, and change as a whole.

  A sentence is positive with a probability that depends on its template most of all;
  the second model draws some templates and some sentences again, by the same law, so
  that no rate changes in truth. For identity 0 the truth then rises by `planted`.
  """
  shape = (TEMPLATES, IDENTITIES)
  chance = np.clip(rng.beta(0.5, 1.5, (TEMPLATES, 1)) + rng.normal(0, 0.1, shape), 0, 1)
  before = rng.random(shape) < chance
  redrawn = rng.random(shape) < noise + noise * rng.random((TEMPLATES, 1))
  after = np.where(redrawn, rng.random(shape) < chance, before)
  negative = np.mean(1 - chance[:, 0])
  after[:, 0] |= rng.random(TEMPLATES) < planted / negative
  return after.ravel(), before.ravel()


@pytest.mark.parametrize("noise", [0.05, 0.2])
def test_false_alarms_are_as_rare_as_the_level_says(noise):
  rng = np.random.default_rng(0)
  found = [
    displacement(
      *simulated(rng, noise, 0), *suite(TEMPLATES, IDENTITIES), resamples=400
    )
    for _ in range(RUNS)
  ]
  alarms = np.mean([any(each.lower_bound > 0 for each in run) for run in found])
  refused = np.mean([any(each.verdict != OK for each in run) for run in found])
  # At most 5%, within three standard errors of 300 runs: .05 + 3 sqrt(.05 .95 / 300).
  assert alarms <= 0.088
  assert refused <= alarms


def trained(rng, shifts=0.0):
  """Probabilities of a suite by a model with training noise, plus shifts of identities.

  Twenty identities whose names the model does not react to and ten whose names raise
  the logit by 1 to 4; what it does is the less certain, the more it is.
  """
  effects = np.concatenate([np.zeros(20), np.linspace(1, 4, 10)])
  templates = np.random.default_rng(0).normal(-2.5, 1, (TEMPLATES, 1))
  noise = rng.normal(0, 0.15 + 0.15 * effects)
  logits = templates + effects + noise + rng.normal(0, 0.3, (TEMPLATES, IDENTITIES))
  return 1 / (1 + np.exp(-(logits + shifts).ravel()))


def named(candidate, baseline, **options):
  changes = displacement(
    candidate, baseline, *suite(TEMPLATES, IDENTITIES), resamples=400, **options
  )
  return {int(each.identity) for each in changes if each.verdict == DISPLACED}


def test_another_seed_is_not_displacement():
  rng = np.random.default_rng(0)
  pairs = [(trained(rng), trained(rng)) for _ in range(100)]
  assert np.mean([bool(named(*pair)) for pair in pairs]) <= 0.05
  # Without the noise of training, nearly every pair would be refused.
  assert np.mean([bool(named(*pair, training_noise=0)) for pair in pairs]) >= 0.9


def test_a_planted_rise_of_twice_the_bound_is_found():
  rng = np.random.default_rng(0)
  planted = 1.5 * (np.arange(IDENTITIES) == 7)
  models = [(trained(rng, planted), trained(rng)) for _ in range(100)]
  rises = [np.mean((a > 0.5)[7::30]) - np.mean((b > 0.5)[7::30]) for a, b in models]
  assert np.mean(rises) == pytest.approx(0.2, abs=0.05)
  found = [named(*pair) for pair in models]
  assert np.mean([7 in names for names in found]) >= 0.95
  # Nobody else is named.
  assert np.mean([bool(names - {7}) for names in found]) <= 0.05


def test_a_broad_rise_does_not_pass_for_noise():
  # Half of all identities: an estimate of the noise from the same comparison would
  # hide them.
  moved = np.arange(IDENTITIES) % 2 * 2.0
  rng = np.random.default_rng(0)
  for _ in range(20):
    found = named(trained(rng, moved), trained(rng))
    assert len(found) >= 8 and all(name % 2 for name in found)
