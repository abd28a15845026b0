import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from clp_tfx import code_digest as module
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


# The module `my.model`, what it says, and another file that is run with it.
COMPILED = f"compiled{EXTENSION_SUFFIXES[0]}"
REACHED = [
  ("from my_layers import f", "my_layers.py"),
  ("import my_layers", "my_layers.py"),
  ("def f():\n  import my_layers", "my_layers.py"),
  ("try:\n  import my_layers\nexcept ImportError: pass", "my_layers.py"),
  ("from my_layers import *", "my_layers.py"),
  ("from . import layers", "my/layers.py"),
  ("from .deep.layers import f", "my/deep/layers.py"),
  ("from .deep.layers import f", "my/deep/__init__.py"),
  ("from team.nlp import layers", "team/nlp/layers.py"),
  ("import team.nlp.layers as layers", "team/nlp/layers.py"),
  ("from my_layers import f", "my_base.py"),
  ("import compiled", COMPILED),
  ("", "my/__init__.py"),
]


@pytest.mark.parametrize("statement, file", REACHED)
def test_changes_with_all_that_a_module_imports(tmp_path, monkeypatch, statement, file):
  sources = {
    "my/__init__.py": "",
    "my/layers.py": "",
    "my/deep/__init__.py": "",
    "my/deep/layers.py": "",
    "my_layers.py": "import my_base",
    "my_base.py": "",
    # Folders without an __init__.py are packages too.
    "team/nlp/layers.py": "",
    COMPILED: "",
    "my/model.py": statement,
  }
  for name, source in sources.items():
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(source)
  monkeypatch.syspath_prepend(tmp_path)
  before = code_digest("my.model")
  (tmp_path / file).write_text("changed = True\n")
  assert code_digest("my.model") != before


def test_a_module_in_a_folder_without_an_init(tmp_path, monkeypatch):
  (tmp_path / "team" / "nlp").mkdir(parents=True)
  (tmp_path / "team" / "nlp" / "model.py").write_text("from . import layers\n")
  (tmp_path / "team" / "nlp" / "layers.py").write_text("")
  monkeypatch.syspath_prepend(tmp_path)
  before = code_digest("team.nlp.model")
  (tmp_path / "team" / "nlp" / "layers.py").write_text("x = 1\n")
  assert code_digest("team.nlp.model") != before


def test_a_module_that_is_no_python(package):
  # Python 2, imported where Python 3 cannot: whoever imports it is told.
  (package / "layers.py").write_text("print 'x'\n")
  before = code_digest("mine.model")
  (package / "layers.py").write_text("print 'y'\n")
  assert code_digest("mine.model") != before


def test_of_an_installed_package_the_version_counts(tmp_path, monkeypatch):
  site = tmp_path / "site-packages"
  (site / "toolbox").mkdir(parents=True)
  (site / "toolbox_kit-1.dist-info").mkdir()
  metadata = site / "toolbox_kit-1.dist-info" / "METADATA"
  record = site / "toolbox_kit-1.dist-info" / "RECORD"
  metadata.write_text("Metadata-Version: 2.1\nName: toolbox-kit\nVersion: 1\n")
  record.write_text("toolbox/__init__.py,,\n")
  (site / "toolbox" / "__init__.py").write_text("")
  (site / "no_distribution.py").write_text("")
  (tmp_path / "user.py").write_text("import toolbox.nails, no_distribution, json\n")
  for folder in (site, tmp_path):
    monkeypatch.syspath_prepend(folder)

  def digest():
    module._installed.cache_clear()
    module._distributions.cache_clear()
    return code_digest("user")

  digests = [digest()]
  assert digest() == digests[0]
  (site / "toolbox" / "__init__.py").write_text("changed = 'by hand'\n")
  assert digest() == digests[0]
  metadata.write_text("Metadata-Version: 2.1\nName: toolbox-kit\nVersion: 2\n")
  digests.append(digest())
  (site / "no_distribution.py").write_text("changed = True\n")
  digests.append(digest())
  # Named itself, as a team's own package that is installed: its sources count.
  (site / "toolbox" / "nails.py").write_text("")
  digests.append(code_digest("toolbox.nails"))
  (site / "toolbox" / "nails.py").write_text("x = 1\n")
  digests.append(code_digest("toolbox.nails"))
  assert len(set(digests)) == len(digests)
  monkeypatch.undo()
  module._installed.cache_clear()
  module._distributions.cache_clear()


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
