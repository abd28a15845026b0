"""clp-tfx run and compile: runs the pipeline locally or writes it as a job."""

import collections
import os
import sys
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clp_tfx.cli.options import configured, for_people, quietly, read_config
from clp_tfx.features import IDENTITY_GROUP
from clp_tfx.options import names_of
from clp_tfx.pipeline.labels import judged, named, views
from clp_tfx.pipeline.output import prepare_output
from clp_tfx.pipeline.sections import JobOptions
from clp_tfx.report.people import tally

EXIT_REFUSED = 3
"""Exit code of a run whose model the gate refused."""

# The terminal shows the groups that flip most, with as many pairs if there are such.
_MOST_GROUPS = 10
_MANY_PAIRS = 30


@click.command()
@click.option("--quiet", is_flag=True, help="Shows nothing but errors.")
@click.option(
  "--json",
  "as_json",
  is_flag=True,
  help="Prints OUTPUT/summary.json and nothing else on stdout.",
)
@configured(*names_of(JobOptions))
def run(config_file: str | None, quiet: bool, as_json: bool, **options: Any) -> None:
  """Trains a model on comments and pushes it if it passes the gate.

  Exit codes: 0 pushed, 3 refused by the gate, 2 bad usage or input, 1 anything else.
  """
  with for_people():
    config = read_config(config_file, options)
    output = prepare_output(config.deployment.output)
    with quietly(output / "clp-tfx.log") as terminal, open(os.devnull, "w") as nowhere:
      shown = nowhere if quiet else terminal
      print("Loading TensorFlow and TFX ...", file=shown, flush=True)
      from clp_tfx.runners.local import run_locally

      summary = run_locally(config, shown)
  if as_json:
    # As it was written: JSON without NaN.
    click.echo((output / "summary.json").read_text(encoding="utf-8"))
  elif not quiet:
    print_summary(summary)
  if not summary["gate"]["blessed"]:
    sys.exit(EXIT_REFUSED)


@click.command("compile")
@click.option("--output", required=True, help="Job file (.json) to write.")
@configured("output")
def compile_(output: str, config_file: str | None, **options: Any) -> None:
  """Writes the pipeline as a Kubeflow Pipelines v2 / Vertex Pipelines job.

  It needs neither network nor credentials.
  """
  with for_people():
    config = read_config(config_file, options)
    with quietly():
      from clp_tfx.runners.kubeflow import compile_job

      compile_job(config, output)
  click.echo(f"Wrote {output}.")


def print_summary(summary: dict[str, Any]) -> None:
  """Prints a table of figures before and after, and the verdict.

  Args:
    summary: Summary from `run_locally`.
  """
  console = Console()
  found = views(summary)
  if "labels" in summary:
    console.print(_labels_table(summary, found))
  else:
    console.print(figures_table(summary, "before", "after"))
  # Which comments have no pair does not depend on the label.
  print_left_out(console, next(iter(found.values())))
  for label, view in found.items():
    print_audit(console, view, label)
    print_people(console, view, label)
  if summary["pushed_model"] and summary["gate"]["blessed"]:
    console.print(f"Pushed: {escape(summary['pushed_model'])}", soft_wrap=True)
  else:
    print_failures(console, summary)
  for sentence in summary["gate"]["inactive"]:
    console.print(sentence, soft_wrap=True)
  console.print(f"Report: {escape(summary['report'])}", soft_wrap=True)


def print_failures(console: Console, summary: dict[str, Any]) -> None:
  """Prints why the gate refused the model.

  Args:
    console: Where to print.
    summary: Summary with the `gate`.
  """
  console.print("Refused by the gate:", style="bold")
  for failure in summary["gate"]["failures"]:
    console.print(f"  {escape(failure['reason'])}", soft_wrap=True)


def print_left_out(console: Console, summary: dict[str, Any]) -> None:
  """Prints which comments with identity terms were not judged, and why.

  Args:
    console: Where to print.
    summary: Summary with `clp` and optionally `coverage` by split.
  """
  shares = ", ".join(
    f"{share:.1%} {reason.replace('_', ' ')}"
    for reason, share in summary["clp"]["left_out"].items()
  )
  if shares:
    console.print(f"Comments with identity terms but no pair: {shares}.")
  failures = collections.Counter()
  for counts in summary.get("coverage", {}).values():
    failures.update({k: n for k, n in counts["skipped"].items() if ":" in k})
  for reason, number in failures.items():
    kind = reason.partition(":")[2].strip()
    console.print(f"The counterfactual function failed on {number} comments: {kind}.")


def print_audit(console: Console, summary: dict[str, Any], label: str = "") -> None:
  """Prints the worst group of those that the model was not trained on, in one line.

  Args:
    console: Where to.
    summary: With `clp` and `baseline`, and `audit` in them where there was one.
    label: Name of the label, if there are several.
  """
  audit = summary["clp"].get("audit", {})
  groups = audit.get("group", {})
  if all(each["trained_on"] for each in groups.values()):
    return
  name = audit["worst_not_trained_on"]
  if name is None:
    line = "Audit: no group that was not trained on has enough pairs to judge."
    console.print(named(label, line), soft_wrap=True)
    return
  after = groups[name]
  baseline = summary["baseline"] or {}
  before = baseline.get("audit", {}).get("group", {}).get(name)
  console.print(
    named(label, "")
    + f"Audit: of the groups not trained on, {escape(name)} flips most, "
    f"{after['flip_rate']:.1%} of {after['pairs']} pairs"
    + (f" (before: {_share(before['flip_rate'])})." if before else "."),
    soft_wrap=True,
  )


def print_people(console: Console, summary: dict[str, Any], label: str = "") -> None:
  """Prints who gains and who loses on probes, in one line.

  Args:
    console: Where to.
    summary: With `probes`, None if they were not scored.
    label: Name of the label, if there are several.
  """
  probes = summary.get("probes")
  if not probes or not probes["identities"]:
    return
  first = probes["identities"][0]
  after = _share(first["model"]["false_positive_rate"])
  found = f"{escape(first['identity'])} comes off worst: false positives {after}"
  if probes["baseline"]:
    loses, gains, unclear = map(len, tally(probes))
    before = _share(first["baseline"]["false_positive_rate"])
    found = f"{loses} lose, {gains} gain, {unclear} cannot be judged; {found}"
    found += f" (before: {before})"
  number = len(probes["identities"])
  line = f"Probes: of {number} identities, {found}."
  console.print(named(label, line), soft_wrap=True)


def _labels_table(summary: dict[str, Any], found: dict[str, dict[str, Any]]) -> Table:
  """Returns a table with a row per label; the report has everything else."""
  compares = any(view["baseline"] for view in found.values())
  table = Table(title="Counterfactual Logit Pairing")
  table.add_column("", no_wrap=True)
  for column in ("AUC", "positive rate", "flip rate", "upper bound"):
    table.add_column(column, justify="right")
  if compares:
    table.add_column("flip rate before", justify="right")
  table.add_column("verdict")
  has_bound = judged(summary)
  for label, view in found.items():
    clp = view["clp"]
    figures = [clp["auc"], clp["positive_rate"], clp["flip_rate"]]
    figures.append(clp["flip_rate_bounds"][1])
    if compares:
      figures.append((view["baseline"] or {}).get("flip_rate"))
    word = "refused" if view["gate"]["failures"] else "passed"
    word = word if label in has_bound else "measured"
    table.add_row(escape(label), *map(_figure, figures), word)
  return table


def figures_table(summary: dict[str, Any], *columns: str) -> Table:
  """Returns a table of the figures of a model and of its baseline, if any.

  Of many groups it has those that flip most.

  Args:
    summary: Summary with `baseline`, which may be None, and `clp`.
    *columns: Titles of their two columns.
  """
  baseline, clp = summary["baseline"], summary["clp"]
  table = Table(title="Counterfactual Logit Pairing")
  for column in ("", *columns, "change") if baseline else ("", columns[-1]):
    table.add_column(column, justify="right" if column else "left")
  rows = {
    "AUC": "auc",
    "R²": "r2",
    "positive rate": "positive_rate",
    "flip rate": "flip_rate",
  }

  def add_row(name: str, before: float | None, after: float | None) -> None:
    change = None if before is None or after is None else after - before
    figures = [_figure(before), _figure(after), _figure(change, "+")]
    table.add_row(name, *(figures if baseline else figures[1:2]))

  for name, key in rows.items():
    if key in clp:
      add_row(name, (baseline or {}).get(key), clp[key])
  if placebo := clp.get("placebo"):
    before = (baseline or {}).get("placebo", {})
    add_row("  of placebo edits", before.get("flip_rate"), placebo["flip_rate"])
  if "r2" in clp:
    key = "counterfactual_gap"
    add_row("mean gap of a pair", (baseline or {}).get(key), clp[key])
  before = (baseline or {}).get("flip_rate_by_class", {})
  for name, after in clp.get("flip_rate_by_class", {}).items():
    add_row(f"  flip rate, decided {escape(name)}", before.get(name), after)
  before = (baseline or {}).get("flip_rate_by_group", {})
  after = clp["flip_rate_by_group"]
  shown = _worst_groups(before, after, clp["pairs_by_group"])
  for group in shown:
    add_row(f"  flip rate, {escape(group)}", before.get(group), after[group])
  if len(shown) < len(after):
    table.caption = f"{len(after) - len(shown)} more groups are in the report"
  means = clp.get("bias_auc_means", {}).get(IDENTITY_GROUP, {})
  for kind, after in means.items():
    if after is not None:
      before = (baseline or {}).get("bias_auc_means", {}).get(IDENTITY_GROUP, {})
      add_row(f"bias AUC, {kind}", before.get(kind), after)
  counts = [str(baseline["pairs"])] if baseline else []
  table.add_row("pairs", *counts, str(clp["pairs"]))
  return table


def _worst_groups(
  before: dict[str, float | None],
  after: dict[str, float | None],
  pairs: dict[str, int],
) -> list[str]:
  """Returns all groups, or of many those that flip most, before or after."""
  if len(after) <= _MOST_GROUPS:
    return list(after)

  def worst(group: str) -> tuple[bool, float]:
    rates = (after[group] or 0.0, before.get(group) or 0.0)
    return pairs.get(group, 0) >= _MANY_PAIRS, max(rates)

  chosen = set(sorted(after, key=worst, reverse=True)[:_MOST_GROUPS])
  return [group for group in after if group in chosen]


def _share(value: float | None) -> str:
  return "–" if value is None else f"{value:.1%}"


def _figure(value: float | None, sign: str = "") -> str:
  return "–" if value is None else f"{value:{sign}.4f}"
