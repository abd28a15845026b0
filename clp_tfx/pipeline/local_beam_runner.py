"""Beam on this machine, without the network.

Beam's DirectRunner now hands pipelines to Prism, a program that it downloads from
GitHub, and runs them itself only where that fails. This runner is the one that it falls
back to.
"""

from apache_beam import Pipeline
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability.api import beam_provision_api_pb2
from apache_beam.runners.portability.fn_api_runner import fn_runner
from apache_beam.runners.portability.portable_runner import JobServiceHandle
from apache_beam.runners.runner import PipelineResult, PipelineRunner


class LocalBeamRunner(PipelineRunner):
  """Runs batch pipelines in this process or, with several workers, in processes here.

  Takes the arguments of the DirectRunner. A pipeline of TFX names it in its
  `beam_pipeline_args`: `--runner=clp_tfx.pipeline.LocalBeamRunner` and
  `--sdk_container_image=installed`, without which TFX packages itself for workers.

  Example:
    >>> import apache_beam as beam
    >>> with beam.Pipeline(runner=LocalBeamRunner()) as pipeline:
    ...   _ = pipeline | beam.Create(["a gay bar"]) | beam.Map(print)
    a gay bar
  """

  def run_pipeline(
    self, pipeline: Pipeline, options: PipelineOptions
  ) -> PipelineResult:
    """Runs a pipeline; see Beam's `PipelineRunner`."""
    # Workers in processes of their own read the options of file systems from here.
    encoded = JobServiceHandle.encode_pipeline_options(options.get_all_options())
    information = fn_runner.ExtendedProvisionInfo(
      beam_provision_api_pb2.ProvisionInfo(pipeline_options=encoded)
    )
    runner = fn_runner.FnApiRunner(provision_info=information)
    return runner.run_pipeline(pipeline, options)
