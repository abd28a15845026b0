"""The package's structure: import directions, public names and light imports."""

import ast
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_MODULES = 6
LONGEST_CHAIN = 10

_spec = importlib.util.spec_from_file_location(
  "public_names", ROOT / "docs/public_names.py"
)
public_names = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(public_names)


def imports(source):
  """Yields (module, name) for each name that a source file imports from clp_tfx."""
  for node in ast.walk(ast.parse(source)):
    if isinstance(node, ast.Import):
      found = [(alias.name, "") for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
      assert not node.level, "Imports name their modules in full."
      found = [(node.module, alias.name) for alias in node.names]
    else:
      continue
    yield from (each for each in found if each[0].split(".")[0] == "clp_tfx")


def room(module, name=""):
  """Returns the top-level package or module: `keras` for `clp_tfx.keras.model`."""
  parts = f"{module}.{name}".rstrip(".").split(".")
  here = ROOT / "clp_tfx" / parts[1] if len(parts) > 1 else None
  is_room = here and (here.is_dir() or here.with_suffix(".py").is_file())
  return parts[1] if is_room else "__init__"


def edges():
  found = {}
  for path in (ROOT / "clp_tfx").rglob("*.py"):
    own = path.relative_to(ROOT / "clp_tfx").parts[0].removesuffix(".py")
    targets = found.setdefault(own, set())
    targets |= {room(*each) for each in imports(path.read_text())} - {own}
  return found


def longest_chain(start, found, above=()):
  assert start not in above, f"Imports go round: {' -> '.join([*above, start])}."
  below = [longest_chain(each, found, (*above, start)) for each in found[start]]
  return [start, *max(below, key=len, default=[])]


def test_few_modules_lie_at_the_top():
  modules = [path.stem for path in (ROOT / "clp_tfx").glob("*.py")]
  assert len(modules) <= MOST_MODULES, modules


def test_imports_go_one_way_and_not_far():
  found = edges()
  chain = max((longest_chain(each, found) for each in found), key=len)
  assert len(chain) <= LONGEST_CHAIN, chain


def test_keras_and_tfma_do_not_know_each_other_nor_what_stands_on_them():
  found = edges()
  low = {"__init__", "code_digest", "counterfactuals", "errors", "features", "files"}
  low |= {"options"}
  assert found["keras"] <= low
  assert found["scorers"] <= low - {"counterfactuals"}
  assert found["tfma"] <= low | {"scorers"}
  assert found["probes"] <= low
  assert found["counterfactuals"] <= low - {"counterfactuals"}


def test_every_package_says_what_it_is_for():
  for path in (ROOT / "clp_tfx").rglob("__init__.py"):
    assert ast.get_docstring(ast.parse(path.read_text())), path


@pytest.mark.parametrize(
  "statement",
  [
    "import clp_tfx",
    "import clp_tfx.code_digest",
    "import clp_tfx.features",
    "import clp_tfx.files",
    "import clp_tfx.files",
    "from clp_tfx.counterfactuals import *",
    "from clp_tfx.counterfactuals.english import *",
    "from clp_tfx.components import load_statistics",
    "from clp_tfx.pipeline import PipelineConfig, load_config, prepare_output",
    "from clp_tfx.runners import write_demo_comments",
    "from clp_tfx.probes import *",
    "from clp_tfx.training import HParams",
    "import clp_tfx.cli",
  ],
)
def test_what_is_light_imports_neither_tensorflow_nor_beam(statement):
  code = (
    f"import sys\n{statement}\n"
    "print(sorted({'tensorflow', 'keras', 'apache_beam', 'tfx'} & set(sys.modules)))"
  )
  result = subprocess.run(
    [sys.executable, "-c", code], capture_output=True, text=True, check=True
  )
  assert result.stdout == "[]\n"


# Loading these takes seconds, which small data and every test of a run would wait for.
@pytest.mark.e2e
@pytest.mark.parametrize(
  "modules, unused",
  [
    ("clp_tfx.keras, clp_tfx.tfma", ["tfx", "ml_metadata"]),
    # These come with the extra tfma, which has no TFX.
    (
      "clp_tfx.evaluation.evaluate, clp_tfx.evaluation.probe, clp_tfx.report.report",
      ["tfx", "ml_metadata"],
    ),
    (
      "clp_tfx.components.counterfactual_gen.component",
      ["tfx.components", "google.cloud.aiplatform", "tensorflow_model_analysis"],
    ),
    ("clp_tfx.runners.local", ["google.cloud.aiplatform", "kfp"]),
  ],
)
def test_nothing_is_loaded_that_is_not_used(modules, unused):
  code = f"import sys, {modules}\nprint([n for n in {unused} if n in sys.modules])"
  result = subprocess.run(
    [sys.executable, "-c", code], capture_output=True, text=True, check=True
  )
  assert result.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("package", [*public_names.packages()])
def test_public_names_exist_and_are_the_ones_of_the_reference(package):
  names = [public.name for public in public_names.public_names(package)]
  module = importlib.import_module(package)
  for name in names:
    assert getattr(module, name) is not None
  if package not in public_names.MODULES:
    assert sorted(module.__all__) == names


def sources_outside():
  """Yields the location and text of code that people copy."""
  for folder in ("benchmarks", "pipelines"):
    for path in (ROOT / folder).rglob("*.py"):
      yield str(path.relative_to(ROOT)), path.read_text()
  for path in (ROOT / "notebooks").glob("*.ipynb"):
    cells = json.loads(path.read_text())["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    yield path.name, re.sub(r"^[%!].*$", "", "\n".join(code), flags=re.MULTILINE)
  for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
    for block in re.findall(r"^```python\n(.*?)^```", path.read_text(), re.M | re.S):
      yield path.name, block


def test_what_people_copy_uses_public_names_only():
  public = {
    (each.package, each.name)
    for package in public_names.packages()
    for each in public_names.public_names(package)
  }
  found = [
    (where, module, name)
    for where, source in sources_outside()
    for module, name in imports(source)
    # Features are constants with docstrings; TFX loads modules/ by name.
    if not module.startswith(("clp_tfx.features", "clp_tfx.modules"))
    if (module, name) not in public and (module, name) != ("clp_tfx", "features")
  ]
  assert not found
