"""Writes docs/api.md, the public names of clp_tfx, from their docstrings.

python docs/make_api.py [--check]

Parses the sources without importing them, so it needs no TensorFlow. With --check it
writes nothing and exits with 1 if the page is out of date.
"""

import ast
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "api.md"
INTRODUCTION = """\
# Public names

Names that are not on this page may change without notice. `docs/make_api.py` generates
the page from the docstrings. [clp_tfx/features.py](../clp_tfx/features.py) documents
the features of examples.
"""
MODULES = ("clp_tfx.errors",)
"""Modules whose own names are public, in addition to the packages' exports."""
_LISTS = ("Args", "Attributes", "Raises")
_SECTIONS = (*_LISTS, "Returns", "Yields", "Example", "Reference")


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


def page() -> str:
  """Returns the page."""
  parts = [INTRODUCTION]
  for package in packages():
    parts.append(f"## {package}\n\n{ast.get_docstring(_parsed(package))}\n")
    parts += [_entry(public) for public in public_names(package)]
  return "\n".join(parts)


def _entry(public: Public) -> str:
  body = _parsed(public.module).body
  for place, node in enumerate(body):
    if getattr(node, "name", None) == public.name:
      text = _markdown(ast.get_docstring(node) or "")
      return f"### {public.name}{_signature(node)}\n\n{text}\n{_methods(node)}"
    targets = getattr(node, "targets", [])
    if any(getattr(target, "id", None) == public.name for target in targets):
      after = body[place + 1] if place + 1 < len(body) else None
      value = after.value if isinstance(after, ast.Expr) else None
      text = getattr(value, "value", "")
      return f"### {public.name}\n\n`{ast.unparse(node.value)}`\n\n{text}\n"
  raise SystemExit(f"{public.module} does not define {public.name}.")


def _signature(node: ast.ClassDef | ast.FunctionDef) -> str:
  if isinstance(node, ast.FunctionDef):
    return f"({_names(node.args)})"
  for inner in node.body:
    if isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
      return f"({_names(inner.args)})"
  return ""


def _names(args: ast.arguments) -> str:
  names = [each.arg for each in args.args if each.arg not in ("self", "cls")]
  if args.vararg or args.kwonlyargs:
    names.append(f"*{args.vararg.arg if args.vararg else ''}")
  names += [each.arg for each in args.kwonlyargs]
  names += [f"**{args.kwarg.arg}"] if args.kwarg else []
  return ", ".join(name.replace("*", r"\*") for name in names)


def _methods(node: ast.ClassDef | ast.FunctionDef) -> str:
  """Returns one line per public method with a docstring."""
  if not isinstance(node, ast.ClassDef):
    return ""
  lines = [
    f"- `{inner.name}({_names(inner.args)})`: {_summary(inner)}\n"
    for inner in node.body
    if isinstance(inner, ast.FunctionDef) and _is_public(inner) and _summary(inner)
  ]
  return f"\n{''.join(lines)}" if lines else ""


def _summary(node: ast.FunctionDef) -> str:
  paragraph = (ast.get_docstring(node) or "").split("\n\n", 1)[0]
  return " ".join(paragraph.split())


def _markdown(docstring: str) -> str:
  """Converts a Google docstring to Markdown headings, lists and code."""
  headings = rf"^({'|'.join(_SECTIONS)}):\n"
  parts = re.split(headings, docstring + "\n", flags=re.MULTILINE)
  text = [parts[0].rstrip()]
  for title, content in zip(parts[1::2], parts[2::2], strict=True):
    content = textwrap.dedent(content).rstrip()
    if title == "Example":
      content = textwrap.indent(content, "    ")
    elif title in _LISTS:
      content = re.sub(r"^(\**\w+):", r"- `\1`:", content, flags=re.MULTILINE)
    text.append(f"**{title}**\n\n{content}")
  return "\n\n".join(text) + "\n"


def main(*args: str) -> int:
  """Writes or checks the page; returns the exit code."""
  fresh = page()
  if "--check" not in args:
    PAGE.write_text(fresh, encoding="utf-8")
    return 0
  if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == fresh:
    return 0
  print("docs/api.md is out of date: run python docs/make_api.py.")
  return 1


if __name__ == "__main__":
  sys.exit(main(*sys.argv[1:]))
