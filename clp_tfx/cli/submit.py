"""clp-tfx submit and follow: run a compiled job on Vertex Pipelines."""

import sys

import click

from clp_tfx.cli.options import for_people, quietly
from clp_tfx.cli.replay import job_parameters
from clp_tfx.cli.run import EXIT_REFUSED, print_summary
from clp_tfx.errors import InputError
from clp_tfx.pipeline.output import prepare_output

_output = click.option(
  "--output",
  default="clp_submit",
  show_default=True,
  help="Folder for the summary and the report.",
)
_api_endpoint = click.option(
  "--api-endpoint", help="Host of a Vertex API within your network. Default: Google's."
)


@click.command()
@click.argument("job", metavar="JOB.json")
@click.option("--project", required=True, help="Google Cloud project.")
@click.option("--region", required=True, help="Google Cloud region.")
@job_parameters
@click.option(
  "--service-account",
  help="Service account of the containers. Default: the project's default.",
)
@click.option(
  "--schedule",
  "cron",
  metavar="CRON",
  help='Run the job on a schedule, such as "0 3 * * 1", instead of now.',
)
@click.option("--wait", is_flag=True, help="Wait for the job and print its verdict.")
@_output
@_api_endpoint
def submit(
  job: str,
  project: str,
  region: str,
  parameters: dict[str, str],
  service_account: str | None,
  cron: str | None,
  wait: bool,
  output: str,
  api_endpoint: str | None,
) -> None:
  """Submits a compiled job to Vertex Pipelines.

  With --wait it prints the figures and writes the report, like run. Exit codes are then
  0 pushed, 3 refused by the gate, 2 bad usage or input, 1 anything else.
  """
  with for_people():
    if cron and wait:
      raise InputError("--wait cannot be used with --schedule: leave one out.")
    with quietly():
      from clp_tfx.runners.vertex import jobs, service

      place = service.Place(project, region, service_account, api_endpoint)
      name = jobs.submit_job(job, parameters, place, cron)
  click.echo(f"Submitted: {name}")
  if wait:
    _follow(name, output, api_endpoint)


@click.command()
@click.argument("job", metavar="NAME")
@_output
@_api_endpoint
def follow(job: str, output: str, api_endpoint: str | None) -> None:
  """Waits for a job on Vertex Pipelines, then writes its summary and report.

  NAME is the name that submit printed, or that of a scheduled run:
  projects/PROJECT/locations/REGION/pipelineJobs/ID. Exit codes are those of run.
  """
  _follow(job, output, api_endpoint)


def _follow(name: str, output: str, api_endpoint: str | None) -> None:
  with for_people():
    folder = prepare_output(output)
    with quietly(folder / "clp-tfx.log") as terminal:
      from clp_tfx.runners.vertex import jobs, service

      place = service.place_of(name, api_endpoint)
      ended = jobs.follow_job(name, place, terminal)
      summary = jobs.write_job_results(ended, folder, place)
  print_summary(summary)
  if not summary["gate"]["blessed"]:
    sys.exit(EXIT_REFUSED)
