"""clp-tfx evaluate: evaluates any model that scores texts, without a pipeline."""

import sys
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from clp_tfx.cli.options import for_people, given, options_of, quietly
from clp_tfx.cli.run import (
  EXIT_REFUSED,
  figures_table,
  print_audit,
  print_failures,
  print_left_out,
  print_people,
)
from clp_tfx.evaluation.config import EvaluationConfig
from clp_tfx.pipeline.output import prepare_output
from clp_tfx.report.worst_case import worst_case_section


@click.command()
@click.argument("model", default="")
@options_of(EvaluationConfig, "model")
def evaluate(model: str, **options: Any) -> None:
  """Measures a model's flip rate on comments and writes a report.

  MODEL is the folder of any SavedModel with a signature from texts, or serialised
  tf.Examples, to scores; a .keras file of a model that takes texts; or the dotted path
  of a function from a list of texts to scores. It need not come from this package. For
  a model that runs elsewhere, leave out MODEL and give --endpoint or --scores.

  \b
  Examples:
    clp-tfx evaluate saved_model --comments comments.csv
    clp-tfx evaluate my_module.score --comments comments.csv --max-flip-rate 0.05
    clp-tfx evaluate new.keras --baseline old.keras --comments comments.csv
    clp-tfx evaluate --endpoint http://localhost:8501/v1/models/NAME:predict \\
      --comments comments.csv
    clp-tfx evaluate --scores scored.parquet --comments comments.csv

  Exit codes: 0 measured, 3 a bound was missed, 2 bad usage or input, 1 anything else.
  """
  with for_people():
    config = EvaluationConfig(model=model, **given(options))
    with quietly(prepare_output(config.output) / "clp-tfx.log") as terminal:
      print("Loading TensorFlow ...", file=terminal, flush=True)
      from clp_tfx.evaluation import evaluate as evaluation

      summary = evaluation.evaluate(config, terminal)
  console = Console()
  console.print(figures_table(summary, "baseline", "model"))
  print_left_out(console, summary)
  print_audit(console, summary)
  print_people(console, summary)
  print_worst_case(console, summary)
  refused = config.gates and not summary["gate"]["blessed"]
  if refused:
    print_failures(console, summary)
  elif config.gates:
    console.print("Passed every check.")
  for sentence in summary["gate"]["inactive"]:
    console.print(sentence, soft_wrap=True)
  console.print(f"Report: {escape(summary['report'])}", soft_wrap=True)
  if refused:
    sys.exit(EXIT_REFUSED)


def print_worst_case(console: Console, summary: dict[str, Any]) -> None:
  """Prints how many decisions hold with any term of a role, in one line.

  Args:
    console: Where to.
    summary: With `worst_case`, None if it was switched off.
  """
  found = worst_case_section(summary)
  if not found:
    return
  line = found["inactive"]
  if not line:
    row = found["rows"][0]
    before = f" (before: {row['before']})" if summary["baseline"] else ""
    line = (
      f"Any term of a role: {row['after']} of {found['comments']} comments keep their "
      f"decision, 90% interval {row['after_interval']}{before}."
    )
  console.print(escape(line), soft_wrap=True)
