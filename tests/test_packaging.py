"""The project declares everything that its code imports."""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
DISTRIBUTIONS = {
  "grpc": "grpcio",
  "IPython": "ipython",
  "absl": "absl-py",
  "ahocorasick_rs": "ahocorasick-rs",
  "apache_beam": "apache-beam",
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


def imported():
  for folder in ("clp_tfx", "pipelines"):
    for path in (ROOT / folder).rglob("*.py"):
      for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
          names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
          names = [node.module]
        for name in names:
          depth = 2 if name.startswith("google.") else 1
          yield ".".join(name.split(".")[:depth])


def declared():
  # Python 3.10 has no TOML parser.
  text = (ROOT / "pyproject.toml").read_text()
  block = re.search(r"^dependencies = \[(.*?)^\]", text, re.DOTALL | re.MULTILINE)[1]
  return {name.lower() for name in re.findall(r'^\s*"([\w.-]+)', block, re.MULTILINE)}


def test_every_import_is_declared():
  others = set(imported()) - set(sys.stdlib_module_names) - {"clp_tfx", "pipelines"}
  assert {DISTRIBUTIONS.get(name, name) for name in others} <= declared()


def test_the_locks_hold_what_is_declared_and_name_no_host():
  for name in ("requirements.lock", "requirements-dev.lock"):
    lock = (ROOT / name).read_text()
    locked = set(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==", lock, re.MULTILINE))
    assert declared() <= locked
    assert "://" not in lock


def test_the_package_holds_its_data_files():
  text = (ROOT / "pyproject.toml").read_text()
  block = re.search(r"^clp_tfx = \[(.*?)^\]", text, re.DOTALL | re.MULTILINE)[1]
  package = ROOT / "clp_tfx"
  held = {path for glob in re.findall(r'"(.+)"', block) for path in package.glob(glob)}
  tracked = {path for path in package.rglob("*") if path.is_file()}
  assert held == {path for path in tracked if path.suffix not in (".py", ".pyc")}
