"""The parts that benchmarks/scale.py measures, and their data."""

import itertools
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from counterfactual_gen import examples_artifact, generate, write_records

COUNTERFACTUAL_GEN, EVALUATOR = PARTS = ("counterfactual_gen", "evaluator")
SHARDS = 8


def run_part(
  part: str, source: Path, target: Path, models: Path, beam_args: Sequence[str]
) -> None:
  """Runs the executor of a component as TFX does."""
  if part == COUNTERFACTUAL_GEN:
    generate(source, target, beam_args)
  else:
    evaluate(source, target, models, beam_args)


def evaluate(
  source: Path, target: Path, models: Path, beam_args: Sequence[str]
) -> None:
  """Runs the Evaluator with the pipeline's gate, two models and all slices."""
  from tfx import v1 as tfx
  from tfx.components.evaluator.executor import Executor
  from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
  from tfx.utils import proto_utils

  from clp_tfx.tfma import BASELINE, CANDIDATE, make_eval_config

  def artifact(type_: type, uri: Path) -> tfx.dsl.Artifact:
    made = type_()
    made.uri = str(uri)
    return made

  types = tfx.types.standard_artifacts
  context = BaseBeamExecutor.Context(
    beam_pipeline_args=list(beam_args), tmp_dir=str(target / "tmp"), unique_id=""
  )
  Executor(context).Do(
    {
      "examples": [examples_artifact(source)],
      "model": [artifact(types.Model, models / CANDIDATE)],
      "baseline_model": [artifact(types.Model, models / BASELINE)],
    },
    {
      "evaluation": [artifact(types.ModelEvaluation, target / "evaluation")],
      "blessing": [artifact(types.ModelBlessing, target / "blessing")],
    },
    {
      "eval_config": proto_utils.proto_to_json(
        make_eval_config(max_flip_rate=1, min_auc=0, max_auc_drop=1)
      ),
      "example_splits": '["train"]',
      "module_path": "clp_tfx.modules.evaluator",
    },
  )


class Data:
  """Comments as examples, repeated and numbered, in files that are written once.

  Args:
    comments: A file in a format that `clp-tfx run` reads.
    folder: Folder for the files.
  """

  def __init__(self, comments: str, folder: Path):
    self._comments = comments
    self._folder = folder

  def examples(self, part: str, records: int) -> Path:
    """Returns the input of a part; the Evaluator's input includes counterfactuals."""
    source = self._once("comments", self._read)
    if part == EVALUATOR:
      source = self._once("generated", lambda target: generate(source, target))
    return self._once(
      f"{source.name}-{records}", lambda target: _repeat(source, records, target)
    )

  def models(self) -> Path:
    """Returns a folder with two untrained models."""
    return self._once("models", _save_models)

  def _read(self, target: Path) -> None:
    from clp_tfx.components import ExampleConfig, read_examples

    config = ExampleConfig("comment_text", "toxicity")
    read = read_examples(self._comments, config)
    write_records((each.serialized for each in read), target)

  def _once(self, name: str, write: Callable[[Path], None]) -> Path:
    path, fresh = self._folder / name, self._folder / f"{name}.new"
    if not path.exists():
      shutil.rmtree(fresh, ignore_errors=True)
      write(fresh)
      fresh.rename(path)
    return path


def _repeat(source: Path, records: int, target: Path) -> None:
  once = list(_records(source))
  repeated = itertools.islice(itertools.cycle(once), records)
  # Protocol buffers merge when concatenated.
  numbered = (record + _numbered(number) for number, record in enumerate(repeated))
  write_records(numbered, target, SHARDS)


def _records(folder: Path) -> Iterator[bytes]:
  import tensorflow as tf

  files = sorted(map(str, folder.glob("Split-train/data_tfrecord-*")))
  return tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator()


def _numbered(number: int) -> bytes:
  import tensorflow as tf

  feature = tf.train.Feature(int64_list=tf.train.Int64List(value=[number]))
  return tf.train.Example(
    features=tf.train.Features(feature={"number": feature})
  ).SerializeToString()


def _save_models(folder: Path) -> None:
  from evaluation import save_model

  from clp_tfx.tfma import BASELINE, CANDIDATE

  for seed, name in enumerate((CANDIDATE, BASELINE)):
    save_model(folder / name / "Format-Serving", seed)
