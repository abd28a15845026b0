"""A digest of the code that a component runs.

TFX caches by a component's properties. It hashes a module *file*, but not code given by
dotted path, which this digest covers as one of the properties.
"""

import ast
import functools
import hashlib
import importlib.util
from pathlib import Path

from clp_tfx import __version__
from clp_tfx.errors import InputError


def code_digest(*modules: str) -> str:
  """Digests the sources of modules and of what they import from their own packages.

  Sources are read and parsed, not run. A text file of a module's name beside it, such
  as `words.txt` for `words.py`, belongs to its source.

  Args:
    *modules: Dotted names, such as `clp_tfx.modules.trainer`.

  Returns:
    Hex digest that changes when any of the sources does.

  Raises:
    InputError: If a module cannot be found.
  """
  sources: dict[str, bytes] = {}
  pending = list(modules)
  while pending:
    name = pending.pop()
    if name in sources:
      continue
    path = _source_file(name)
    if path is None:
      raise InputError(
        f"Expected {name!r} to be a module that Python can import, but there is none: "
        "give a dotted path, and put the module's folder on PYTHONPATH."
      )
    sources[name] = path.read_bytes()
    lists = path.with_suffix(".txt")  # As `files.lists_beside` reads them.
    if lists.is_file():
      sources[f"{name}.txt"] = lists.read_bytes()
    imported = _imports(name, sources[name], is_package=path.name == "__init__.py")
    pending += filter(_source_file, imported)
  digest = hashlib.sha256(__version__.encode())
  for name, source in sorted(sources.items()):
    digest.update(b"%s\0%d\0%s" % (name.encode(), len(source), source))
  return digest.hexdigest()


def _source_file(module: str) -> Path | None:
  """Finds a module's source by path: importing its parents would run them."""
  top, *rest = module.split(".")
  try:
    spec = importlib.util.find_spec(top)
  except (ImportError, ValueError):
    return None
  if spec is None or not spec.origin or not spec.origin.endswith(".py"):
    return None
  if not rest:
    return Path(spec.origin)
  if not spec.submodule_search_locations:
    return None
  path = Path(spec.origin).parent.joinpath(*rest)
  candidates = (path.with_name(path.name + ".py"), path / "__init__.py")
  return next((file for file in candidates if file.is_file()), None)


# A pipeline has several digests, which share most sources; parsing takes the time.
@functools.lru_cache(maxsize=1024)
def _imports(module: str, source: bytes, is_package: bool) -> list[str]:
  """Returns what a source imports of its top-level package: modules or their names."""
  top = module.partition(".")[0]
  names = []
  for node in ast.walk(ast.parse(source)):
    if isinstance(node, ast.Import):
      names += [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
      base = _absolute(node, module, is_package)
      names += [base, *(f"{base}.{alias.name}" for alias in node.names)]
  return [name for name in names if name == top or name.startswith(f"{top}.")]


def _absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
  if not node.level:
    return node.module or ""
  parents = node.level - 1 if is_package else node.level
  package = module.rsplit(".", parents)[0] if parents else module
  return f"{package}.{node.module}" if node.module else package
