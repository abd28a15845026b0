import os
import re
import stat
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from clp_tfx.cli.options import quietly
from clp_tfx.errors import InputError


@pytest.fixture
def shared(tmp_path, monkeypatch):
  """The temporary folder that users of a machine share."""
  folder = tmp_path / "shared"
  folder.mkdir()
  monkeypatch.setattr("tempfile.tempdir", str(folder))
  return folder


def command(error=None):
  """Returns a command that prints "from a library" and may fail."""

  @click.command()
  def run():
    with quietly():
      os.write(1, b"from a library\n")
      if error:
        raise error

  return run


def test_a_log_of_its_own_is_the_users_and_named_in_the_error(shared):
  result = CliRunner().invoke(command(RuntimeError("odd")))
  (log,) = shared.iterdir()
  assert result.exit_code == 1
  assert result.stderr == f"Error: RuntimeError; see the log {log}.\n"
  assert stat.S_IMODE(log.stat().st_mode) == 0o600
  assert "from a library\n" in log.read_text()
  assert "RuntimeError: odd" in log.read_text()


@pytest.mark.parametrize("error", [None, InputError("Expected another file.")])
def test_a_log_of_its_own_goes_where_it_says_nothing_more(shared, error):
  result = CliRunner().invoke(command(error))
  assert (result.exception is None) == (error is None)
  assert list(shared.iterdir()) == []


def test_links_that_others_have_laid_are_not_followed(shared, tmp_path):
  theirs = tmp_path / "theirs"
  for name in ("clp-tfx-compile.log", "clp-tfx-submit.log", "clp-tfx.log"):
    (shared / name).symlink_to(theirs)
  assert CliRunner().invoke(command(RuntimeError("odd"))).exit_code == 1
  assert not theirs.exists()


def test_no_command_has_a_log_under_a_name_that_can_be_foreseen():
  sources = Path(__file__).parents[2].joinpath("clp_tfx").rglob("*.py")
  # Looking for folders is no use of a name: theirs are random.
  foreseen = re.compile(r"gettempdir\(\)(?!\)\.glob)")
  assert [str(path) for path in sources if foreseen.search(path.read_text())] == []
