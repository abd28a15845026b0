import socket

import pytest

from clp_tfx.errors import InputError
from clp_tfx.pipeline.beam_runners import (
  DATAFLOW,
  DIRECT,
  FLINK,
  PORTABLE,
  beam_pipeline_args,
  check_servers,
  told_by_workers,
)
from clp_tfx.pipeline.config import PipelineConfig

SERVER = "--job_endpoint=server:8099"
POOL = ("--environment_type=EXTERNAL", "--environment_config=localhost:50000")
TEMP = "--temp_location=gs://bucket/tmp"
INSTALLED = "--sdk_container_image=installed"
LOCAL = ["--runner=clp_tfx.pipeline.LocalBeamRunner", INSTALLED]


def test_the_direct_runner_needs_nothing():
  assert beam_pipeline_args(DIRECT) == LOCAL
  assert beam_pipeline_args(DIRECT, ["--save_main_session"]) == [
    *LOCAL,
    "--save_main_session",
  ]
  assert beam_pipeline_args(DIRECT, ["--x=1"], workers=3) == [
    *LOCAL,
    "--direct_running_mode=multi_processing",
    "--direct_num_workers=3",
    "--x=1",
  ]


@pytest.mark.parametrize("runner", [FLINK, PORTABLE])
def test_a_job_server_and_a_pool_of_workers(runner):
  assert beam_pipeline_args(runner, [SERVER, *POOL]) == [
    f"--runner={runner}",
    INSTALLED,
    SERVER,
    *POOL,
  ]


def test_arguments_in_two_parts_and_options_of_the_environment():
  args = ["--job_endpoint", "server:8099", "--environment_type", "EXTERNAL"]
  args += ["--environment_option=external_service_address=localhost:50000"]
  assert beam_pipeline_args(PORTABLE, args)[2:] == args


def test_workers_in_the_job_s_image():
  docker = [SERVER, "--environment_type=DOCKER"]
  assert beam_pipeline_args(FLINK, docker, image="image") == [
    "--runner=FlinkRunner",
    "--environment_config=image",
    INSTALLED,
    *docker,
  ]
  cloud = {"project": "p", "region": "r", "image": "image"}
  assert beam_pipeline_args(DATAFLOW, [TEMP], **cloud) == [
    "--runner=DataflowRunner",
    "--project=p",
    "--region=r",
    "--sdk_container_image=image",
    TEMP,
  ]
  other = [TEMP, "--sdk_container_image=other"]
  assert beam_pipeline_args(DATAFLOW, other, **cloud)[3:] == other


def test_a_local_flink_is_started_by_beam():
  args = ["--flink_master=[local]"]
  assert beam_pipeline_args(FLINK, args)[2:] == args
  check_servers(beam_pipeline_args(FLINK, args))


@pytest.mark.parametrize(
  ("values", "message"),
  [
    ({"beam_runner": "SparkRunner"}, "--beam-runner to be one of DirectRunner, Flink"),
    ({"beam_args": ["--runner=FlinkRunner"]}, "as --beam-runner FlinkRunner."),
    ({"workers": 0}, "--workers to be at least 1. Received: 0"),
    (
      {"beam_runner": FLINK, "beam_args": [SERVER, *POOL], "workers": 2},
      "--workers with the DirectRunner only. Received: 2 with the FlinkRunner",
    ),
    ({"beam_runner": PORTABLE}, "The PortableRunner needs --job_endpoint as well: add"),
    (
      {"beam_runner": PORTABLE, "beam_args": ["--flink_master=flink:8081"]},
      "The PortableRunner needs --job_endpoint as well: add",
    ),
    ({"beam_runner": FLINK}, "FlinkRunner needs --job_endpoint or --flink_master as"),
    (
      {"beam_runner": FLINK, "beam_args": [SERVER]},
      "The FlinkRunner needs --environment_type as well: add --beam-args=--environ",
    ),
    (
      {"beam_runner": FLINK, "beam_args": [SERVER, POOL[0]]},
      "The FlinkRunner needs --environment_config as well: add --beam-args=--envir",
    ),
    (
      {"beam_runner": FLINK, "beam_args": ["--job_endpoint=server", *POOL]},
      "Expected --job_endpoint to be HOST:PORT. Received: 'server'.",
    ),
    (
      {"beam_runner": FLINK, "beam_args": ["--flink_master=http://flink:x", *POOL]},
      "Expected --flink_master to be HOST:PORT. Received: 'http://flink:x'.",
    ),
    (
      {"beam_runner": DATAFLOW, "region": "r", "beam_args": TEMP},
      "The DataflowRunner needs --project as well: add --project PROJECT.",
    ),
    (
      {"beam_runner": DATAFLOW, "project": "p", "beam_args": TEMP},
      "The DataflowRunner needs --region as well",
    ),
    (
      {"beam_runner": DATAFLOW, "project": "p", "region": "r"},
      "The DataflowRunner needs --temp_location as well: add --beam-args=--temp_loc",
    ),
  ],
)
def test_what_is_missing_or_contradicts_is_one_sentence(values, message):
  with pytest.raises(InputError) as error:
    PipelineConfig.of(**values)
  assert message in str(error.value)


@pytest.mark.parametrize("scheme", ["", "http://"])
def test_a_server_that_is_not_there(scheme):
  with socket.socket() as server:
    server.bind(("127.0.0.1", 0))  # but does not listen
    address = f"127.0.0.1:{server.getsockname()[1]}"
    argument = f"--flink_master={scheme}{address}"
    args = beam_pipeline_args(FLINK, [argument, *POOL])
    with pytest.raises(InputError, match=f"Nothing answers at --.* {scheme}{address} "):
      check_servers(args)
    server.listen()
    check_servers(args)
    check_servers(beam_pipeline_args(PORTABLE, [f"--job_endpoint={address}", *POOL]))


def test_a_job_server_within_the_process():
  check_servers(beam_pipeline_args(PORTABLE, ["--job_endpoint=embed", *POOL]))


def test_what_a_worker_says_of_the_input_is_an_input_error():
  text = "Traceback ...\nclp_tfx.errors.InputError: a.csv, row 3: bad.\n\nduring ..."
  with pytest.raises(InputError, match=r"^a\.csv, row 3: bad\.$"), told_by_workers():
    raise RuntimeError(text)
  with pytest.raises(RuntimeError, match="other"), told_by_workers():
    raise RuntimeError("other")
