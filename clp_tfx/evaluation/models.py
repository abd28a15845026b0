"""Opens the models of a configuration."""

import contextlib
import os
from collections.abc import Iterator

from clp_tfx.evaluation.score_table import ScoreTable, is_table
from clp_tfx.scorers.function import held
from clp_tfx.scorers.options import ModelOptions


@contextlib.contextmanager
def opened(options: ModelOptions) -> Iterator[list[str]]:
  """Reads tables of scores, so that `TextScorer` finds them like functions.

  Args:
    options: The models.

  Yields:
    The model and, if there is one, the baseline, as in `TextScorer`.

  Raises:
    InputError: If a table cannot be read or is invalid.
  """
  models = [options.candidate, *filter(None, [options.baseline])]
  with contextlib.ExitStack() as stack:
    yield [
      stack.enter_context(held(ScoreTable(each), each))
      if each == options.scores or is_table(each)
      else os.path.abspath(each)
      if os.path.exists(each)
      else each
      for each in models
    ]
