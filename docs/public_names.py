"""What is public in clp_tfx, read from its sources without importing them."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
MODULES = ("clp_tfx.errors",)
"""Modules whose own names are public, in addition to the packages' exports."""


class Public(NamedTuple):
  """A public name.

  Attributes:
    package: Package to import it from.
    name: The name.
    module: Module that defines it.
  """

  package: str
  name: str
  module: str

  @property
  def docstring(self) -> str | None:
    """The docstring of a class or function; None for a constant."""
    for node in _parsed(self.module).body:
      if _is_public(node) and node.name == self.name:
        return ast.get_docstring(node) or ""
    return None


def packages() -> Iterator[str]:
  """Yields the packages that export names and the public modules."""
  for path in sorted((ROOT / "clp_tfx").rglob("__init__.py")):
    name = ".".join(path.parent.relative_to(ROOT).parts)
    if _exports(name):
      yield name
  yield from MODULES


def public_names(package: str) -> list[Public]:
  """Returns the names that a package or public module exports, sorted."""
  if package in MODULES:
    found = {node.name: package for node in _parsed(package).body if _is_public(node)}
  else:
    found = _exports(package)
  return [Public(package, *item) for item in sorted(found.items())]


def docstring(package: str) -> str:
  """Returns the docstring of a package or module."""
  return ast.get_docstring(_parsed(package)) or ""


def _is_public(node: ast.AST) -> bool:
  kinds = (ast.ClassDef, ast.FunctionDef)
  return isinstance(node, kinds) and not node.name.startswith("_")


def _exports(package: str) -> dict[str, str]:
  """Returns the names that `__init__.py` exports and the modules that define them."""
  tree = _parsed(package)
  for node in ast.walk(tree):
    if isinstance(node, ast.keyword) and node.arg == "submod_attrs":
      by_module = ast.literal_eval(node.value)
      return {n: f"{package}.{m}" for m, names in by_module.items() for n in names}
  exported: list[str] = []
  imported: dict[str, str] = {}
  for node in tree.body:
    if isinstance(node, ast.ImportFrom):
      imported |= {alias.name: node.module for alias in node.names}
    elif isinstance(node, ast.Assign) and node.targets[0].id == "__all__":
      exported = ast.literal_eval(node.value)
  return {name: imported[name] for name in exported}


def _parsed(module: str) -> ast.Module:
  path = ROOT.joinpath(*module.split("."))
  source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
  return ast.parse(source.read_text(encoding="utf-8"))
