"""Turns a notebook into a page of the site."""

import json
from typing import Any

from latex2mathml.converter import convert


def notebook_page(text: str) -> str:
  """Returns the cells of a notebook and their outputs as Markdown.

  Args:
    text: The notebook's JSON.
  """
  cells = json.loads(text)["cells"]
  return "\n\n".join(part for cell in cells for part in _parts(cell)) + "\n"


def _parts(cell: dict[str, Any]) -> list[str]:
  source = "".join(cell["source"])
  if cell["cell_type"] == "markdown":
    return [_with_formulas(source)]
  return [f"~~~~ python\n{source}\n~~~~", *map(_output, cell["outputs"])]


def _with_formulas(source: str) -> str:
  """Replaces formulas by MathML, which browsers show without a script."""
  pieces = source.split("$$")
  pieces[1::2] = [convert(each, display="block") for each in pieces[1::2]]
  return "".join(pieces)


def _output(output: dict[str, Any]) -> str:
  data = output.get("data", {})
  for kind in ("text/html", "image/svg+xml"):
    if kind in data:
      return f'<div class="output" markdown="0">\n{"".join(data[kind])}\n</div>'
  shown = "".join(data.get("text/plain", output.get("text", "")))
  return f"~~~~ text\n{shown.rstrip()}\n~~~~"
