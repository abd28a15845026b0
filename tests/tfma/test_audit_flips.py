import dataclasses
import functools
import json

import numpy as np
import pytest

from clp_tfx.counterfactuals.generator_options import EditingOptions
from clp_tfx.errors import InputError
from clp_tfx.pipeline.verdict import summarize
from clp_tfx.tfma import (
  COUNTERFACTUAL_PAIRS,
  COUNTERFACTUAL_PREDICTIONS,
  Audit,
  AuditFlips,
  make_eval_config,
)
from clp_tfx.tfma.audit_pairs import AUDITED, AuditGenerator, audited_names
from clp_tfx.tfma.intervals import ClusterSums, upper_bound

from .evaluation import evaluate, example, save_keyword_model


@pytest.fixture
def lexicons(tmp_path):
  """Returns options that train on "gay", and a broader lexicon."""
  rows = {
    "trained": "gay,so/gay,neutral",
    "broad": "gay,so/gay,neutral\ngay person,so/gay,neutral\n"
    "queer,so/queer,neutral\ndeaf,ability/deaf,neutral\ntall,body/tall,neutral",
    "slurs": "slur,body/slur,pejorative",
  }
  paths = {}
  for name, text in rows.items():
    path = tmp_path / f"{name}.csv"
    path.write_text(f"term,group,connotation\n{text}\n")
    paths[name] = str(path)
  options = EditingOptions(
    identity_terms=paths["trained"], pejorative_terms=paths["slurs"]
  )
  return options, paths["broad"]


# A model that looks for "deaf" scores it .9 and all else .2. By the training lexicon
# the first and the third comment have a pair each, and neither flips.
EXAMPLES = [
  example("a gay day", ["a day"], 1.0, ["so/gay"], terms=["gay"]),
  example("a deaf day", [], 0.0),
  example("a deaf gay day", ["a deaf day"], 0.0, ["so/gay"], terms=["gay"]),
  example("a tall slur", [], 1.0),
  example("fine", [], 0.0),
]


@pytest.mark.e2e
def test_who_is_not_in_the_training_lexicon_is_audited(tmp_path, lexicons):
  options, broad = lexicons
  config = make_eval_config(
    max_flip_rate=1, min_pairs=2, audit=Audit.of(broad, options), has_baseline=True
  )
  model = save_keyword_model(tmp_path / "deaf", "deaf")
  none = save_keyword_model(tmp_path / "none", "none")
  summary = summarize(evaluate(tmp_path, EXAMPLES, config, model, none), 0.5)
  figures = summary["clp"]
  assert (figures["pairs"], figures["flip_rate"]) == (2, 0)
  audit = figures["audit"]

  def found(kind):
    return {
      name: (each["pairs"], each["flip_rate"], each["trained_on"], each["judged"])
      for name, each in audit[kind].items()
    }

  # All terms of a comment go at once: the third flips for "gay" as well.
  assert found("group") == {
    "ability": (2, 1, False, True),
    "ability/deaf": (2, 1, False, True),
    "body": (0, None, False, False),
    "body/tall": (0, None, False, False),
    "so": (2, 1 / 2, True, True),
    "so/gay": (2, 1 / 2, True, True),
  }
  assert found("term") == {"deaf": (2, 1, False, True), "gay": (2, 1 / 2, True, True)}
  assert found("pairs") == {
    "not_trained_on": (2, 1, False, True),
    "trained_on": (1, 0, True, False),
  }
  assert audit["group"]["ability"]["counterfactual_gap"] == pytest.approx(0.7)
  low, high = audit["group"]["so"]["flip_rate_bounds"]
  assert 0 < low < 1 / 2 < high < 1
  assert audit["worst_not_trained_on"] == "ability"
  assert summary["baseline"]["audit"]["group"]["ability"]["flip_rate"] == 0


def test_the_audit_makes_pairs_by_the_rules_of_the_others(lexicons):
  options, broad = lexicons
  options = dataclasses.replace(options, method="ablation_by_term")
  generator = AuditGenerator(Audit.of(broad, options))
  both, nothing, slur = generator.outcomes([b"a deaf gay \xff", b"fine", b"tall slur"])
  assert both.texts == [b"a gay \xff", b"a deaf \xff"]
  names = {each.name: each for each in audited_names(both.described([4, 7]))}
  assert (names["deaf"].trained, names["deaf"].places) == (False, [4])
  assert (names["so/gay"].trained, names["so/gay"].places) == (True, [7])
  assert names["not_trained_on"].places == [4]
  (person,) = generator.outcomes([b"a gay person"])
  assert person.texts == [b"a person"]
  assert person.names["audit_term", "gay person"] == (True, [0])
  assert (nothing.texts, nothing.names) == ([], {})
  assert slur.texts == []
  assert set(slur.names) == {("audit_group", "body"), ("audit_group", "body/tall")}


def test_the_broadest_built_in_lexicon_of_the_language_is_the_default(tmp_path):
  def terms(given, **options):
    audit = Audit.of(given, EditingOptions(**options))
    return audit and audit.terms

  assert terms(None) == "identity_en"
  assert terms(None, identity_terms="identity_de") == "identity_de"
  assert terms("") is None
  path = tmp_path / "own.csv"
  path.write_text("term,group,language\nsami,nation/sami,fi\n")
  assert terms(None, identity_terms=str(path)) is None
  assert terms(str(path)) == str(path)
  with pytest.raises(InputError, match="none.csv"):
    terms("none.csv")


def test_a_lexicon_that_has_changed_is_refused(lexicons):
  options, broad = lexicons
  audit = Audit.of(broad, options)
  stored = Audit(**json.loads(json.dumps(dataclasses.asdict(audit))))
  AuditGenerator(stored)
  with open(broad, "a") as file:
    file.write("short,body/short,neutral\n")
  with pytest.raises(InputError, match="its terms have changed since"):
    AuditGenerator(stored)


SIZE = 2_000
NAMES = [("audit_group", "a"), ("audit_group", "b"), ("audit_term", "t")]


def random_extracts():
  rng = np.random.default_rng(3)
  for _ in range(SIZE):
    count = int(rng.integers(1, 4))
    scores = rng.random(1 + count)
    rows = [
      [*name, True, np.flatnonzero(rng.random(count) < 0.7).tolist()] for name in NAMES
    ]
    yield {
      "predictions": scores[:1],
      COUNTERFACTUAL_PREDICTIONS: scores[1:, None],
      COUNTERFACTUAL_PAIRS: np.array([-1]),
      AUDITED: np.array([json.dumps(rows).encode()], object),
    }


def test_equals_a_recomputation_in_every_partition():
  (computation,) = AuditFlips({}, min_pairs=1).computations()
  (preprocessor,), combiner = computation.preprocessors, computation.combiner
  extracts = list(random_extracts())
  elements = [each for one in extracts for each in preprocessor.process(one)]

  def accumulated(part):
    return functools.reduce(combiner.add_input, part, combiner.create_accumulator())

  whole = combiner.extract_output(accumulated(elements))
  values = {key.name: value for key, value in whole.items()}
  for index, (feature, name) in enumerate(NAMES):
    n, f, gaps = [], [], []
    for one in extracts:
      places = json.loads(one[AUDITED].item())[index][3]
      after = one[COUNTERFACTUAL_PREDICTIONS][places, 0]
      before = one["predictions"][0]
      n.append(len(places))
      f.append(((after > 0.5) != (before > 0.5)).sum())
      gaps.append(np.abs(after - before).sum())
    n, f = np.array(n, float), np.array(f, float)
    sums = ClusterSums(
      (n > 0).sum(), (f > 0).sum(), n.sum(), f.sum(), n.sum(), n @ n, f @ n, f @ f
    )
    at = f"{feature}={name}"
    assert values[f"audit/flip_count/pairs/{at}"] == n.sum()
    assert values[f"audit/flip_count/comments/{at}"] == (n > 0).sum()
    assert values[f"audit/flip_rate/overall@0.5/{at}"] == f.sum() / n.sum()
    assert values[f"audit/flip_rate/overall/upper_bound@0.5/{at}"] == pytest.approx(
      float(upper_bound(sums, 0.95)), rel=1e-12
    )
    gap = values[f"audit/counterfactual_gap/{at}"]
    assert gap == pytest.approx(np.sum(gaps) / n.sum(), rel=1e-12)

  for size, given in ((1, list), (7, iter), (999, tuple)):
    parts = [
      accumulated(elements[start : start + size])
      for start in range(0, len(elements), size)
    ]
    assert combiner.extract_output(combiner.merge_accumulators(given(parts))) == whole


def test_only_the_terms_with_the_most_pairs_have_figures():
  (computation,) = AuditFlips({}, max_terms=1).computations()
  combiner = computation.combiner
  rows = [["audit_term", "rare", True, [0]], ["audit_term", "often", True, [0, 1]]]
  extracts = {
    "predictions": np.array([0.4]),
    COUNTERFACTUAL_PREDICTIONS: np.array([[0.6], [0.7]]),
    AUDITED: np.array([json.dumps(rows).encode()], object),
  }
  elements = computation.preprocessors[0].process(extracts)
  output = combiner.extract_output(
    combiner.add_inputs(combiner.create_accumulator(), elements)
  )
  assert {key.name.partition("=")[2] for key in output} == {"often"}
