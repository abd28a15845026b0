"""What attempts that failed leave behind in folders that Beam writes to.

Beam writes into a folder of its own beside the files, and renames them when all are
there. A job that starts again, as on a cluster that has lost a worker, takes another
one and leaves the first; whoever reads everything in the folder stumbles over it.
"""

import os
from collections.abc import Iterable

import tensorflow as tf

_PREFIX = "beam-temp-"


def remove_leftovers(folder: str) -> None:
  """Removes them from the output of a job that has ended.

  Args:
    folder: Where its files are.
  """
  for path in tf.io.gfile.glob(os.path.join(folder, _PREFIX + "*")):
    tf.io.gfile.rmtree(path)


def matching(patterns: Iterable[str]) -> list[str]:
  """Returns the files that match any of the patterns, sorted, without leftovers.

  Args:
    patterns: Of files that a component of others may have written.
  """
  found = (path for pattern in patterns for path in tf.io.gfile.glob(pattern))
  return sorted(
    path for path in found if not os.path.basename(path.rstrip("/")).startswith(_PREFIX)
  )
