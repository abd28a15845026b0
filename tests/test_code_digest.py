import subprocess
import sys
from pathlib import Path

import pytest

from clp_tfx.code_digest import code_digest
from clp_tfx.errors import InputError


@pytest.fixture
def package(tmp_path, monkeypatch):
  """A package `mine`: model imports layers relatively; other imports nothing."""
  folder = tmp_path / "mine"
  folder.mkdir()
  (folder / "__init__.py").write_text("")
  (folder / "model.py").write_text("import os\nfrom .layers import f\n")
  (folder / "layers.py").write_text("def f(): pass\n")
  (folder / "other.py").write_text("raise RuntimeError('must not be run')\n")
  monkeypatch.syspath_prepend(tmp_path)
  return folder


def test_changes_with_a_module_and_what_it_imports(package):
  before = code_digest("mine.model")
  assert code_digest("mine.model") == before
  (package / "other.py").write_text("\n")
  assert code_digest("mine.model") == before
  (package / "layers.py").write_text("def f(): return 1\n")
  after = code_digest("mine.model")
  assert after != before
  (package / "model.py").write_text("\n")
  assert code_digest("mine.model") not in (before, after)


def test_changes_with_the_lists_beside_a_module(package):
  before = code_digest("mine.model")
  (package / "other.txt").write_text("[words]\na\n")
  assert code_digest("mine.model") == before
  (package / "layers.txt").write_text("[words]\na\n")
  added = code_digest("mine.model")
  (package / "layers.txt").write_text("[words]\nb\n")
  assert len({before, added, code_digest("mine.model")}) == 3


def test_counterfactual_gen_changes_with_the_word_lists(monkeypatch):
  component = "clp_tfx.components.counterfactual_gen.executor"
  digests = {code_digest(component)}
  read = Path.read_bytes
  for name in ("words.txt", "persons.txt"):

    def edited(path, name=name):
      return read(path) + (b"ze" if path.name == name else b"")

    monkeypatch.setattr(Path, "read_bytes", edited)
    digests.add(code_digest(component))
  assert len(digests) == 3


def test_reads_and_does_not_run(package):
  assert code_digest("mine.other") != code_digest("mine.model")


def test_follows_this_package_across_its_own_imports():
  # trainer → keras → keras.model; the evaluator's code is not included.
  digests = {
    name: code_digest(f"clp_tfx.{name}")
    for name in ("modules.trainer", "modules.preprocessing", "tfma")
  }
  assert len(set(digests.values())) == 3


def test_a_single_file_module(tmp_path, monkeypatch):
  (tmp_path / "single_file_model.py").write_text("x = 1\n")
  monkeypatch.syspath_prepend(tmp_path)
  before = code_digest("single_file_model")
  (tmp_path / "single_file_model.py").write_text("x = 2\n")
  assert code_digest("single_file_model") != before


@pytest.mark.parametrize(
  "name", ["no_such_module", "clp_tfx.nothing", "clp_tfx..x", ""]
)
def test_a_module_that_is_not_there(name):
  with pytest.raises(InputError, match="module that Python can import"):
    code_digest(name)


def test_is_the_same_in_another_process():
  code = (
    "from clp_tfx.code_digest import code_digest; print(code_digest('clp_tfx.cli'))"
  )
  done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
  assert done.stdout.strip() == code_digest("clp_tfx.cli")
