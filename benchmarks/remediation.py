"""Measures Counterfactual Logit Pairing on real comments against fixed targets.

python benchmarks/remediation.py [COMMENTS] [OUTPUT] [SEEDS]

Trains on the Wikipedia part of the comments, with one model per seed and fold: each
comment that mentions gay or lesbian is scored by a model that was not trained on it.
The control has the same data, initial weights and budget. Prints a table, writes
OUTPUT/remediation.json, and exits with 1 if a target is missed. Finished trainings are
not repeated, so a killed benchmark resumes where it stopped. Prints a message and skips
if the comments file does not exist.
"""

import csv
import gzip
import json
import sys
from pathlib import Path

COMMENTS = Path(__file__).parents[2] / "shared" / "data" / "comments.csv.gz"


def wikipedia(comments: str, output: Path) -> Path:
  """Writes the rows whose source is `wiki`; other sources predict the label."""
  path = output / "wiki.csv"
  if not path.exists():
    fresh = path.with_suffix(".new")
    opened = gzip.open if comments.endswith(".gz") else open
    with (
      opened(comments, "rt", encoding="utf-8", newline="") as source,
      open(fresh, "w", encoding="utf-8", newline="") as kept,
    ):
      reader = csv.DictReader(source)
      writer = csv.DictWriter(kept, reader.fieldnames)
      writer.writeheader()
      writer.writerows(row for row in reader if row["source"] == "wiki")
    fresh.rename(path)
  return path


def main(
  comments: str = str(COMMENTS), output: str = "out/remediation", seeds: str = "3"
) -> int:
  if not Path(comments).is_file():
    print(f"Skipped: {comments} does not exist; name a file of comments.")
    return 0
  folder = Path(output).absolute()
  folder.mkdir(parents=True, exist_ok=True)
  from remediation_figures import plot, report, show
  from remediation_models import MAX_TOKENS, Bench, jobs

  from clp_tfx.pipeline import PipelineConfig
  from clp_tfx.runners import logs_in, prepare_data

  config = PipelineConfig.of(
    comments=(str(wikipedia(comments, folder)),),
    output=str(folder),
    # The terms that the targets and the figures in docs/remediation.md are about.
    identity_terms="gender_and_sexual_orientation",
    preprocessing_fn="remediation_models.preprocessing_fn",
    max_tokens=MAX_TOKENS,
  )
  with logs_in(folder / "log") as terminal:
    bench = Bench(*prepare_data(config, terminal), folder)
    for arm, seed in jobs(int(seeds)):
      if not bench.is_done(arm, seed):
        print(f"{arm.name}, seed {seed} ...", file=terminal, flush=True)
        bench.logits(arm, seed)
  figures = report(bench, list(range(1, int(seeds) + 1)))
  (folder / "remediation.json").write_text(json.dumps(figures, indent=2) + "\n")
  (folder / "remediation.svg").write_text(plot(figures))
  show(figures)
  return int(any(row["met"] is False for row in figures["bars"]))


if __name__ == "__main__":
  sys.exit(main(*sys.argv[1:]))
