import os

import apache_beam as beam
import pytest
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions, S3Options
from apache_beam.runners.direct.direct_runner import SwitchingDirectRunner
from tfx.utils import dependency_utils

from clp_tfx.evaluation.evaluate import evaluate_model
from clp_tfx.evaluation.generate import generate_texts
from clp_tfx.pipeline.beam_runners import DIRECT, beam_pipeline_args

from ..evaluation.models import text_model


@pytest.fixture
def no_other_runner(monkeypatch):
  """Beam's own DirectRunner, which looks for Prism on the network, fails the test."""

  def fail(*_):
    raise AssertionError("Beam's DirectRunner was used.")

  monkeypatch.setattr(SwitchingDirectRunner, "run_pipeline", fail)


def squares(output, *args):
  options = PipelineOptions(beam_pipeline_args(DIRECT, args))
  with beam.Pipeline(options=options) as pipeline:
    numbers = pipeline | beam.Create([1, 2, 3]) | beam.Map(lambda n: str(n * n))
    _ = numbers | beam.io.WriteToText(str(output), shard_name_template="")
  return sorted(output.read_text().split())


def test_runs_pipelines(tmp_path, no_other_runner):
  assert squares(tmp_path / "squares") == ["1", "4", "9"]
  with (
    pytest.raises(ZeroDivisionError),
    beam.Pipeline(options=PipelineOptions(beam_pipeline_args(DIRECT))) as pipeline,
  ):
    _ = pipeline | beam.Create([0]) | beam.Map(lambda n: 1 / n)


def test_evaluations_use_it(tmp_path, no_other_runner):
  (tmp_path / "c.csv").write_text("comment_text,split\nA gay man,test\n")
  model, options = text_model(tmp_path / "model"), {"min_pairs": 1}
  options["output"] = str(tmp_path / "out")
  summary = evaluate_model(model, str(tmp_path / "c.csv"), **options)
  assert summary["clp"]["pairs"] == 1
  generate_texts(str(tmp_path / "c.csv"), output=str(tmp_path / "t.csv"))
  assert "A gay man" in (tmp_path / "t.csv").read_text()


def told(folder):
  options = FileSystems._pipeline_options
  with open(os.path.join(folder, str(os.getpid())), "w") as file:
    file.write(options.view_as(S3Options).s3_region_name)


def test_workers_know_the_options_of_file_systems(tmp_path):
  args = beam_pipeline_args(DIRECT, ["--s3_region_name=here"], workers=2)
  with beam.Pipeline(options=PipelineOptions(args)) as pipeline:
    _ = pipeline | beam.Create([str(tmp_path)]) | beam.Map(told)
  (path,) = tmp_path.iterdir()
  assert path.read_text() == "here" and path.name != str(os.getpid())


def test_components_do_not_package_tfx_for_workers(monkeypatch):
  def fail():
    raise AssertionError("TFX was packaged.")

  monkeypatch.setattr(dependency_utils, "build_ephemeral_package", fail)
  for workers in (1, 2):
    args = beam_pipeline_args(DIRECT, workers=workers)
    assert dependency_utils.make_beam_dependency_flags(args) == args
