"""clp-tfx submit and follow: a compiled job on Vertex Pipelines."""

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
  help="Folder for summary and report.",
)
_api_endpoint = click.option(
  "--api-endpoint", help="Host of a Vertex API within your network; Google's if not."
)


@click.command()
@click.argument("job", metavar="JOB.json")
@click.option("--project", required=True, help="Google Cloud project.")
@click.option("--region", required=True, help="Google Cloud region.")
@job_parameters
@click.option(
  "--service-account", help="What the containers run as; the project's default if not."
)
@click.option(
  "--schedule",
  "cron",
  metavar="CRON",
  help='Runs the job by a schedule, such as "0 3 * * 1", not at once.',
)
@click.option("--wait", is_flag=True, help="Follows the job to its verdict.")
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

  With --wait it ends as run does: with the figures, the report, and by the verdict the
  exit codes 0 pushed, 3 refused by the gate, 2 bad usage or input, 1 anything else.
  """
  with for_people():
    if cron and wait:
      raise InputError("A schedule has no end to --wait for: leave one out.")
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
  """Waits for a job on Vertex Pipelines, then writes summary and report of it.

  NAME is what submit printed, or that of a scheduled run:
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
