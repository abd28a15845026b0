"""clp-tfx replay: runs a compiled job on this machine."""

import sys

import click

from clp_tfx.cli.options import for_people, quietly
from clp_tfx.cli.run import EXIT_REFUSED, print_summary
from clp_tfx.pipeline.output import prepare_output


def _names_and_values(
  context: click.Context, option: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
  del context, option
  values = {}
  for text in texts:
    name, equals, value = text.partition("=")
    if not equals:
      raise click.BadParameter(
        f"Expected a name and a value, such as epochs=3. Received: {text!r}."
      )
    if name in values:
      raise click.BadParameter(f"Expected {name} once. Received it again: keep one.")
    values[name] = value
  return values


job_parameters = click.option(
  "--parameter",
  "parameters",
  multiple=True,
  metavar="NAME=VALUE",
  callback=_names_and_values,
  help="Value of a runtime parameter of the job; repeat for several.",
)
"""Option for the commands that run a job."""


@click.command()
@click.argument("job", metavar="JOB.json")
@click.option("--output", default="clp_replay", show_default=True, help="Folder.")
@job_parameters
def replay(job: str, output: str, parameters: dict[str, str]) -> None:
  """Runs the containers of a compiled job locally, to test it before it costs money.

  Each container runs in a separate process with this environment as its image.
  OUTPUT/buckets replaces the object stores: the job reads gs://bucket/a.csv from
  OUTPUT/buckets/bucket/a.csv. Exit codes are those of run.
  """
  with for_people(), quietly(prepare_output(output) / "clp-tfx.log") as terminal:
    print("Loading TensorFlow and TFX ...", file=terminal, flush=True)
    from clp_tfx.runners.replay.replay import replay_job

    summary = replay_job(job, output, parameters, terminal)
  print_summary(summary)
  if not summary["gate"]["blessed"]:
    sys.exit(EXIT_REFUSED)
