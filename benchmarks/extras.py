"""Installs each extra in a clean environment, imports its rooms and runs their tests.

    python benchmarks/extras.py [EXTRA ...] [--python 3.12] [--output FOLDER]

Prints, for each extra, its packages, their size and the seconds that installing with
the tested versions took, then what its tests said, and writes them to `extras.json`.
The log of an extra's tests is beside it. Exit code 1 if an installation or a test
failed.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEST_TOOLS = ("pytest", "hypothesis", "jsonschema", "axe-playwright-python")
# Of NumPy and Keras, which the core does without.
DECISIONS = "counterfactuals/test_decisions.py"
# What an extra is for: modules to import and tests to run.
USES = {
  "core": (
    ["clp_tfx.counterfactuals", "clp_tfx.cli"],
    [
      *("counterfactuals", "test_identity_terms_page.py", "test_options.py"),
      *("cli/test_options.py", "cli/test_preview.py", "cli/test_versions.py"),
    ],
  ),
  "keras": (["clp_tfx.keras"], ["keras", DECISIONS]),
  "tfma": (
    ["clp_tfx.tfma", "clp_tfx.probes", "clp_tfx.scorers", "clp_tfx.evaluation"],
    ["tfma", "probes", "scorers", "evaluation", "test_files.py"],
  ),
  "tfx": (
    ["clp_tfx.components", "clp_tfx.pipeline", "clp_tfx.runners", "clp_tfx.sweep"],
    ["components", "modules", "pipeline", "runners", "sweep"],
  ),
  "encoder": (["keras_hub", "tensorflow_text"], ["training"]),
  "gcp": (["google.cloud.aiplatform"], ["runners/vertex", "runners/test_kubeflow.py"]),
}


def main() -> int:
  """Runs the benchmark; returns the exit code."""
  parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
  parser.add_argument("extras", nargs="*", help=f"of {', '.join(USES)}; default: all")
  parser.add_argument("--python", default=f"3.{sys.version_info.minor}")
  parser.add_argument("--output", type=Path, default=Path("out/extras"))
  options = parser.parse_args()
  if unknown := set(options.extras) - set(USES):
    parser.error(f"Expected extras of {', '.join(USES)}. Received: {unknown.pop()}.")
  options.output.mkdir(parents=True, exist_ok=True)
  rows = {}
  print(f"{'extra':<10}{'packages':>10}{'MB':>8}{'s':>6}  tests", flush=True)
  for extra in options.extras or USES:
    with tempfile.TemporaryDirectory() as folder:
      rows[extra] = _measured(extra, Path(folder), options.python, options.output)
    row = rows[extra]
    print(
      f"{extra:<10}{row['packages']:>10}{row['mb']:>8}{row['seconds']:>6}  "
      f"{row['tests']}",
      flush=True,
    )
  made = {"python": options.python, "extras": rows}
  (options.output / "extras.json").write_text(json.dumps(made, indent=2) + "\n")
  return int(any(row["failed"] for row in rows.values()))


def _measured(extra: str, folder: Path, python: str, output: Path) -> dict:
  """Installs an extra in a folder and runs its tests there."""
  environment = folder / "venv"
  interpreter = environment / "bin" / "python"
  _uv("venv", "-q", "--python", python, str(environment))
  wanted = str(ROOT) + ("" if extra == "core" else f"[{extra}]")
  install = ("pip", "install", "-q", "--python", str(interpreter))
  started = time.monotonic()
  _uv(*install, "-c", str(ROOT / "constraints.txt"), wanted)
  seconds = time.monotonic() - started
  packages = len(list(environment.glob("lib/*/site-packages/*.dist-info")))
  size = sum(each.stat().st_size for each in environment.rglob("*") if each.is_file())
  modules, tests = USES[extra]
  # From elsewhere, so that the imports are those of the package as installed; the tests
  # import from the checkout.
  subprocess.run(
    [interpreter, "-c", "".join(f"import {each}\n" for each in modules)],
    cwd=folder,
    capture_output=True,
    check=True,
  )
  _uv(*install, "-c", str(ROOT / "constraints.txt"), *TEST_TOOLS)
  log = output / f"{extra}.log"
  with open(log, "w") as file:
    done = subprocess.run(
      [
        *(interpreter, "-m", "pytest", "-q", "-m", "not e2e and not flink"),
        *("-p", "no:cacheprovider", *(f"tests/{each}" for each in tests)),
        *(() if DECISIONS in tests else (f"--ignore=tests/{DECISIONS}",)),
      ],
      cwd=ROOT,
      stdout=file,
      stderr=subprocess.STDOUT,
      check=False,
    )
  last = log.read_text().strip().rpartition("\n")[2].strip("= ")
  return {
    "packages": packages,
    "mb": round(size / 2**20),
    "seconds": round(seconds),
    "tests": re.sub(r", \d+ warnings?", "", last),
    "failed": done.returncode != 0,
  }


def _uv(*arguments: str) -> None:
  """Runs uv, that of the system or the one that `make setup` installed."""
  for program in ("uv", str(ROOT / ".uv" / "bin" / "uv")):
    try:
      if subprocess.run([program, "--version"], capture_output=True).returncode == 0:
        subprocess.run([program, *arguments], check=True)
        return
    except FileNotFoundError:
      continue
  raise SystemExit("Expected uv, which `make setup` installs in .uv. Received: none.")


if __name__ == "__main__":
  sys.exit(main())
