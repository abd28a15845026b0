import importlib.metadata
import subprocess
import sys

import pytest
from click.testing import CliRunner

from clp_tfx import __version__
from clp_tfx.cli import cli
from clp_tfx.cli.versions import missing


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


@pytest.mark.parametrize(
  ("command", "module", "extra"),
  [
    ("evaluate", "tensorflow", "tfma"),
    ("probe", "apache_beam.io", "tfma"),
    ("run", "tensorflow", "tfx"),
    ("submit", "google.cloud", "gcp"),
  ],
)
def test_missing_libraries_come_with_an_extra(command, module, extra):
  message = missing(ModuleNotFoundError(name=module), command)

  assert message == (
    f"This command needs {module}, which is not installed: "
    f"pip install 'clp-tfx[{extra}]'."
  )


@pytest.mark.parametrize("module", ["my_module", None])
def test_other_missing_modules_are_errors_like_any_other(module):
  assert missing(ModuleNotFoundError(name=module), "run") is None


# In a process of its own: modules imported a second time would not be those that the
# package's attributes name.
def test_a_command_names_the_extra_that_it_lacks(tmp_path):
  comments = tmp_path / "c.csv"
  comments.write_text("comment_text\na\n")
  code = (
    "import sys; sys.modules['apache_beam'] = None  # importing it now fails\n"
    "from clp_tfx.cli import main; main()"
  )

  done = subprocess.run(
    [
      *(sys.executable, "-c", code, "evaluate", "m", "--comments", str(comments)),
      *("--output", str(tmp_path / "o")),
    ],
    capture_output=True,
    text=True,
  )

  assert done.stderr == (
    "Loading TensorFlow ...\n"
    "Error: This command needs apache_beam, which is not installed: "
    "pip install 'clp-tfx[tfma]'.\n"
  )
  assert done.returncode == 1


def test_the_package_alone_previews():
  # As without any extra: importing these fails.
  absent = ["numpy", "scipy", "sklearn", "pandas", "pyarrow", "google", "grpc", "keras"]
  absent += ["tensorflow", "tensorflow_model_analysis", "apache_beam", "tfx", "kfp"]
  code = (
    f"import sys; sys.modules.update(dict.fromkeys({absent}))\n"
    "from clp_tfx.cli import main; main()"
  )
  done = subprocess.run(
    [sys.executable, "-c", code, "preview", "A gay man"], capture_output=True, text=True
  )
  assert done.returncode == 0, done.stderr
  assert "gay→" in done.stdout
