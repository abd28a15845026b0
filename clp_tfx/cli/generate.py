"""clp-tfx generate: writes the texts to score as a table."""

from typing import Any

import click

from clp_tfx.cli.options import for_people, given, options_of, quietly
from clp_tfx.evaluation.generate_config import GenerateConfig


@click.command()
@click.argument("comments", nargs=-1)
@options_of(GenerateConfig, "comments")
def generate(comments: tuple[str, ...], **options: Any) -> None:
  """Writes comments and their counterfactuals as a table, to score them elsewhere.

  COMMENTS are files as for clp-tfx evaluate. Score the column `text` with any model in
  any language, add the scores as a column `score`, and measure the model with

      clp-tfx evaluate --scores TABLE --comments COMMENTS

  Exit codes: 0 written, 2 bad usage or input, 1 anything else.
  """
  with for_people():
    config = GenerateConfig(comments=comments, **given(options))
    with quietly() as terminal:
      print("Loading Beam ...", file=terminal, flush=True)
      from clp_tfx.evaluation.generate import generate as generated

      generated(config, terminal)
  click.echo(f"Wrote {config.output}. Add a column `score`, then give it to --scores.")
