"""Runs the pipeline on this machine and writes its results."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import tensorflow as tf
from ml_metadata import metadata_store
from ml_metadata.proto import metadata_store_pb2
from tfx.orchestration.local.local_dag_runner import LocalDagRunner
from tfx.orchestration.metadata import sqlite_metadata_connection_config
from tfx.orchestration.pipeline import Pipeline

from clp_tfx.components.comments_example_gen.comments import check_comments
from clp_tfx.components.comments_example_gen.spans import (
  as_pattern,
  find_files,
  one_span,
)
from clp_tfx.errors import InputError
from clp_tfx.files import own_temporary_folder
from clp_tfx.pipeline.beam_runners import check_servers, told_by_workers
from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.pipeline.nodes import MODELS
from clp_tfx.pipeline.pipeline import (
  PIPELINE_NAME,
  create_data_pipeline,
  create_pipeline,
)
from clp_tfx.report.digests import file_digests
from clp_tfx.report.results import PipelineArtifacts, write_pipeline_results
from clp_tfx.runners.console import Progress, progress_on
from clp_tfx.runners.demo_comments import write_demo_comments
from clp_tfx.runners.paths import check_paths
from clp_tfx.training.encoder_presets import stored_encoder


@own_temporary_folder()
def run_locally(config: PipelineConfig, terminal: TextIO) -> dict[str, Any]:
  """Runs the pipeline with the local runner and caching; writes summary and report.

  Example:
    >>> import sys
    >>> from clp_tfx.pipeline import PipelineConfig, load_config
    >>> config = PipelineConfig.of(**load_config("config.yaml"))
    >>> summary = run_locally(config, terminal=sys.stderr)
    >>> summary["gate"]["blessed"]
    True

  Args:
    config: The configuration.
    terminal: Where to show progress.

  Returns:
    The summary, as written to `OUTPUT/summary.json`; see `summarize`.

  Raises:
    InputError: If the configuration or the comments are invalid.
  """
  output = Path(config.deployment.output).absolute()
  demo = not config.data.comments
  config = with_encoder(_with_comments(config))
  config = config.replace(
    serving_dir=config.deployment.serving_dir or str(output / "serving_model"),
  )
  # Before it, because the files of the newest span may be others after it.
  files = file_digests(files_of(config))
  artifacts, progress = _run(config, create_pipeline, terminal)
  return write_pipeline_results(
    output,
    PipelineArtifacts(
      evaluation=artifacts["Evaluator"]["evaluation"].uri,
      statistics=artifacts["CounterfactualGen"]["counterfactual_statistics"].uri,
      model_runs={
        name: artifacts[node]["model_run"].uri
        for name, node in MODELS.items()
        if node in artifacts
      },
      pushed_model=_pushed_model(artifacts["Pusher"]["pushed_model"]),
      awaits_blessed_model=config.gate.baseline == "blessed",
    ),
    config.gate.decision_threshold,
    seconds=progress.seconds,
    cached=progress.cached,
    comments={
      "source": "demo" if demo else list(config.data.comments),
      "files": files,
    },
    configuration=config.flat(),
  )


def files_of(config: PipelineConfig) -> list[str]:
  """Returns the files that a run of a configuration reads; tables are none."""
  data = config.data
  patterns = [as_pattern(path) for path in data.comments if "bq://" not in path]
  spans = None if data.span is None else one_span(data.span)
  return find_files("", patterns, spans, data.window).paths if patterns else []


def with_encoder(config: PipelineConfig) -> PipelineConfig:
  """Returns a configuration whose encoder, if it is a preset, is stored in the output.

  Raises:
    InputError: If the encoder is neither a folder nor a preset that can be fetched.
  """
  encoder = config.training.encoder
  if encoder is None:
    return config
  folder = Path(config.deployment.output).absolute() / "encoders"
  return config.replace(encoder=stored_encoder(encoder, str(folder)))


def prepare_data(config: PipelineConfig, terminal: TextIO) -> tuple[str, str]:
  """Runs the pipeline up to Transform, sharing the cache with complete runs.

  Example:
    >>> import sys
    >>> from clp_tfx.pipeline import PipelineConfig, load_config
    >>> config = PipelineConfig.of(**load_config("config.yaml"))
    >>> examples, transform = prepare_data(config, terminal=sys.stderr)

  Args:
    config: The configuration.
    terminal: Where to show progress.

  Returns:
    Folders of the transformed examples and of the transform graph.

  Raises:
    InputError: If the configuration or the comments are invalid.
  """
  config = with_encoder(_with_comments(config))
  artifacts, _ = _run(config, create_data_pipeline, terminal)
  transform = artifacts["Transform"]
  return transform["transformed_examples"].uri, transform["transform_graph"].uri


def _run(
  config: PipelineConfig, create: Callable[..., Pipeline], terminal: TextIO
) -> tuple[dict[str, dict[str, metadata_store_pb2.Artifact]], Progress]:
  """Runs a pipeline; returns its artifacts by component and key, and its progress."""
  check_paths(config)
  check_servers(config.deployment.beam_pipeline_args)
  check_comments(
    config.data.comments,
    config.data.text_feature,
    config.data.label_feature,
    config.data.span,
    config.gate.example_texts,
  )
  metadata = sqlite_metadata_connection_config(
    str(Path(config.deployment.output).absolute() / "metadata.sqlite")
  )
  pipeline = create(config, metadata)
  steps = len(pipeline.components)
  with told_by_workers(), progress_on(terminal, steps) as progress:
    LocalDagRunner().run(pipeline)
  return artifacts_of_run(metadata), progress


def _with_comments(config: PipelineConfig) -> PipelineConfig:
  """Returns the configuration, with the demo comments if it names none."""
  if config.data.comments:
    return config
  demo = Path(config.deployment.output).absolute() / "demo_comments.csv"
  write_demo_comments(demo)
  config = config.replace(comments=(str(demo),))
  if config.gate.harm_gate != "auto":
    return config
  # Their labels are biased on purpose, so that to lose recall is to lose bias, and they
  # have too few words to learn what the probes say.
  return config.replace(harm_gate="shown")


def artifacts_of_run(
  connection: metadata_store_pb2.ConnectionConfig,
) -> dict[str, dict[str, metadata_store_pb2.Artifact]]:
  """Returns the output artifacts of the newest run by component and key.

  These include cached outputs, but not the outputs of components that only earlier runs
  had.

  Args:
    connection: Connection to the metadata of one pipeline.
  """
  store = metadata_store.MetadataStore(connection)
  run = max(store.get_contexts_by_type("pipeline_run"), key=lambda context: context.id)
  of_run = {execution.id for execution in store.get_executions_by_context(run.id)}
  found = {}
  for context in store.get_contexts_by_type("node"):
    executions = store.get_executions_by_context(context.id)
    own = [execution.id for execution in executions if execution.id in of_run]
    if not own:
      continue
    outputs = {
      event.path.steps[0].key: event.artifact_id
      for event in store.get_events_by_execution_ids([max(own)])
      if event.type == metadata_store_pb2.Event.OUTPUT
    }
    artifacts = {
      artifact.id: artifact for artifact in store.get_artifacts_by_id(outputs.values())
    }
    node = context.name.removeprefix(f"{PIPELINE_NAME}.")
    found[node] = {key: artifacts[id_] for key, id_ in outputs.items()}
  return found


def _pushed_model(artifact: metadata_store_pb2.Artifact) -> str | None:
  """Returns the path of the pushed model, None if the model was not pushed."""
  if not artifact.custom_properties["pushed"].int_value:
    return None
  path = artifact.custom_properties["pushed_destination"].string_value
  if not tf.io.gfile.exists(path):
    raise InputError(
      f"The model that this configuration pushed to {path} no longer exists: put it "
      "back or give another --output."
    )
  return path
