"""Options as fields of a dataclass: with help, range and choices, and validated."""

import dataclasses
import types
from collections.abc import Callable
from typing import Any, get_args, get_origin

from clp_tfx.errors import InputError

_NAMES = {
  bool: "yes or no",
  int: "whole number",
  float: "number",
  str: "text",
  type(None): "nothing",
}


def option(
  default: Any,
  help: str,  # noqa: A002
  at_least: float | None = None,
  at_most: float | None = None,
  choices: tuple[str, ...] = (),
) -> Any:
  """Makes a dataclass field that `validate` knows how to check.

  Args:
    default: Its value when none is given.
    help: What it means, for people.
    at_least: Lowest number; also makes infinity and NaN refused.
    at_most: Highest number.
    choices: The texts allowed; any when empty.

  Returns:
    The field.
  """
  metadata = {
    "help": help,
    "at_least": at_least,
    "at_most": at_most,
    "choices": choices,
  }
  return dataclasses.field(default=default, metadata=metadata)


def same_option(options: type, name: str) -> Any:
  """Makes a field with the default, help, range and choices of another dataclass's.

  Args:
    options: The other dataclass.
    name: The field's name.

  Returns:
    The field.
  """
  field = options.__dataclass_fields__[name]
  return dataclasses.field(default=field.default, metadata=field.metadata)


def validate(options: Any, named: Callable[[str], str] = repr) -> None:
  """Checks every field of a dataclass of options and gives it its type.

  Args:
    options: Instance of a dataclass, frozen or not, whose fields were made with
      `option` and are text, numbers, booleans, `X | Y` of those, or a tuple of texts or
      numbers.
    named: What messages call a field, from its name.

  Raises:
    InputError: If a value has the wrong type, is out of range or no choice.
  """
  for field in dataclasses.fields(options):
    name = named(field.name)
    value = _converted(field, name, getattr(options, field.name))
    object.__setattr__(options, field.name, value)
    for each in value if isinstance(value, tuple) else (value,):
      _check_range(field, name, each)


def _converted(field: dataclasses.Field, name: str, value: Any) -> Any:
  """Returns the value as one of the field's types, where that loses nothing."""
  kinds = (field.type,)
  if isinstance(field.type, types.UnionType):
    kinds = get_args(field.type)
  for kind in kinds:
    if get_origin(kind) is tuple:
      items = value if isinstance(value, list | tuple) else (value,)
      if all(_is_a(get_args(kind)[0], item) for item in items):
        return tuple(get_args(kind)[0](item) for item in items)
    elif isinstance(value, bool):
      if kind is bool:
        return value
    else:
      if isinstance(value, kind):
        return value
      if kind is float and isinstance(value, int):
        return float(value)
      if kind is float and str in kinds and _is_number(value):
        return float(value)  # The command line gives text.
  expected = " or ".join(
    _NAMES.get(kind) or f"list of {_NAMES[get_args(kind)[0]]}s"
    for kind in kinds
    if kind is not type(None)
  )
  raise InputError(f"Expected {name} to be a {expected}. Received: {value!r}.")


def _is_a(kind: type, item: Any) -> bool:
  """Whether one of several is a text or a number, as the field has it."""
  if kind is float:
    return isinstance(item, int | float) and not isinstance(item, bool)
  return isinstance(item, kind)


def _is_number(text: Any) -> bool:
  try:
    float(text)
  except (TypeError, ValueError):
    return False
  return True


def _check_range(field: dataclasses.Field, name: str, value: Any) -> None:
  low, high = field.metadata["at_least"], field.metadata["at_most"]
  choices = field.metadata["choices"]
  number = isinstance(value, int | float)
  if number and low is not None and not value >= low:
    expected = f"at least {low}"
  elif number and high is not None and not value <= high:
    expected = f"at most {high}"
  elif number and low is not None and not value < float("inf"):
    expected = "finite"
  elif isinstance(value, str) and choices and value not in choices:
    expected = f"one of {', '.join(choices)}"
    if float in get_args(field.type):
      expected = f"a number or {expected}"
  else:
    return
  raise InputError(f"Expected {name} to be {expected}. Received: {value}.")
