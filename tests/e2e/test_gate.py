"""The stock Evaluator blesses and refuses correctly, and the Pusher follows it.

One pipeline runs once, on a few examples and models that look for a keyword, with an
Evaluator and a Pusher for each case.
"""

import dataclasses
from pathlib import Path

import pytest
import tensorflow as tf
from tfx import v1 as tfx

from clp_tfx.components import HarmGate, ProbeEvaluator
from clp_tfx.components.probe_evaluator import scoring
from clp_tfx.pipeline.beam_runners import LOCAL_BEAM_ARGS
from clp_tfx.pipeline.verdict import summarize
from clp_tfx.probes import fill_probes
from clp_tfx.tfma import make_eval_config

from ..tfma.evaluation import example, save_keyword_model

pytestmark = pytest.mark.e2e

# Ten comments, eight pairs. A model that looks for "gay" flips on the four pairs that
# edit "gay" and on none of the four that edit "her". Labels follow "bad": a model that
# looks for "bad" never flips and has AUC 1. The other's positives score (0.9, 0.9, 0.2)
# and its negatives (0.9, 0.9, 0.2 five times): of 21 couples 10 are right, 9 tied
# and 2 wrong, (10 + 9 / 2) / 21 = .69. With no flip in eight single pairs, the upper
# bound is 1 - .05^(1 / 8) = .31.
GAY, HER = "sexual_orientation/homosexual", "gender/female"
EXAMPLES = [
  *[
    example(text, [text.replace("gay ", "")], label, edited=[GAY], groups=[GAY])
    for text, label in (
      ("a bad gay day", 1.0),
      ("bad gay people", 1.0),
      ("a gay day", 0.0),
      ("gay people", 0.0),
    )
  ],
  *[
    example(text, [text.replace("her ", "")], label, edited=[HER], groups=[HER])
    for text, label in (
      ("her bad day", 1.0),
      ("her day", 0.0),
      ("her house", 0.0),
      ("her people", 0.0),
    )
  ],
  example("fine", [], 0.0),
  example("good", [], 0.0),
]
# Nothing but negatives: AUC is undefined.
ONE_CLASS = [
  example("a gay day", ["a day"], 0.0, edited=[GAY], groups=[GAY]),
  example("her bad day", ["bad day"], 0.0, edited=[HER], groups=[HER]),
]
# The pairs for "gay" are missing.
FAILED = [
  example("bad gay day", [], 1.0, groups=[GAY], skipped=["failed: TimeoutError"]),
  example("her bad day", ["bad day"], 1.0, edited=[HER], groups=[HER]),
  example("fine", [], 0.0),
]
NO_PAIRS = [example("bad", [], 1.0), example("fine", [], 0.0)]


@dataclasses.dataclass(frozen=True)
class Case:
  name: str
  blessed: bool
  model: str
  arguments: dict
  baseline: str | None = None
  examples: str = "examples"
  gate: HarmGate | None = None


def point(**arguments):
  return {"gate_on": "point", "min_pairs": 8, "min_auc": 0.55, **arguments}


FAILURES = point(max_flip_rate=1, min_pairs=1)
ALLOWED = {"max_failed": 1, "max_left_out": 1}
NEVER = point(max_flip_rate=0, min_auc=0.1, min_positive_ratio=0)

HARMS = {
  "threshold": 0.5,
  "max_displacement": 0.1,
  "max_identity_spread": 0,
  "max_recall_drop": 0,
  "min_count": 30,
}

CASES = [
  Case("FlipRateUnder", True, "gay", point(max_flip_rate=0.5)),
  Case("FlipRateOver", False, "gay", point(max_flip_rate=0.49)),
  Case(
    "UpperBoundUnder",
    True,
    "bad",
    {"max_flip_rate": 0.35, "min_auc": 0.9, "min_pairs": 8},
  ),
  Case(
    "UpperBoundOver",
    False,
    "bad",
    {"max_flip_rate": 0.3, "min_auc": 0.9, "min_pairs": 8},
  ),
  Case(
    "GroupUnder",
    True,
    "gay",
    point(max_flip_rate=1, min_pairs=4, max_flip_rate_of={HER: 0, "gender": 0}),
  ),
  Case(
    "GroupOver",
    False,
    "gay",
    point(max_flip_rate=1, min_pairs=4, max_flip_rate_of={GAY: 0.99}),
  ),
  Case("AbsentGroup", False, "bad", point(max_flip_rate_of={"race": 1})),
  Case("TooFewPairs", False, "bad", point(max_flip_rate=1, min_pairs=9)),
  Case(
    "TooFewPairsOfAGroup",
    False,
    "bad",
    point(max_flip_rate_of={HER: 1}, min_pairs=5),
  ),
  Case("NoPairs", False, "bad", point(max_flip_rate=1, min_pairs=0), None, "no_pairs"),
  Case(
    "OneClass",
    False,
    "bad",
    {**point(max_flip_rate=1, min_pairs=1), "min_auc": None, "max_auc_drop": 1},
    "bad",
    "one_class",
  ),
  Case("FailedForAGroup", False, "bad", FAILURES, None, "failed"),
  Case("FailedIsAllowed", True, "bad", FAILURES | ALLOWED, None, "failed"),
  Case("NoToEverything", False, "none", point(max_flip_rate=0, min_auc=0.1)),
  Case("NoToEverythingIsAllowed", True, "none", NEVER),
  Case("AucUnder", False, "gay", point(max_flip_rate=1, min_auc=0.9)),
  Case("AucOver", True, "bad", point(max_flip_rate=0, min_auc=0.9)),
  Case("AucDrop", False, "gay", point(max_flip_rate=1, max_auc_drop=0.05), "bad"),
  Case("AucDropWithin", True, "gay", point(max_flip_rate=1, max_auc_drop=0.5), "bad"),
  Case("BetterThanIt", True, "bad", point(max_flip_rate=0, max_auc_drop=0), "gay"),
  # The candidate flags neutral sentences about gay people, the baseline none.
  Case(
    *("DisplacesAnIdentity", False, "gay", point(max_flip_rate=1, max_auc_drop=1)),
    *("bad", "examples", HarmGate.of("on", "toxicity", "identity_en", **HARMS)),
  ),
  Case(
    "OverWithBaseline",
    False,
    "gay",
    point(max_flip_rate=0.1, max_auc_drop=1),
    "bad",
  ),
]


SOURCES = {
  "examples": EXAMPLES,
  "no_pairs": NO_PAIRS,
  "one_class": ONE_CLASS,
  "failed": FAILED,
}


def imported(name, uri, artifact_type, **properties):
  return tfx.dsl.Importer(
    source_uri=str(uri), artifact_type=artifact_type, properties=properties
  ).with_id(name)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
  """Runs all cases; returns a folder with a folder of pushes for each case."""
  folder = tmp_path_factory.mktemp("gate")
  sources = {}
  for name, examples in SOURCES.items():
    split = folder / name / "Split-test"
    split.mkdir(parents=True)
    with tf.io.TFRecordWriter(
      str(split / "data_tfrecord-00000-of-00001.gz"), options="GZIP"
    ) as writer:
      for serialized in examples:
        writer.write(serialized)
    sources[name] = imported(
      name,
      folder / name,
      tfx.types.standard_artifacts.Examples,
      split_names='["test"]',
    )
  for word in ("gay", "bad", "none"):
    save_keyword_model(folder / word / "Format-Serving", word)
    sources[word] = imported(word, folder / word, tfx.types.standard_artifacts.Model)
  nodes = list(sources.values())
  for case in CASES:
    model = sources[case.model].outputs["result"]
    evaluated = {
      "examples": sources[case.examples].outputs["result"],
      "model": model,
      "baseline_model": sources[case.baseline].outputs["result"]
      if case.baseline
      else None,
      "eval_config": make_eval_config(**case.arguments),
    }
    if case.gate:
      evaluator = ProbeEvaluator(**evaluated, gate=case.gate)
    else:
      evaluator = tfx.components.Evaluator(
        **evaluated,
        example_splits=["test"],
        module_path="clp_tfx.modules.evaluator",
      )
    evaluator = evaluator.with_id(f"Evaluator{case.name}")
    pusher = tfx.components.Pusher(
      model=model,
      model_blessing=evaluator.outputs["blessing"],
      push_destination=tfx.proto.PushDestination(
        filesystem=tfx.proto.PushDestination.Filesystem(
          base_directory=str(folder / "pushed" / case.name)
        )
      ),
    ).with_id(f"Pusher{case.name}")
    nodes += [evaluator, pusher]
  pipeline = tfx.dsl.Pipeline(
    pipeline_name="gate",
    pipeline_root=str(folder / "root"),
    components=nodes,
    beam_pipeline_args=[*LOCAL_BEAM_ARGS],
    metadata_connection_config=tfx.orchestration.metadata.sqlite_metadata_connection_config(
      str(folder / "metadata.sqlite")
    ),
  )
  some = [probe for probe in fill_probes() if probe.identity in ("gay", "deaf")]
  with pytest.MonkeyPatch.context() as patch:
    patch.setattr(scoring, "fill_probes", lambda: some)
    tfx.orchestration.LocalDagRunner().run(pipeline)
  return folder


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_blesses_or_refuses_and_the_pusher_follows(run, case):
  (blessing,) = (run / "root" / f"Evaluator{case.name}" / "blessing").iterdir()
  blessed = [path.name for path in blessing.iterdir()]
  assert blessed == ["BLESSED" if case.blessed else "NOT_BLESSED"]
  pushed = Path(run / "pushed" / case.name)
  assert (pushed.is_dir() and any(pushed.iterdir())) == case.blessed


def test_the_displaced_identity_is_named_with_a_sentence(run):
  (evaluation,) = (run / "root/EvaluatorDisplacesAnIdentity/evaluation").iterdir()
  gate = summarize(str(evaluation), 0.5)["gate"]
  (failure,) = gate["failures"]
  assert failure["slice"] == "identity=gay" and failure["value"] > 0.9
  assert "gay" in failure["reason"].partition("the worst: ")[2]
