"""Executor of CounterfactualGen."""

import dataclasses
import json
import os
from typing import Any

import apache_beam as beam
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.dsl.io import fileio
from tfx.types import Artifact, artifact_utils

from clp_tfx.components.counterfactual_gen import (
  example_artifacts,
  shards,
  statistics,
  transforms,
)
from clp_tfx.components.counterfactual_gen.generation import Generation
from clp_tfx.counterfactuals.generator_options import GeneratorOptions
from clp_tfx.errors import InputError
from clp_tfx.options import names_of


class Executor(BaseBeamExecutor):
  """Adds counterfactuals to the examples of every split."""

  def Do(
    self,
    input_dict: dict[str, list[Artifact]],
    output_dict: dict[str, list[Artifact]],
    exec_properties: dict[str, Any],
  ) -> None:
    """Reads and writes `examples` as described in `component.CounterfactualGen`."""
    sources = input_dict["original_examples"]
    target = artifact_utils.get_single_instance(output_dict["examples"])
    report = artifact_utils.get_single_instance(
      output_dict["counterfactual_statistics"]
    )
    splits = _splits(sources)
    target.split_names = artifact_utils.encode_split_names(splits)
    target.span = max(source.span for source in sources)
    example_artifacts.set_payload_format(target)
    training_splits = json.loads(exec_properties["training_splits"])
    generation = _generation(exec_properties)
    unfinished = os.path.join(target.uri, "unfinished")
    counts = []
    with self._make_beam_pipeline() as pipeline:
      for split in splits:
        of_split = dataclasses.replace(generation, is_training=split in training_splits)
        patterns = example_artifacts.file_patterns(sources, split)
        folder = artifact_utils.get_split_uri([target], split)
        counts.append(
          pipeline
          | f"Shards[{split}]" >> beam.Create(shards.shards_of(patterns, folder))
          | f"Spread[{split}]" >> beam.Reshuffle()
          | f"Generate[{split}]"
          >> beam.ParDo(shards.GenerateShards(of_split, split, unfinished))
        )
      _ = (
        counts
        | beam.Flatten(pipeline=pipeline)
        | "Count" >> beam.CombineGlobally(statistics.SumCounts())
        | "Report" >> beam.Map(_report, generation, splits, report.uri)
      )
    fileio.rmtree(unfinished)


def _generation(exec_properties: dict[str, Any]) -> Generation:
  values = {
    name: exec_properties[name]
    for name in names_of(GeneratorOptions)
    if exec_properties.get(name) is not None
  }
  if values.get("label_feature", "").startswith('["'):  # See the component.
    values["label_feature"] = json.loads(values["label_feature"])
  values["also_edited"] = json.loads(values.get("also_edited", "[]"))
  options = GeneratorOptions(**values)
  return Generation(
    transforms.load_identity_terms(
      options.identity_terms, exec_properties["identity_terms_digest"]
    ),
    transforms.load_pejorative_terms(
      options.pejorative_terms, exec_properties["pejorative_terms_digest"]
    ),
    options,
    is_training=True,
  )


def _report(
  counts: statistics.Counts, generation: Generation, splits: list[str], folder: str
) -> None:
  """Checks and writes the counts inside Beam, so that a failure fails on any runner."""
  if generation.options.no_match == "fail":
    transforms.check_match(counts, generation)
  statistics.write_statistics(statistics.as_dict(counts, splits), folder)


def _splits(sources: list[Artifact]) -> list[str]:
  """Returns the splits, which all artifacts share.

  Raises:
    InputError: If the splits differ or an artifact has a different format.
  """
  splits = artifact_utils.decode_split_names(sources[0].split_names)
  for source in sources:
    found = example_artifacts.format_of(source)
    if found != example_artifacts.FORMAT:
      raise InputError(
        f"Expected examples as {' in '.join(example_artifacts.FORMAT)}, but those in "
        f"{source.uri!r} are {' in '.join(found)}: set the output format of ExampleGen."
      )
    own = artifact_utils.decode_split_names(source.split_names)
    if set(own) != set(splits):
      raise InputError(
        f"Expected all spans to have the splits {splits}, but {source.uri!r} has "
        f"{own}: use spans of one ExampleGen."
      )
  return splits
