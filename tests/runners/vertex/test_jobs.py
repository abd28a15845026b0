import io
import json

import pytest
from google.cloud.aiplatform_v1.types import PipelineJob
from google.protobuf import json_format

from clp_tfx.errors import ComponentError, InputError
from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.runners.kubeflow import compile_job
from clp_tfx.runners.vertex.jobs import follow_job, submit_job
from clp_tfx.runners.vertex.service import Place, place_of

from ...conftest import clp_tfx, summary_of
from .stand_in import running

NAME = "projects/p/locations/us-central1/pipelineJobs/job-1"


@pytest.fixture
def service(tmp_path, monkeypatch):
  with running() as service:
    service.variables = service.environment(tmp_path)
    for name, value in service.variables.items():
      monkeypatch.setenv(name, value)
    yield service


@pytest.fixture
def place(service):
  return Place("p", "us-central1", "robot@p.example", service.url)


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
  """Job files by schema version."""
  folder = tmp_path_factory.mktemp("jobs")
  made = {}
  for version in ("2.0", "2.1"):
    made[version] = str(folder / f"{version}.json")
    config = PipelineConfig.of(
      comments=("gs://bucket/a.csv",),
      image="image",
      pipeline_root="gs://bucket/root",
      schema_version=version,
    )
    compile_job(config, made[version])
  return made


@pytest.mark.parametrize(
  "version, parameters",
  [
    (
      "2.0",
      {
        "comments_folder": {"stringValue": "gs://bucket/"},
        "counterfactual_loss_weight": {"doubleValue": 0.25},
        "epochs": {"intValue": "3"},
        "span": {"stringValue": ""},
      },
    ),
    (
      "2.1",
      {
        "comments_folder": "gs://bucket/",
        "counterfactual_loss_weight": 0.25,
        "epochs": 3.0,
        "span": "",
      },
    ),
  ],
)
def test_what_is_submitted(service, place, jobs, version, parameters):
  given = {"epochs": "3", "counterfactual_loss_weight": "0.25"}

  assert submit_job(jobs[version], given, place) == NAME

  ((method, path, body),) = service.requests
  assert (method, path) == ("POST", f"/v1/{NAME.rpartition('/')[0]}")
  assert body["serviceAccount"] == "robot@p.example"
  with open(jobs[version]) as file:
    assert body["pipelineSpec"] == json.load(file)["pipelineSpec"]
  key = {"2.0": "parameters", "2.1": "parameterValues"}[version]
  assert body["runtimeConfig"] == {
    "gcsOutputDirectory": "gs://bucket/root",
    key: parameters,
  }


def test_a_schedule(service, place, jobs):
  name = submit_job(jobs["2.1"], {"epochs": "3"}, place, cron="0 3 * * 1")

  assert name == "projects/p/locations/us-central1/schedules/7"
  ((_, path, body),) = service.requests
  assert path.endswith("/schedules") and body["cron"] == "0 3 * * 1"
  job = body["createPipelineJobRequest"]["pipelineJob"]
  assert job["runtimeConfig"]["parameterValues"]["epochs"] == 3


def test_what_the_tasks_do_is_shown(service, place):
  service.ended = {
    "state": "PIPELINE_STATE_SUCCEEDED",
    "jobDetail": {
      "taskDetails": [
        {"taskName": "Trainer", "state": "SUCCEEDED"},
        {"taskName": "Transform", "state": "SKIPPED"},
      ]
    },
  }
  terminal = io.StringIO()

  assert follow_job(NAME, place, terminal).name == NAME
  assert terminal.getvalue() == "Trainer: succeeded\nTransform: skipped\n"


@pytest.mark.parametrize(
  "ended, part",
  [
    (
      {
        "state": "PIPELINE_STATE_FAILED",
        "jobDetail": {
          "taskDetails": [
            {"taskName": "a", "state": "SUCCEEDED"},
            {
              "taskName": "Trainer",
              "state": "FAILED",
              "error": {"message": "No\nRAM."},
            },
          ]
        },
      },
      rf"Trainer failed \(No RAM\). See the logs of {NAME}",
    ),
    ({"state": "PIPELINE_STATE_CANCELLED"}, "The job ended as cancelled."),
  ],
)
def test_a_job_that_fails(service, place, ended, part):
  service.ended = ended
  with pytest.raises(ComponentError, match=part):
    follow_job(NAME, place, io.StringIO())


def test_a_refusal(service, place, jobs):
  service.refusal = 403, "Permission denied on p."
  part = r"project p, region us-central1 refused \(403 Permission denied on p\)"
  with pytest.raises(InputError, match=part):
    submit_job(jobs["2.0"], {}, place)
  with pytest.raises(InputError, match=part):
    follow_job(NAME, place, io.StringIO())


def test_parameters_that_the_job_does_not_have(service, place, jobs):
  with pytest.raises(InputError, match="no parameters .'max_flip_rate'"):
    submit_job(jobs["2.0"], {"max_flip_rate": "1"}, place)
  assert not service.requests


def test_a_name_says_where_a_job_runs():
  assert place_of(NAME)[:2] == ("p", "us-central1")
  with pytest.raises(InputError, match="Received: 'job-1'"):
    place_of("job-1")


def test_an_endpoint_out_of_reach(place, jobs):
  with pytest.raises(InputError, match="cannot be reached"):
    submit_job(jobs["2.0"], {}, place._replace(api_endpoint="http://127.0.0.1:9"))


def submitted(cwd, *args, **variables):
  where = ("--project", "p", "--region", "us-central1")
  return clp_tfx("submit", *args, *where, cwd=cwd, env=variables)


@pytest.mark.e2e
def test_without_credentials_one_sentence_says_what_to_do(tmp_path, jobs):
  done = submitted(tmp_path, jobs["2.0"], HOME=str(tmp_path), NO_GCE_CHECK="true")

  assert done.returncode == 2
  assert "run gcloud auth application-default login" in done.stderr.replace("\n", " ")
  assert "Traceback" not in done.stderr


def artifact(uri, **metadata):
  return {"artifacts": [{"uri": str(uri), "metadata": metadata}]}


def task(name, **outputs):
  return {"taskName": name, "state": "SUCCEEDED", "outputs": outputs}


def newest(folder):
  return max(folder.iterdir(), key=lambda path: int(path.name))


@pytest.mark.e2e
def test_waiting_ends_as_a_run_does(tmp_path, service, jobs, few_run):
  root = few_run.output / "pipeline_root"
  statistics = newest(root / "CounterfactualGen" / "counterfactual_statistics")
  model = {"pushed": 1, "pushed_destination": "gs://bucket/root/serving_model/1"}
  ended = {
    "state": "PIPELINE_STATE_SUCCEEDED",
    "jobDetail": {
      "taskDetails": [
        task("CounterfactualGen", counterfactual_statistics=artifact(statistics)),
        task("Trainer", model_run=artifact(newest(root / "Trainer" / "model_run"))),
        task("Evaluator", evaluation=artifact(newest(root / "Evaluator/evaluation"))),
        task("Pusher", pushed_model=artifact("gs://none", **model)),
        task("LatestBlessedModel-model-resolver"),
      ]
    },
  }
  json_format.ParseDict(ended, PipelineJob.pb(PipelineJob()))  # Google's definition
  service.ended = ended
  done = submitted(
    tmp_path,
    *(jobs["2.0"], "--wait", "--output", "out", "--api-endpoint", service.url),
    **service.variables,
    HOME=str(tmp_path),
  )

  assert done.returncode == 0, done.stderr
  assert f"Submitted: {NAME}" in done.stdout and "Evaluator: succeeded" in done.stderr
  assert "There is no blessed model yet to compare with" in done.stdout
  found, expected = summary_of(tmp_path / "out"), summary_of(few_run.output)
  assert found["clp"] == expected["clp"]
  assert found["coverage"] == expected["coverage"]
  assert found["pushed_model"] == model["pushed_destination"]
  assert "no blessed model yet" in (tmp_path / "out" / "report.html").read_text()
