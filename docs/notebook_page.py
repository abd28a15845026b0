"""Turns a notebook into a page of the site."""

import json
import re
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
  source = re.sub(r"\$\$(.+?)\$\$", lambda m: convert(m[1], display="block"), source)
  # As code until Markdown is done, which would make it a paragraph of its own.
  return re.sub(r"\$(.+?)\$", r"`math:\1`", source)


def with_inline_formulas(page: str) -> str:
  """Returns a page's HTML with the formulas in its sentences as MathML."""
  return re.sub("<code>math:(.+?)</code>", lambda m: convert(m[1]), page)


def _output(output: dict[str, Any]) -> str:
  data = output.get("data", {})
  for kind in ("text/html", "image/svg+xml"):
    if kind in data:
      return f'<div class="output">\n{"".join(data[kind])}\n</div>'
  shown = "".join(data.get("text/plain", output.get("text", "")))
  return f"~~~~ text\n{shown.rstrip()}\n~~~~"
