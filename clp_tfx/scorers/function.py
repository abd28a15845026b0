"""Functions from texts to scores, named by their dotted path or held for a while."""

import contextlib
import importlib
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from clp_tfx.errors import InputError
from clp_tfx.scorers.options import FORMS, OTHER_FILES

Function = Callable[[list[str]], Any]

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")
_FILE = re.compile(rf".*\.({'|'.join(('keras', *OTHER_FILES))})", re.IGNORECASE)
_HELD: dict[str, Function] = {}


@contextlib.contextmanager
def held(model: Any, name: str | None = None) -> Iterator[str]:
  """Lets scorers in this process find a function by a name.

  Functions may be closures over models that cannot be pickled, so that only the name
  goes to Beam's workers, which are threads of this process.

  Args:
    model: A function, or the path of a model, which stays as it is.
    name: The function's name; by default that of its definition.

  Yields:
    The name or path for `TextScorer`, valid within the block.

  Raises:
    InputError: If it is neither.
  """
  if isinstance(model, str | os.PathLike):
    yield os.fspath(model)
    return
  if not callable(model):
    raise InputError(
      f"Expected a model to be {FORMS}, or such a function itself. Received: a "
      f"{type(model).__name__}."
    )
  name = name or f"{model.__module__}.{_own_name(model)}"
  while name in _HELD:
    name += "'"
  _HELD[name] = model
  try:
    yield name
  finally:
    del _HELD[name]


def _own_name(model: Function) -> str:
  return getattr(model, "__qualname__", type(model).__qualname__)


def check_shared(models: Iterable[str]) -> None:
  """Checks that other processes can find models.

  Args:
    models: Names or paths, as for `TextScorer`.

  Raises:
    InputError: If one is held in this process.
  """
  for model in models:
    if model in _HELD:
      raise InputError(
        f"Expected one worker for {model}, which is held in this process: give the "
        "path of a model or a function by its dotted path, or leave out --workers."
      )


def is_function(model: str) -> bool:
  """Returns whether a name is that of a function: held, or a dotted path, no file's."""
  is_dotted = _DOTTED.fullmatch(model) and not _FILE.fullmatch(model)
  return model in _HELD or bool(is_dotted and not os.path.exists(model))


class FunctionSource:
  """Scores texts with a function.

  Attributes:
    where: What it is, for errors.
    takes_texts: True.
    batch_size: None.

  Args:
    name: Its name from `held`, or its dotted path.

  Raises:
    InputError: If there is no such function.
  """

  takes_texts = True
  batch_size = None

  def __init__(self, name: str):
    self._function = _HELD.get(name) or _imported(name)
    self.where = getattr(self._function, "where", f"the function {name}")
    self._lock = threading.Lock()  # Few functions expect threads.

  def outputs(self, texts: Sequence[bytes]) -> Any:
    """Returns what the function returns for texts; bytes not of UTF-8 become U+FFFD."""
    decoded = [text.decode("utf-8", "replace") for text in texts]
    try:
      with self._lock:
        return self._function(decoded)
    except InputError:
      raise
    except Exception as error:  # A user's function may raise anything.
      reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
      raise InputError(
        f"Expected {self.where} to score a list of texts, but it fails: "
        f"{reason.rstrip('.: ')}; correct it."
      ) from error


def _imported(name: str) -> Function:
  module, _, attribute = name.rpartition(".")
  try:
    function = getattr(importlib.import_module(module), attribute)
  except Exception as error:  # A user's module may raise anything.
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    raise InputError(
      f"{name} is neither a path that exists nor a function that Python can import "
      f"({reason.rstrip('.')}): give {FORMS}."
    ) from error
  if not callable(function):
    raise InputError(
      f"Expected {name} to be a function from a list of texts to scores. Received: a "
      f"{type(function).__name__}."
    )
  return function
