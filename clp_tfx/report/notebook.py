"""What notebooks show: pairs, and the Fairness Indicators component."""

import html
import os
from collections.abc import Sequence
from typing import Any

import tensorflow_model_analysis as tfma
from IPython.display import HTML

from clp_tfx.report.edits import pieces
from clp_tfx.report.fairness_indicators import fairness_indicators_html
from clp_tfx.report.page import environment, write_page


def render_fairness_indicators(
  eval_results: tfma.EvalResult | dict[str, tfma.EvalResult],
  path: str | os.PathLike[str] | None = None,
  height: int = 900,
  output: str = "",
) -> HTML:
  """Shows evaluation results in the original Fairness Indicators component.

  Jupyter, JupyterLab and Colab display the returned value if it ends a cell; elsewhere,
  pass it to `IPython.display.display`. The component is in a frame that contains
  everything it needs: it fetches nothing, and no name or value of a slice can affect
  the notebook.

  Example:
    >>> from clp_tfx.tfma import load_results
    >>> results = load_results("evaluation")
    >>> frame = render_fairness_indicators(results, path="fairness_indicators.html")
    >>> "<iframe" in frame.data
    True

  Args:
    eval_results: One result, or one or two results by display name, as returned by
      `tfma.load_eval_result` or `clp_tfx.tfma.load_results`. Changes are relative to
      the first.
    path: HTML file to write or replace with the same content, as an offline page.
    height: Height of the frame in pixels.
    output: Name of the output to show, such as a label, if the models have several.

  Returns:
    An HTML frame of about 1.2 MB for IPython to display.

  Raises:
    ValueError: If there are no results or more than two.
  """
  if isinstance(eval_results, tfma.EvalResult):
    eval_results = {"model": eval_results}
  page = fairness_indicators_page(eval_results, output)
  if path is not None:
    write_page(path, page)
  # Without allow-same-origin the frame is isolated from the notebook.
  frame = (
    f'<iframe title="Fairness Indicators" sandbox="allow-scripts" width="100%" '
    f'height="{int(height)}" style="border: 0" srcdoc="{html.escape(page)}"></iframe>'
  )
  # For a bare frame IPython recommends another class, which cannot hold the page.
  return HTML(f"<div>{frame}</div>")


def fairness_indicators_page(
  results: dict[str, tfma.EvalResult], output: str = ""
) -> str:
  """Returns the component as a complete HTML page that works offline.

  Args:
    results: One or two results by display name.
    output: Name of the output to show, if the models have several.

  Raises:
    ValueError: If there are no results or more than two.
  """
  template = environment().get_template("fairness_indicators_page.html")
  component = fairness_indicators_html(results, output)
  return template.render(component=component, names=[*results])


def render_pairs(pairs: Sequence[dict[str, Any]]) -> HTML:
  """Shows pairs with their edits marked, and both scores.

  Example:
    >>> from clp_tfx.tfma import load_worst_flips
    >>> (pairs,) = load_worst_flips("evaluation").values()
    >>> "<del>" in render_pairs(pairs[:3]).data
    True

  Args:
    pairs: Pairs with texts, as `load_worst_flips` returns them.

  Returns:
    A table for IPython to display, of plain HTML: struck text is from the original,
    underlined text from the counterfactual.
  """
  rows = [pair | {"pieces": pieces(pair)} for pair in pairs]
  return HTML(environment().get_template("pairs.html").render(pairs=rows))
