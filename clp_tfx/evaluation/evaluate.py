"""Evaluates a model on comments, without a pipeline."""

import dataclasses
import io
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, TextIO

import apache_beam as beam
import tensorflow_model_analysis as tfma
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.utils.shared import Shared
from tensorflow_model_analysis.proto import config_pb2
from tfx_bsl.public import tfxio

from clp_tfx.components.comments_example_gen.examples import ExampleConfig
from clp_tfx.components.counterfactual_gen import statistics, transforms
from clp_tfx.components.counterfactual_gen.generation import Generation
from clp_tfx.components.counterfactual_gen.stored_statistics import load_statistics
from clp_tfx.components.probe_evaluator.harm_gate import HarmGate, write_harms
from clp_tfx.components.probe_evaluator.scoring import held_out_probes, measured
from clp_tfx.errors import InputError
from clp_tfx.evaluation.comments import check_label, comment_files, read_comments
from clp_tfx.evaluation.config import EvaluationConfig
from clp_tfx.evaluation.models import opened
from clp_tfx.evaluation.pairs import generation_of
from clp_tfx.evaluation.worst_case import DrawExamples, worst_case
from clp_tfx.files import own_temporary_folder, remove_leftovers, replacing
from clp_tfx.pipeline.beam_runners import DIRECT, beam_pipeline_args, told_by_workers
from clp_tfx.pipeline.output import prepare_output
from clp_tfx.report.digests import file_digests
from clp_tfx.report.results import write_results
from clp_tfx.scorers.function import Function, check_shared, held
from clp_tfx.scorers.scorer import TextScorer
from clp_tfx.tfma.audit_pairs import Audit
from clp_tfx.tfma.eval_config import BASELINE, CANDIDATE, make_eval_config
from clp_tfx.tfma.extractors import counterfactual_extractors
from clp_tfx.tfma.group_figures import group_figures
from clp_tfx.tfma.scorer_model import SIGNATURE, eval_shared_model

_FIRST = 32  # Comments to check models on before Beam starts, not all distinct.


def evaluate_model(
  model: str | Function,
  comments: str | list[str],
  baseline: str | Function | None = None,
  **options: Any,
) -> dict[str, Any]:
  """Evaluates a model on comments and writes a report, like `clp-tfx evaluate`.

  Example:
    >>> def score(texts):
    ...   return [0.9 if "gay" in text.lower() else 0.1 for text in texts]
    >>> summary = evaluate_model(score, "comments.csv", output="page")
    >>> summary["clp"]["flip_rate"]
    0.0875

  Args:
    model: Any model that scores texts, as in `TextScorer`, or a function from a list
      of texts to scores.
    comments: One or several files of comments, as for `clp-tfx run`; the label column
      is optional.
    baseline: Model to compare with, in any form that `model` has.
    **options: Fields of `EvaluationConfig`.

  Returns:
    The summary, as written to `OUTPUT/summary.json`, with the model's figures under
    `clp` and the baseline's under `baseline`; see `summarize`. `worst_case` has what
    the function of that name returns; None if it was switched off.

  Raises:
    InputError: If the model, the comments or an option are invalid.
  """
  paths = (comments,) if isinstance(comments, str) else tuple(comments)
  with held(model) as name, held(baseline or "") as other:
    config = EvaluationConfig(
      model=name, comments=paths, baseline=other or None, **options
    )
    return evaluate(config, io.StringIO())


@own_temporary_folder()
def evaluate(config: EvaluationConfig, terminal: TextIO) -> dict[str, Any]:
  """Evaluates a model as `evaluate_model` does, from a configuration.

  Args:
    config: The configuration.
    terminal: Where to show progress.
  """
  output = prepare_output(config.output)
  remove_leftovers(output)
  columns = ExampleConfig(
    config.text_feature,
    config.label_column,
    config.label_threshold,
    example_texts=config.example_texts,
  )
  comments = comment_files(config.comments)
  labelled = check_label(comments, columns, config.label_feature is not None)
  if not labelled and (config.min_auc is not None or config.max_auc_drop is not None):
    raise InputError(
      f"AUC needs labels, but no column of {', '.join(config.comments)} is known to "
      "hold them: name it with --label-feature, or leave out --min-auc and "
      "--max-auc-drop."
    )
  evaluation = output / "evaluation"
  coverage = str(output / "counterfactual_statistics")
  # Written elsewhere: Beam takes `[` in the name of the output folder for a pattern.
  with tempfile.TemporaryDirectory() as folder, opened(config) as models:
    plain, drawn = (os.path.join(folder, name) for name in ("evaluation", "drawn"))
    _show(terminal, "Checking the model ...")
    if config.workers > 1:
      check_shared(models)
    _check(config, models, columns, comments)
    _show(terminal, "Scoring comments and counterfactuals ...")
    _run(config, models, columns, comments, labelled, plain, drawn, coverage)
    _let_go_of_models()
    if config.harm_gate:
      _show(terminal, "Scoring probes ...")
      _add_harms(config, models, config.harm_gate, plain)
    measured = None
    if config.worst_case_comments != 0:
      _show(terminal, "Scoring every term of a role ...")
      measured = worst_case(config, models, drawn)
    with replacing(evaluation) as fresh:
      shutil.copytree(plain, fresh)
  return write_results(
    output,
    str(evaluation),
    config.decision_threshold,
    gated=config.gates,
    evaluated_model=config.candidate,
    worst_case=measured,
    coverage=load_statistics(coverage)["splits"],
    counterfactual_statistics=coverage,
    comments={"source": list(config.comments), "files": file_digests(comments)},
    configuration=dataclasses.asdict(config),
  )


def _show(terminal: TextIO, line: str) -> None:
  print(line, file=terminal, flush=True)


def _check(
  config: EvaluationConfig,
  models: list[str],
  columns: ExampleConfig,
  comments: list[str],
) -> None:
  """Checks each model on the first comments and, if they are scored, probes."""
  rows = read_comments(comments[0], columns, config.split)
  first = [example for example, _ in zip(rows, range(_FIRST), strict=False)]
  if not first:
    raise InputError(
      f"{comments[0]} has no comment in its {config.split} split: give --split "
      "all, or another file."
    )
  for model in models:
    scorer = TextScorer(model, **config.scoring)
    scorer.check(first)
    if config.harm_gate and config.harm_gate.scores_probes:
      # Scored last: a table without them would be found out after all else.
      scorer.check_texts([probe.text for probe in held_out_probes()])


def _run(
  config: EvaluationConfig,
  models: list[str],
  columns: ExampleConfig,
  comments: list[str],
  labelled: bool,
  evaluation: str,
  drawn: str,
  coverage: str,
) -> None:
  generation = generation_of(config, config.text_feature)
  eval_config = _eval_config(config, labelled)
  shared = [
    eval_shared_model(name, model, is_baseline=name == BASELINE, **config.scoring)
    for name, model in zip((CANDIDATE, BASELINE), models, strict=False)
  ]
  shared = shared[0] if len(shared) == 1 else shared
  source = tfxio.TFExampleBeamRecord(
    physical_format="inmem",
    telemetry_descriptors=["clp_tfx", "evaluate"],
    raw_record_column_name=tfma.ARROW_INPUT_COLUMN,
  )
  options = PipelineOptions(beam_pipeline_args(DIRECT, workers=config.workers))
  with told_by_workers(), beam.Pipeline(options=options) as pipeline:
    read = (
      pipeline
      | "Files" >> beam.Create(comments)
      | "Read"
      >> beam.FlatMap(read_comments, columns, config.split).with_output_types(bytes)
    )
    if config.workers > 1:  # A single one has nobody to share with.
      read |= "Shuffle" >> beam.Reshuffle()
    generated = read | transforms.AddCounterfactuals(generation, config.split)
    _ = (
      generated.counts
      | "Count" >> beam.CombineGlobally(statistics.SumCounts())
      | "Report" >> beam.Map(_report, generation, config.split, coverage)
    )
    if config.most_worst_cases:
      _ = generated.examples | "Sample" >> DrawExamples(config, drawn)
    _ = (
      generated.examples
      | source.BeamSource()
      | tfma.ExtractEvaluateAndWriteResults(
        eval_shared_model=shared,
        eval_config=eval_config,
        extractors=counterfactual_extractors(shared, eval_config),
        output_path=evaluation,
        display_only_data_location=", ".join(config.comments),
        display_only_file_format=Path(comments[0]).suffix,
      )
    )


def _let_go_of_models() -> None:
  """Frees the models, of which Beam keeps the last until something else is shared.

  TensorFlow prints a traceback for each function of a model that lives until the
  program ends.
  """
  Shared().acquire(lambda: None)


def _add_harms(
  config: EvaluationConfig, models: list[str], gate: HarmGate, evaluation: str
) -> None:
  _, figures = group_figures(evaluation, gate.threshold)
  probes = measured(
    gate,
    models,
    matched_threshold=figures["matched_threshold"],
    **config.scoring,
  )
  write_harms(evaluation, gate, probes)


def _report(
  counts: statistics.Counts, generation: Generation, split: str, folder: str
) -> None:
  """Checks and writes the counts as a step of the pipeline, so that errors end it."""
  transforms.check_match(counts, generation)
  statistics.write_statistics(statistics.as_dict(counts, [split]), folder)


def _eval_config(config: EvaluationConfig, labelled: bool) -> config_pb2.EvalConfig:
  return make_eval_config(
    config.max_flip_rate,
    config.min_auc,
    config.max_auc_drop,
    max_flip_rate_of=config.group_bounds,
    gate_on=config.gate_on,
    min_pairs=config.min_pairs,
    **config.standing_bounds,
    has_baseline=bool(config.baseline),
    decision_threshold=config.decision_threshold,
    other_thresholds=config.other_thresholds,
    audit=Audit.of(config.audit_terms, config),
    example_texts=config.example_texts,
    text_feature=config.text_feature,
    with_labels=labelled,
    signature_name=SIGNATURE,
  )
