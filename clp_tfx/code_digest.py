"""A digest of the code that a component runs.

TFX caches by a component's properties. It hashes a module *file*, but not code given by
dotted path, which this digest covers as one of the properties.
"""

import ast
import collections
import functools
import hashlib
import importlib.metadata
import importlib.util
import sys
from collections.abc import Iterable
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from clp_tfx import __version__
from clp_tfx.errors import InputError

_OWN = __name__.partition(".")[0]
_INSTALLED = {"site-packages", "dist-packages"}


def code_digest(*modules: str) -> str:
  """Digests modules and everything that they import, directly or not.

  Sources are read and parsed, not run: imports in functions count, but not those by
  names that are only known at run time. A text file of a module's name beside it, such
  as `words.txt` for `words.py`, belongs to its source. Of installed packages other than
  those of `modules`, versions count and not sources; Python's own modules do not count.

  Args:
    *modules: Dotted names, such as `clp_tfx.modules.trainer`.

  Returns:
    Hex digest that changes when any of the sources or versions does.

  Raises:
    InputError: If a module cannot be found.
  """
  for name in modules:
    if not (spec := _spec(name)) or not spec.has_location:
      raise InputError(
        f"Expected {name!r} to be a module that Python can import, but there is none: "
        "give a dotted path, and put the module's folder on PYTHONPATH."
      )
  named = {_top(name) for name in modules}
  contents: dict[str, bytes] = {}
  pending = list(modules)
  while pending:
    name = pending.pop()
    top = _top(name)
    if name in contents or top in sys.stdlib_module_names:
      continue
    if top not in named and (versions := _installed(top)):
      contents[top] = versions
    elif spec := _spec(name):
      file = Path(spec.origin) if spec.has_location else None
      contents[name] = file.read_bytes() if file and file.is_file() else b""
      if file and file.suffix == ".py":
        is_package = spec.submodule_search_locations is not None
        pending += _imports(name, contents[name], is_package)
        lists = file.with_suffix(".txt")  # As `files.lists_beside` reads them.
        if lists.is_file():
          contents[f"{name}.txt"] = lists.read_bytes()
  digest = hashlib.sha256(__version__.encode())
  for name, content in sorted(contents.items()):
    digest.update(b"%s\0%d\0%s" % (name.encode(), len(content), content))
  return digest.hexdigest()


def _top(module: str) -> str:
  return module.partition(".")[0]


def _spec(module: str) -> ModuleSpec | None:
  """Finds a module without importing its parents, which would run them."""
  top, *rest = module.split(".")
  try:
    spec = importlib.util.find_spec(top)
  except (ImportError, ValueError):
    return None
  for part in rest:
    if spec is None or spec.submodule_search_locations is None:
      return None
    # By its last part alone: a dotted name's parent would have to be imported.
    spec = PathFinder.find_spec(part, list(spec.submodule_search_locations))
  return spec


@functools.cache
def _installed(top: str) -> bytes:
  """Returns names and versions of a package's distributions, b"" if it has none.

  One that is installed in editable mode lies elsewhere: its sources count.
  """
  spec = _spec(top)
  if spec is None:
    return b""
  places = spec.submodule_search_locations or [spec.origin or ""]
  if not any(_INSTALLED.intersection(Path(place).parts) for place in places):
    return b""
  found = {f"{each.name} {each.version}" for each in _distributions()[top]}
  return "\n".join(sorted(found)).encode()


@functools.cache
def _distributions() -> dict[str, list[importlib.metadata.Distribution]]:
  """Returns the installed distributions by the top-level modules that they have."""
  found = collections.defaultdict(list)
  for distribution in importlib.metadata.distributions():
    listed = (distribution.read_text("top_level.txt") or "").split()
    files = () if listed else distribution.files or ()
    for top in {*listed, *(file.parts[0].partition(".")[0] for file in files)}:
      found[top].append(distribution)
  return found


# A pipeline has several digests, which share most sources; parsing takes the time.
@functools.lru_cache(maxsize=1024)
def _imports(module: str, source: bytes, is_package: bool) -> list[str]:
  """Returns the names that a source may import, and the packages around them."""
  try:
    tree = ast.parse(source)
  except (SyntaxError, ValueError):
    return []  # Whatever runs it says so.
  names = {module}
  for node in ast.walk(tree):
    if isinstance(node, ast.Import):
      names |= {alias.name for alias in node.names}
    elif isinstance(node, ast.ImportFrom):
      base = _absolute(node, module, is_package)
      names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
  return sorted(_with_parents(names))


def _with_parents(names: Iterable[str]) -> set[str]:
  """Adds the packages that names are in: importing a module runs them.

  Not those of this package, which run nothing that the module does not import itself.
  """
  return {
    name if _top(name) == _OWN else name.rsplit(".", above)[0]
    for name in names
    for above in range(name.count(".") + 1)
  }


def _absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
  if not node.level:
    return node.module or ""
  parents = node.level - 1 if is_package else node.level
  package = module.rsplit(".", parents)[0] if parents else module
  return f"{package}.{node.module}" if node.module else package
