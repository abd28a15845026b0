"""Writes the results of a pipeline or an evaluation: summary, pages, worst flips."""

import dataclasses
import datetime
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from clp_tfx.components.counterfactual_gen.stored_statistics import load_statistics
from clp_tfx.errors import InputError
from clp_tfx.files import write_whole
from clp_tfx.pipeline.labels import views
from clp_tfx.pipeline.nodes import MODELS, RESOLVER_ID
from clp_tfx.pipeline.output import within
from clp_tfx.pipeline.training_curves import training_curves
from clp_tfx.pipeline.verdict import summarize
from clp_tfx.report import versions
from clp_tfx.report.digests import EXTRAS, model_digest
from clp_tfx.report.model_card import model_card
from clp_tfx.report.page import write_page
from clp_tfx.report.record import FILE_NAME, make_record
from clp_tfx.report.report import write_report
from clp_tfx.tfma.results import write_worst_flips

CARD_NAME = "model_card.html"
"""Name of the model card, beside the report and the pushed model."""
NO_BLESSED_MODEL = (
  "There is no blessed model yet to compare with: the maximum loss of AUC was not "
  "checked, and the positive rate was compared with the label rate. The minimum AUC "
  "and the flip rates were checked."
)


@dataclasses.dataclass(frozen=True)
class PipelineArtifacts:
  """Locations of the artifacts that the results are made from.

  Example:
    >>> PipelineArtifacts("evaluation", "statistics", {}, pushed_model=None).evaluation
    'evaluation'

  Attributes:
    evaluation: Folder that the Evaluator wrote.
    statistics: Folder of the counterfactual statistics.
    model_runs: Folders of the training logs of `clp` and, with a control, `baseline`.
    pushed_model: The served version, None if the model failed the gate.
    awaits_blessed_model: Whether the baseline is the latest blessed model, which does
      not exist for the first runs.
  """

  evaluation: str
  statistics: str
  model_runs: Mapping[str, str]
  pushed_model: str | None
  awaits_blessed_model: bool = False


class JobArtifact(NamedTuple):
  """An artifact that a job created.

  Attributes:
    uri: Its location.
    properties: Its properties by name.
  """

  uri: str
  properties: Mapping[str, Any]


def check_tasks(tasks: Collection[str], job: str) -> None:
  """Checks that a job is one of this pipeline.

  Args:
    tasks: Names of its tasks.
    job: Name of the job, for messages.

  Raises:
    InputError: If it lacks a task that the results need.
  """
  for needed in ("CounterfactualGen", "Trainer", "Evaluator", "Pusher"):
    if needed not in tasks:
      raise InputError(
        f"Expected {job} to be a job of this pipeline, but it has no {needed}: compile "
        "one with clp-tfx compile."
      )


def artifacts_of_job(
  made: Mapping[str, Mapping[str, JobArtifact]],
) -> PipelineArtifacts:
  """Returns the artifacts for the results of a finished job of this pipeline.

  Args:
    made: The job's output artifacts by task and key.
  """
  pushed = made["Pusher"]["pushed_model"].properties
  return PipelineArtifacts(
    evaluation=made["Evaluator"]["evaluation"].uri,
    statistics=made["CounterfactualGen"]["counterfactual_statistics"].uri,
    model_runs={
      name: made[task]["model_run"].uri for name, task in MODELS.items() if task in made
    },
    pushed_model=pushed["pushed_destination"] if pushed.get("pushed") else None,
    awaits_blessed_model=any(task.startswith(RESOLVER_ID) for task in made),
  )


def write_pipeline_results(
  output: Path,
  artifacts: PipelineArtifacts,
  decision_threshold: float,
  **more: Any,
) -> dict[str, Any]:
  """Writes the results of a pipeline.

  Example:
    >>> from pathlib import Path
    >>> summary = write_pipeline_results(
    ...   Path("results"),
    ...   PipelineArtifacts("evaluation", "statistics", {}, pushed_model=None),
    ...   decision_threshold=0.5,
    ...   comments={"source": ["comments.csv"]},
    ...   configuration={},
    ...   seconds={},
    ...   cached=[],
    ... )
    >>> summary["gate"]["blessed"]
    True

  Args:
    output: Folder to write them to.
    artifacts: The artifacts to make them from.
    decision_threshold: The decision threshold of the Evaluator.
    **more: Further entries of the summary, such as `seconds` by component.

  Returns:
    The summary; see `write_results`.
  """
  return write_results(
    output,
    artifacts.evaluation,
    decision_threshold,
    awaits_blessed_model=artifacts.awaits_blessed_model,
    pushed_model=artifacts.pushed_model,
    coverage=load_statistics(artifacts.statistics)["splits"],
    counterfactual_statistics=artifacts.statistics,
    training={
      name: training_curves(folder) for name, folder in artifacts.model_runs.items()
    },
    **more,
  )


def write_results(
  output: Path,
  evaluation: str,
  decision_threshold: float,
  awaits_blessed_model: bool = False,
  **more: Any,
) -> dict[str, Any]:
  """Writes `summary.json`, `worst_flips.jsonl` and what `write_pages` writes.

  Args:
    output: Folder to write them to.
    evaluation: Folder of the evaluation.
    decision_threshold: The decision threshold of the evaluation.
    awaits_blessed_model: Whether the baseline is the latest blessed model.
    **more: Further entries of the summary.

  Returns:
    The summary: the figures of `summarize`, the paths of the files and, under
    `inactive` in `gate`, a sentence for each bound that was not checked.
  """
  summary = {
    **summarize(evaluation, decision_threshold),
    "written": datetime.datetime.now(datetime.timezone.utc).isoformat(
      timespec="seconds"
    ),
    "versions": versions.installed(),
    "report": str(output / "report.html"),
    "record": str(output / FILE_NAME),
    "model_card": str(output / CARD_NAME),
    "worst_flips": str(output / "worst_flips.jsonl"),
    "evaluation": within(output, evaluation),
    **more,
  }
  compares = any(view["baseline"] for view in views(summary).values())
  if awaits_blessed_model and not compares:
    summary["gate"]["inactive"].insert(0, NO_BLESSED_MODEL)
  model = summary.get("evaluated_model") or summary.get("pushed_model")
  summary["model_digest"] = model_digest(model) if model else None
  write_worst_flips(evaluation, summary["worst_flips"], [*views(summary)])
  write_pages(output, summary, evaluation)
  write_whole(output / "summary.json", json.dumps(summary, indent=2) + "\n")
  return summary


def write_pages(output: Path, summary: dict[str, Any], evaluation: str) -> None:
  """Writes the report, the record and the model card, from results that exist.

  The last two are written beside a model that was pushed to this machine as well, in
  its folder `assets.extra`, which servers leave alone.

  Args:
    output: Folder to write them to.
    summary: The contents of `summary.json`.
    evaluation: Folder of the evaluation.
  """
  record = make_record(summary)
  texts = json.dumps(record, indent=2, ensure_ascii=False) + "\n", model_card(record)
  folders = [output]
  pushed = summary.get("pushed_model")
  if pushed and Path(pushed).is_dir():
    folders.append(Path(pushed) / EXTRAS)
  for folder in folders:
    write_page(folder / FILE_NAME, texts[0])
    write_page(folder / CARD_NAME, texts[1])
  write_report(str(output / "report.html"), summary, evaluation)
