"""clp-tfx replay: a compiled job on this machine."""

import sys

import click

from clp_tfx.cli.options import for_people, quietly
from clp_tfx.cli.run import EXIT_REFUSED, print_summary
from clp_tfx.errors import InputError
from clp_tfx.pipeline.output import prepare_output


@click.command()
@click.argument("job", metavar="JOB.json")
@click.option("--output", default="clp_replay", show_default=True, help="Folder.")
@click.option(
  "--parameter",
  "parameters",
  multiple=True,
  metavar="NAME=VALUE",
  help="Value of a runtime parameter of the job; several by repeating.",
)
def replay(job: str, output: str, parameters: tuple[str, ...]) -> None:
  """Runs the containers of a compiled job here: will it run, before it costs money?

  Each in a process of its own, with this environment as the image. OUTPUT/buckets
  stands for the object stores: what the job reads as gs://bucket/a.csv is its
  bucket/a.csv. Exit codes are those of run.
  """
  with for_people():
    values = dict(_name_and_value(each) for each in parameters)
    with quietly(prepare_output(output) / "clp-tfx.log") as terminal:
      print("Loading TensorFlow and TFX ...", file=terminal, flush=True)
      from clp_tfx.replay import replay_job

      summary = replay_job(job, output, values, terminal)
  print_summary(summary)
  if not summary["gate"]["blessed"]:
    sys.exit(EXIT_REFUSED)


def _name_and_value(text: str) -> tuple[str, str]:
  name, equals, value = text.partition("=")
  if not equals:
    raise InputError(
      f"Expected --parameter to be a name and a value, such as epochs=3. "
      f"Received: {text!r}."
    )
  return name, value
