"""Reads the statistics that CounterfactualGen wrote."""

import json
import posixpath
from typing import Any

from clp_tfx.errors import InputError
from clp_tfx.files import open_file

FILE_NAME = "counterfactual_statistics.json"
TEXTS = "texts"
MATCHED = "texts_matched"
COUNTERFACTUALS = "counterfactuals"
SKIPPED = "skipped"
RULES = "rules"
REFUSED = "refused"


def load_statistics(folder: str) -> dict[str, Any]:
  """Reads the statistics that CounterfactualGen wrote.

  Example:
    >>> counts = load_statistics("statistics")["splits"]["train"]
    >>> counts["texts_matched"] < counts["texts"]
    True

  Args:
    folder: The artifact's folder, local or remote.

  Returns:
    `{"splits": {split: counts}}`, where counts are `texts`, `texts_matched` (those with
    a term), `counterfactuals`, `skipped` (texts by reason), `rules` (edits by rule),
    `refused` (terms that do not refer to people in their context, by the lexicon's rule
    that tells; absent if there are none), and `groups` and `terms`: the same counts
    without `texts` and `refused` for the texts that mention each group and term.

  Raises:
    InputError: If they cannot be read.
  """
  path = posixpath.join(folder, FILE_NAME)
  try:
    with open_file(path) as file:
      return json.load(file)
  # Remote file systems raise their own errors for missing or forbidden files.
  except Exception as error:
    raise InputError(
      f"Expected {path} to contain counterfactual statistics, but it cannot be read "
      f"({error}): run the pipeline again."
    ) from error
