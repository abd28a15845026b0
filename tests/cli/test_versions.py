import importlib.metadata

import pytest
from click.testing import CliRunner

from clp_tfx import __version__
from clp_tfx.cli import cli


@pytest.mark.parametrize(
  ("tfx", "stack"),
  [
    ("1.21.0", "current stack (TFX 1.21)"),
    ("1.16.0", "older stack (TFX 1.16)"),
    ("1.30.2", "untested stack (TFX 1.30)"),
    (None, "libraries without TFX"),
  ],
)
def test_version_names_the_stack(monkeypatch, tfx, stack):
  def version(name):
    if name == "tfx" and tfx:
      return tfx
    if name == "keras":
      return "3.12.4"
    raise importlib.metadata.PackageNotFoundError(name)

  monkeypatch.setattr(importlib.metadata, "version", version)

  result = CliRunner().invoke(cli, ["--version"])

  first, second = result.output.splitlines()
  assert first == f"clp-tfx {__version__} on the {stack}"
  assert second.startswith("Python 3.")
  assert second.endswith(f", tfx {tfx}, keras 3.12.4" if tfx else ", keras 3.12.4")
  assert result.exit_code == 0
