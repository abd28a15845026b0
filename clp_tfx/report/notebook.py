"""The Fairness Indicators component in a notebook or in a file of its own."""

import html
import os

import tensorflow_model_analysis as tfma
from IPython.display import HTML

from clp_tfx.report.fairness_indicators import fairness_indicators_html
from clp_tfx.report.page import environment, write_page


def render_fairness_indicators(
  eval_results: tfma.EvalResult | dict[str, tfma.EvalResult],
  path: str | os.PathLike[str] | None = None,
  height: int = 900,
) -> HTML:
  """Shows evaluation results in the original Fairness Indicators component.

  In Jupyter, JupyterLab and Colab the returned value displays itself where it is the
  last of a cell; anywhere else `IPython.display.display` does. The component is in a
  frame that holds everything it needs: nothing is fetched, and nothing in a slice's
  name or value can touch the notebook.

  Example:
    results = clp_tfx.tfma.load_results(evaluation_path)
    render_fairness_indicators(results, path="fairness_indicators.html")

  Args:
    eval_results: One result, or one or two by the name to show, as
      `tfma.load_eval_result` or `clp_tfx.tfma.load_results` give them. Changes are
      relative to the first.
    path: HTML file to write or replace as well: the same as a page that works offline.
    height: Of the frame, in pixels.

  Returns:
    What IPython displays: an HTML frame of about 1.2 MB.

  Raises:
    ValueError: If there are no results or more than two.
  """
  if isinstance(eval_results, tfma.EvalResult):
    eval_results = {"model": eval_results}
  page = fairness_indicators_page(eval_results)
  if path is not None:
    write_page(path, page)
  # No allow-same-origin: the frame is an origin of its own.
  frame = (
    f'<iframe title="Fairness Indicators" sandbox="allow-scripts" width="100%" '
    f'height="{int(height)}" style="border: 0" srcdoc="{html.escape(page)}"></iframe>'
  )
  # A bare frame makes IPython advise another class, which could not hold the page.
  return HTML(f"<div>{frame}</div>")


def fairness_indicators_page(results: dict[str, tfma.EvalResult]) -> str:
  """Returns the component as a whole HTML page that works offline.

  Args:
    results: One or two results by the name to show.

  Raises:
    ValueError: If there are no results or more than two.
  """
  template = environment().get_template("fairness_indicators_page.html")
  return template.render(component=fairness_indicators_html(results), names=[*results])
