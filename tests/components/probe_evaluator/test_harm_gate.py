"""Where the bounds on harm apply, and what an evaluation keeps of them."""

import pytest

from clp_tfx.components.probe_evaluator.harm_gate import (
  HarmGate,
  load_harms,
  write_harms,
)

from .harms import GATE, probes

VALUES = {
  "threshold": 0.5,
  "max_displacement": 0.1,
  "max_identity_spread": 0.3,
  "max_recall_drop": 0.1,
  "min_count": 30,
}


@pytest.fixture
def german(tmp_path):
  path = tmp_path / "terms.csv"
  path.write_text("term,group,language\nschwul,orientation,de-AT\n")
  return str(path)


@pytest.mark.parametrize(
  "mode, label, is_german, scored, probed, commented, why",
  [
    ("auto", "toxicity", False, True, True, True, ""),
    ("auto", "spam", False, False, False, True, "`spam` is not known to mean toxicity"),
    ("auto", "toxicity", True, False, False, True, "in another language (de)"),
    ("on", "spam", True, True, True, True, ""),
    ("shown", "toxicity", False, True, False, False, "without a bound"),
    ("off", "toxicity", False, False, False, False, "--harm-gate is off"),
  ],
)
def test_where_bounds_apply(
  german, mode, label, is_german, scored, probed, commented, why
):
  lexicon = german if is_german else "identity_en"
  gate = HarmGate.of(mode, label, lexicon, **VALUES)
  assert gate.scores_probes is scored
  assert gate.judges_probes is probed
  assert gate.judges_comments is commented
  assert [part for part in gate.inactive if why in part] == list(gate.inactive)
  assert bool(gate.inactive) == bool(why)


@pytest.mark.parametrize(
  ("mode", "commented", "why"),
  [
    ("auto", True, "Probes and recall are inactive: they are about positive decisions"),
    ("on", True, "the label `kind` has classes"),
    ("shown", False, "without a bound"),
    ("off", False, "--harm-gate is off"),
  ],
)
def test_classes_have_no_probes(mode, commented, why):
  values = {**VALUES, "threshold": None}
  gate = HarmGate.of(
    mode, "kind", "identity_en", without_positives="has classes", **values
  )
  assert not gate.scores_probes
  assert not gate.judges_probes
  assert gate.judges_comments is commented
  assert why in gate.inactive[0]
  assert HarmGate.from_json(gate.to_json()) == gate


def test_an_identity_is_trained_on_in_any_form(tmp_path):
  path = tmp_path / "terms.csv"
  path.write_text("term,group\nwomen,gender/female\ngay,orientation\n")
  gate = HarmGate.of("on", "toxicity", str(path), **VALUES)
  assert set(gate.trained_on) == {"woman", "gay"}


def test_settings_and_figures_are_read_as_they_were_written(tmp_path, memory_files):
  for folder in (str(tmp_path / "[1]"), "memory://b/evaluation"):
    if "://" not in folder:
      (tmp_path / "[1]").mkdir()
    write_harms(folder, GATE, probes())
    assert load_harms(folder) == (GATE, probes())
  assert HarmGate.from_json(GATE.to_json()) == GATE


def test_an_evaluation_without_them(tmp_path):
  assert load_harms(str(tmp_path)) is None


def test_a_label_that_is_not_judged_is_measured_all_the_same():
  gate = HarmGate.of("auto", "toxicity", "identity_en", judges=False, **VALUES)
  assert gate.scores_probes
  assert not gate.judges_probes and not gate.judges_comments
  assert gate.inactive == ()


def test_labels_are_kept_apart(tmp_path):
  write_harms(str(tmp_path), GATE, probes(), "rude")
  write_harms(str(tmp_path), GATE, None, "threat")
  assert load_harms(str(tmp_path), "rude") == (GATE, probes())
  assert load_harms(str(tmp_path), "threat") == (GATE, None)
  assert load_harms(str(tmp_path)) is None
