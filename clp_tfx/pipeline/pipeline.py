"""The definition of the standard pipeline, shared by all runners."""

import dataclasses
import hashlib
import os
from typing import Any

from ml_metadata.proto import metadata_store_pb2
from tfx.components.example_validator.component import ExampleValidator
from tfx.components.schema_gen.component import SchemaGen
from tfx.components.schema_gen.import_schema_gen.component import ImportSchemaGen
from tfx.components.statistics_gen.component import StatisticsGen
from tfx.components.trainer.component import Trainer
from tfx.components.transform.component import Transform
from tfx.dsl.components.base.base_node import BaseNode
from tfx.dsl.components.common.resolver import Resolver
from tfx.dsl.input_resolution.strategies.latest_blessed_model_strategy import (
  LatestBlessedModelStrategy,
)
from tfx.orchestration.pipeline import Pipeline
from tfx.types import BaseChannel, Channel
from tfx.types.standard_artifacts import Model, ModelBlessing

from clp_tfx.code_digest import code_digest
from clp_tfx.components.anomaly_gate import AnomalyGate
from clp_tfx.components.comments_example_gen.big_query import SCHEME as BIG_QUERY_SCHEME
from clp_tfx.components.comments_example_gen.big_query import BigQueryCommentsGen
from clp_tfx.components.comments_example_gen.component import CommentsExampleGen
from clp_tfx.components.comments_example_gen.examples import ExampleConfig
from clp_tfx.components.counterfactual_gen.component import CounterfactualGen
from clp_tfx.components.probe_evaluator.component import ProbeEvaluator
from clp_tfx.components.probe_evaluator.harm_gate import HarmGate
from clp_tfx.components.pusher import atomic_pusher
from clp_tfx.components.trainer import clp_trainer
from clp_tfx.counterfactuals.identity_term import groups_with_ancestors
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.errors import InputError
from clp_tfx.features import ANNOTATED_IDENTITY, EDITED_GROUP, EDITED_TERM
from clp_tfx.files import open_file
from clp_tfx.options import for_label
from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.pipeline.nodes import CONTROL_ID, EVALUATOR_ID, EXAMPLE_GEN_ID, RESOLVER_ID
from clp_tfx.pipeline.sections import DataOptions
from clp_tfx.tfma.audit_pairs import Audit
from clp_tfx.tfma.eval_config import make_eval_config
from clp_tfx.training.encoder_extra import keras_hub
from clp_tfx.training.encoder_folder import EncoderFolder
from clp_tfx.training.optimizers import configured_optimizer

PIPELINE_NAME = "clp"


def create_pipeline(
  config: PipelineConfig,
  metadata_connection_config: metadata_store_pb2.ConnectionConfig | None = None,
) -> Pipeline:
  """Defines the pipeline from comments to a gated model.

  Example:
    >>> config = PipelineConfig.of(comments="comments.csv", output="out")
    >>> [component.id for component in create_pipeline(config).components][:2]
    ['CommentsExampleGen', 'CounterfactualGen']

  Args:
    config: The configuration; `comments` is required.
    metadata_connection_config: Connection to ML Metadata, for local runs.

  Returns:
    The pipeline, with caching. Each component's properties hold a digest of the code
    it runs, so that after a change of code only the affected components run again.

  Raises:
    InputError: If the lexicon is invalid or code given by dotted path is not found.
  """
  data, examples, transform = _data(config)
  trainer = _trainer(config, transform, config.training.counterfactual_loss_weight)
  baseline, baseline_model = _baseline(config, transform)
  evaluator = ProbeEvaluator(
    examples,
    trainer.outputs["model"],
    baseline_model,
    eval_config=make_eval_config(
      max_flip_rate=config.gate.max_flip_rate,
      min_auc=config.gate.min_auc,
      max_auc_drop=config.gate.max_auc_drop if baseline else None,
      decision_threshold=config.gate.decision_threshold,
      text_feature=config.data.text_feature,
      labels=config.data.label_names,
      classes=config.data.classes,
      flip_tolerance=config.data.flip_tolerance,
      max_gap=config.gate.max_gap,
      min_r2=config.gate.min_r2,
      max_r2_drop=config.gate.max_r2_drop if baseline else None,
      gate_label=config.gate.gate_label,
      max_flip_rate_of=_known_groups(config),
      max_flip_rate_of_class=config.gate.class_bounds,
      gate_on=config.gate.gate_on,
      min_pairs=config.gate.min_pairs,
      min_positive_ratio=config.gate.min_positive_ratio,
      max_positive_ratio=config.gate.max_positive_ratio,
      max_failed=config.gate.max_failed,
      max_left_out=config.gate.max_left_out,
      other_thresholds=config.gate.other_thresholds,
      slice_features=(
        EDITED_GROUP,
        EDITED_TERM,
        ANNOTATED_IDENTITY,
        *(name.split("*") for name in config.gate.slices),
      ),
      audit=Audit.of(config.gate.audit_terms, config.counterfactuals),
      example_texts=config.gate.example_texts,
    ),
    gate=_harm_gates(config),
    text_feature=config.data.text_feature,
  ).with_id(EVALUATOR_ID)
  pusher = atomic_pusher(
    trainer.outputs["model"],
    evaluator.outputs["blessing"],
    config.deployment.serving_dir
    or os.path.join(config.deployment.artifacts_dir, "serving_model"),
  )
  # This package's own components add their digests themselves.
  code = {
    trainer: [
      "clp_tfx.components.trainer",
      "clp_tfx.modules.trainer",
      _module(config.hparams.build_model_path),
    ],
    evaluator: [
      "clp_tfx.modules.evaluator",
      "clp_tfx.tfma",
      "clp_tfx.components.probe_evaluator.component",
    ],
    pusher: ["clp_tfx.components.pusher"],
  }
  if config.gate.baseline == "control":
    code[baseline] = code[trainer]
  _add_digests(code)
  nodes = [*data, trainer, *([baseline] if baseline else []), evaluator, pusher]
  return _pipeline(config, nodes, metadata_connection_config)


def create_data_pipeline(
  config: PipelineConfig,
  metadata_connection_config: metadata_store_pb2.ConnectionConfig | None = None,
) -> Pipeline:
  """Defines the first part of the pipeline, up to Transform.

  It has the same arguments, errors and cache as `create_pipeline`.
  """
  data, _, _ = _data(config)
  return _pipeline(config, data, metadata_connection_config)


def _pipeline(
  config: PipelineConfig,
  nodes: list[BaseNode],
  metadata_connection_config: metadata_store_pb2.ConnectionConfig | None,
) -> Pipeline:
  return Pipeline(
    pipeline_name=PIPELINE_NAME,
    pipeline_root=config.deployment.artifacts_dir,
    components=nodes,
    enable_cache=True,
    metadata_connection_config=metadata_connection_config,
    beam_pipeline_args=config.deployment.beam_pipeline_args,
  )


def _data(
  config: PipelineConfig,
) -> tuple[list[BaseNode], BaseChannel, BaseNode]:
  """Returns the nodes up to Transform, the examples with pairs, and the Transform."""
  comments = _comments(config.data)
  counterfactuals = CounterfactualGen(
    examples=comments.outputs["examples"],
    **dataclasses.asdict(config.generator_options),
  )
  examples = counterfactuals.outputs["examples"]
  schema, schema_nodes, gate = _schema(config.data.schema, examples)
  preprocessing_fn, custom_config = _preprocessing(config)
  transform = Transform(
    examples=examples,
    schema=schema,
    preprocessing_fn=preprocessing_fn,
    custom_config=custom_config,
    disable_statistics=True,
  )
  if gate:
    transform.add_upstream_node(gate)
  functions = [preprocessing_fn, custom_config.get("inputs_fn")]
  _add_digests({transform: [_module(path) for path in functions if path]})
  if config.training.takes_encoder_tokens:
    encoder = EncoderFolder.read(config.training.encoder)
    transform.exec_properties["encoder_digest"] = (
      encoder.digest() if _is_frozen(config) else encoder.tokenizer_digest()
    )
  return [comments, counterfactuals, *schema_nodes, transform], examples, transform


def _is_frozen(config: PipelineConfig) -> bool:
  return config.training.encoder_layers_trained == 0


def _preprocessing(config: PipelineConfig) -> tuple[str, dict[str, Any]]:
  """Returns the dotted path of Transform's preprocessing_fn, and its custom_config."""
  training, own = config.training, config.training.preprocessing
  custom_config = {"text_feature": config.data.text_feature}
  if config.data.label_names:
    custom_config["label_names"] = list(config.data.label_names)
  inputs_fn = training.inputs_fn
  if training.takes_encoder_tokens:
    inputs_fn = "clp_tfx.modules.encoder_tokens.token_ids"
    if _is_frozen(config):
      inputs_fn = "clp_tfx.modules.frozen_encoder.embeddings"
    own = {"encoder": training.encoder, "max_tokens": config.hparams.max_tokens}
  if inputs_fn:
    custom_config |= {"inputs_fn": inputs_fn, "preprocessing": own or {}}
    if training.input_features:
      custom_config["input_features"] = list(training.input_features)
    return "clp_tfx.modules.model_inputs.preprocessing_fn", custom_config
  custom_config |= {
    "vocabulary_size": training.vocabulary_size,
    "max_tokens": config.hparams.max_tokens,
  }
  if own is not None:
    custom_config["preprocessing"] = own
  return training.preprocessing_fn, custom_config


def _comments(data: DataOptions) -> BaseNode:
  columns = {
    "text_feature": data.text_feature,
    "label_feature": data.label_feature,
    "label_threshold": data.label_threshold,
    "classes": data.classes,
    "rating": data.is_rating,
  }
  added = {"neutral_sentences": data.neutral_sentences}
  tables = [path for path in data.comments if path.startswith(BIG_QUERY_SCHEME)]
  if not tables:
    return CommentsExampleGen(
      data.comments, span=data.span, window=data.window, **columns, **added
    )
  if len(data.comments) > 1 or data.span is not None or data.window > 1:
    raise InputError(
      f"Expected a single BigQuery table, without --span and --window. Received: "
      f"{', '.join(data.comments)}; join tables in a view."
    )
  columns = ExampleConfig(**columns)
  return BigQueryCommentsGen(tables[0], columns, **added).with_id(EXAMPLE_GEN_ID)


def _add_digests(code: dict[BaseNode, list[str]]) -> None:
  for component, modules in code.items():
    component.exec_properties["code_digest"] = code_digest(*modules)


def _harm_gates(config: PipelineConfig) -> HarmGate | dict[str, HarmGate]:
  names = config.data.label_names
  if not names:
    return _harm_gate(config, config.data.label_columns[0])
  return {name: _harm_gate(config, name) for name in names}


def _harm_gate(config: PipelineConfig, label: str) -> HarmGate:
  gate = config.gate
  without = "is a number" if config.data.is_rating else ""
  if config.data.classes:
    without = "has classes"
  return HarmGate.of(
    gate.harm_gate,
    label,
    config.counterfactuals.identity_terms,
    judges=not gate.gate_label or label in gate.gate_label,
    threshold=None if without else for_label(gate.decision_threshold, label),
    max_displacement=gate.max_displacement,
    max_identity_spread=gate.max_identity_spread,
    max_recall_drop=gate.max_recall_drop,
    min_count=gate.min_pairs,
    without_positives=without,
  )


def _known_groups(config: PipelineConfig) -> dict[str, float]:
  """Returns the bounds by group; a group that is not in the lexicon cannot pass."""
  lexicon = config.counterfactuals.identity_terms
  terms = IdentityTerms.load(lexicon)
  known = {group for term in terms.terms for group in groups_with_ancestors(term.group)}
  for group in config.gate.group_bounds:
    if group not in known:
      raise InputError(
        f"Expected --max-flip-rate-of to name a group of {lexicon}: "
        f"{', '.join(sorted(known))}. Received: {group!r}."
      )
  return config.gate.group_bounds


def _schema(
  schema_file: str | None, examples: BaseChannel
) -> tuple[BaseChannel, list[BaseNode], BaseNode | None]:
  """Returns the schema, its components, and the one that may stop a run, if any."""
  statistics = StatisticsGen(examples=examples)
  if schema_file:
    schema_gen = ImportSchemaGen(schema_file=schema_file)
    schema_gen.exec_properties["schema_digest"] = _digest(schema_file, "schema")
  else:
    schema_gen = SchemaGen(statistics=statistics.outputs["statistics"])
  schema = schema_gen.outputs["schema"]
  validator = ExampleValidator(
    statistics=statistics.outputs["statistics"], schema=schema
  )
  nodes = [statistics, schema_gen, validator]
  gate = AnomalyGate(anomalies=validator.outputs["anomalies"]) if schema_file else None
  return schema, [*nodes, gate] if gate else nodes, gate


def _digest(path: str, option: str) -> str:
  """Returns a digest of a file, because TFX's cache knows only the file's name."""
  try:
    with open_file(path) as file:
      return hashlib.sha256(file.read()).hexdigest()
  except Exception as error:  # Remote file systems raise their own errors.
    raise InputError(
      f"The {option.replace('-', ' ')} {path} cannot be read: give another --{option}."
    ) from error


def _trainer(
  config: PipelineConfig,
  transform: BaseNode,
  loss_weight: float | dict[str, float],
  node_id: str = "Trainer",
) -> Trainer:
  # These fail before any component runs.
  if config.training.optimizer:
    configured_optimizer(config.training.optimizer)
  if config.training.encoder:
    keras_hub()
  hparams = dataclasses.replace(
    config.hparams,
    counterfactual_loss_weight=loss_weight,
    checkpoint_dir=os.path.join(
      config.deployment.artifacts_dir, "checkpoints", node_id
    ),
  )
  trainer = clp_trainer(
    "clp_tfx.modules.trainer.run_fn", dataclasses.asdict(hparams), transform
  ).with_id(node_id)
  if config.training.base_model:
    trainer.exec_properties["base_model_digest"] = _digest(
      config.training.base_model, "base-model"
    )
  if config.training.encoder:
    digest = EncoderFolder.read(config.training.encoder).digest()
    trainer.exec_properties["encoder_digest"] = digest
  return trainer


def _baseline(
  config: PipelineConfig, transform: BaseNode
) -> tuple[BaseNode | None, BaseChannel | None]:
  """Returns the node that provides the baseline, and the baseline."""
  if config.gate.baseline == "control":
    control = _trainer(config, transform, loss_weight=0.0, node_id=CONTROL_ID)
    return control, control.outputs["model"]
  if config.gate.baseline == "blessed":
    resolver = Resolver(
      strategy_class=LatestBlessedModelStrategy,
      model=Channel(type=Model),
      model_blessing=Channel(type=ModelBlessing),
    ).with_id(RESOLVER_ID)
    return resolver, resolver.outputs["model"]
  return None, None


def _module(function: str) -> str:
  return function.rpartition(".")[0]
