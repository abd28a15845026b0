"""clp-tfx preview: what the generator makes of a text."""

import json

import click

from clp_tfx.cli.options import for_people
from clp_tfx.counterfactuals import CounterfactualGenerator
from clp_tfx.identity_terms import IdentityTerms
from clp_tfx.pipeline.config import PipelineConfig


@click.command()
@click.argument("texts", nargs=-1, required=True, metavar="TEXT...")
@click.option(
  "--identity-terms",
  default=PipelineConfig.identity_terms,
  show_default=True,
  help="Lexicon: a built-in name or a CSV file.",
)
@click.option(
  "--json", "as_json", is_flag=True, help="One JSON object per text and line."
)
def preview(texts: tuple[str, ...], identity_terms: str, as_json: bool) -> None:
  """Prints each text's counterfactuals and what was edited."""
  with for_people():
    generator = CounterfactualGenerator(IdentityTerms.load(identity_terms))
  for text in texts:
    counterfactuals = generator.generate(text)
    if as_json:
      found = [
        {"text": item.text, "group": item.group, "edit": item.edit}
        for item in counterfactuals
      ]
      click.echo(
        json.dumps({"text": text, "counterfactuals": found}, ensure_ascii=False)
      )
      continue
    click.echo(text)
    for item in counterfactuals:
      click.echo(f"  {item.text}\n    edited: {item.edit}  (group: {item.group})")
    if not counterfactuals:
      click.echo("  no identity term, no counterfactual")
