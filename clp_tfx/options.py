"""Options as fields of a dataclass: default, help, range and choices, declared once.

Command line, YAML, component properties and validation all read the same fields.
pydantic, or attrs with cattrs, would replace the checks only: click's options, and
errors of one sentence that name an option as it was typed, would still have to be
derived from their schemas and errors, which takes more code than the checks do.

The columns of the comments are declared here: every part of the package reads them.
"""

import dataclasses
import types
from collections.abc import Callable
from typing import Any, TypeVar, get_args, get_origin

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
  *,
  choices: tuple[str, ...] = (),
  exclusive: bool = False,
  check: Callable[[Any], Any] | None = None,
) -> Any:
  """Makes a dataclass field that `validate` knows how to check.

  Args:
    default: Its value when none is given.
    help: What it means, for people.
    at_least: Lowest number; also makes infinity and NaN refused.
    at_most: Highest number.
    choices: The texts allowed; any when empty.
    exclusive: Whether the lowest and the highest number are refused themselves.
    check: Raises an InputError for a value that is faulty in another way. Called with
      each value but None, and with each item of several; it may return its parts, the
      first of which is what an item is about: no two may be about the same.

  Returns:
    The field.
  """
  metadata = {
    "help": help,
    "at_least": at_least,
    "at_most": at_most,
    "choices": choices,
    "exclusive": exclusive,
    "check": check,
  }
  return dataclasses.field(default=default, metadata=metadata)


@dataclasses.dataclass(frozen=True)
class Options:
  """Base of dataclasses of options: values are checked, and have their field's type.

  Raises:
    InputError: If a value has the wrong type, is out of range or not among the choices.
  """

  def __post_init__(self):
    validate(self)


@dataclasses.dataclass(frozen=True)
class TextColumn(Options):
  """Which column of the comments, and feature of the examples, holds the text."""

  text_feature: str = option("comment_text", "Column of the text.")


@dataclasses.dataclass(frozen=True)
class LabelColumn(TextColumn):
  """Which columns hold text and label."""

  label_feature: str = option(
    "toxicity", "Column of the label, a number in [0, 1]; blank means unlabelled."
  )


@dataclasses.dataclass(frozen=True)
class Columns(LabelColumn):
  """Which columns are read, and what the label says."""

  label_threshold: float = option(0.5, "A label from here on is positive.", 0, 1)


_Options = TypeVar("_Options", bound=Options)


def flag(name: str) -> str:
  """Returns an option's name as the command line has it, such as `--min-auc`."""
  return "--" + name.replace("_", "-")


def names_of(options: type[Options]) -> tuple[str, ...]:
  """Returns the names of the options of a dataclass."""
  return tuple(field.name for field in dataclasses.fields(options))


def made(options: type[_Options], values: dict[str, Any]) -> _Options:
  """Makes an instance from values that a person gave as options.

  Args:
    options: The dataclass.
    values: By name; what is left out has its default.

  Returns:
    The instance.

  Raises:
    InputError: As `validate`; it names an option as the command line has it.
  """
  check_values(options, values, flag)
  return options(**values)


def composed(options: type[_Options], *sections: Options) -> _Options:
  """Makes an instance from the values that others hold under the same names.

  Args:
    options: The dataclass; what no section holds has its default.
    *sections: Instances of other dataclasses of options.

  Returns:
    The instance.
  """
  held = {name: getattr(each, name) for each in sections for name in names_of(each)}
  return options(**{name: held[name] for name in names_of(options) if name in held})


def value_types(field: dataclasses.Field) -> tuple[type, ...]:
  """Returns the types that an option's value may have, None's left out."""
  kinds = get_args(field.type) if _is_union(field.type) else (field.type,)
  return tuple(kind for kind in kinds if kind is not type(None))


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
  values = {name: getattr(options, name) for name in names_of(type(options))}
  for name, value in check_values(type(options), values, named).items():
    object.__setattr__(options, name, value)


def check_values(
  options: type[Options], values: dict[str, Any], named: Callable[[str], str] = repr
) -> dict[str, Any]:
  """Checks values by the fields of a dataclass of options.

  Args:
    options: The dataclass.
    values: By field.
    named: What messages call a field, from its name.

  Returns:
    The values, each with its field's type.

  Raises:
    InputError: As `validate`.
  """
  checked = {}
  for name, value in values.items():
    field = options.__dataclass_fields__[name]
    checked[name] = _converted(field, named(name), value)
    items = checked[name] if isinstance(checked[name], tuple) else (checked[name],)
    parts = []
    for each in items:
      _check_range(field, named(name), each)
      if field.metadata["check"] and each is not None:
        parts.append(field.metadata["check"](each))
    if parts and items is checked[name]:
      _check_once(named(name), [part[0] for part in parts if part])
  return checked


def _check_once(name: str, subjects: list[str]) -> None:
  for subject in subjects:
    if subjects.count(subject) > 1:
      raise InputError(f"Expected {name} for {subject} once: keep one of them.")


def _is_union(kind: Any) -> bool:
  return isinstance(kind, types.UnionType)


def _converted(field: dataclasses.Field, name: str, value: Any) -> Any:
  """Returns the value as one of the field's types, where that loses nothing."""
  kinds = get_args(field.type) if _is_union(field.type) else (field.type,)
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
  elif number and field.metadata["exclusive"] and value in (low, high):
    expected = f"above {low} and below {high}"
  elif number and low is not None and not value < float("inf"):
    expected = "finite"
  elif isinstance(value, str) and choices and value not in choices:
    expected = f"one of {', '.join(choices)}"
    if float in value_types(field):
      expected = f"a number or {expected}"
  else:
    return
  raise InputError(f"Expected {name} to be {expected}. Received: {value}.")
