"""Options as dataclass fields: default, help, range and choices, declared once.

The command line, YAML, component properties and validation all read the same fields.
pydantic, or attrs with cattrs, would replace only the checks: click's options and
one-sentence errors that name an option as typed would still have to be derived from
their schemas and errors, which takes more code than the checks.

The columns of the comments are declared here because every part of the package reads
them.
"""

import dataclasses
import json
import types
from collections.abc import Callable
from typing import Any, TypeVar, get_args, get_origin

from clp_tfx.errors import InputError

_NAMES = {
  bool: "yes or no",
  int: "whole number",
  float: "number",
  str: "text",
  dict: "mapping",
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
  """Creates a dataclass field that `validate` can check.

  Args:
    default: The default value.
    help: The help text.
    at_least: Minimum; infinity and NaN are refused as well.
    at_most: Maximum.
    choices: The texts allowed; any if empty.
    exclusive: Whether minimum and maximum themselves are refused.
    check: Further check that raises an InputError. Called with every value except
      None; for tuples, with every item. It may return the item's parts, the first of
      which names its subject: no two items may have the same subject.

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
  """Base class for options: checks values and converts them to their field's type.

  Raises:
    InputError: If a value has the wrong type, is out of range or not among the choices.
  """

  def __post_init__(self):
    validate(self)


@dataclasses.dataclass(frozen=True)
class TextColumn(Options):
  """The column of the comments, and the feature of the examples, with the text."""

  text_feature: str = option("comment_text", "Column of the text.")


@dataclasses.dataclass(frozen=True)
class LabelColumn(TextColumn):
  """The columns with text and label."""

  label_feature: str = option(
    "toxicity", "Column of the label, a number in [0, 1]; blank means unlabelled."
  )


@dataclasses.dataclass(frozen=True)
class Columns(LabelColumn):
  """The columns to read, and when a label is positive."""

  label_threshold: float = option(0.5, "Lowest label of a positive comment.", 0, 1)


_Options = TypeVar("_Options", bound=Options)


def flag(name: str) -> str:
  """Returns an option's name on the command line, such as `--min-auc`."""
  return "--" + name.replace("_", "-")


def names_of(options: type[Options]) -> tuple[str, ...]:
  """Returns the names of the options of a dataclass."""
  return tuple(field.name for field in dataclasses.fields(options))


def made(options: type[_Options], values: dict[str, Any]) -> _Options:
  """Creates an instance from values that a user gave as options.

  Args:
    options: The dataclass.
    values: Values by name; missing ones get their default.

  Returns:
    The instance.

  Raises:
    InputError: As `validate`, with options named as on the command line.
  """
  check_values(options, values, flag)
  return options(**values)


def composed(options: type[_Options], *sections: Options) -> _Options:
  """Creates an instance from the fields of the same names in other instances.

  Args:
    options: The dataclass; fields that no section has get their default.
    *sections: Instances of other dataclasses of options.

  Returns:
    The instance.
  """
  held = {name: getattr(each, name) for each in sections for name in names_of(each)}
  return options(**{name: held[name] for name in names_of(options) if name in held})


def value_types(field: dataclasses.Field) -> tuple[type, ...]:
  """Returns the types that an option's value may have, except None's."""
  kinds = get_args(field.type) if _is_union(field.type) else (field.type,)
  return tuple(kind for kind in kinds if kind is not type(None))


def validate(options: Any, named: Callable[[str], str] = repr) -> None:
  """Checks every field of a dataclass of options and converts it to its type.

  Args:
    options: Instance of a dataclass, frozen or not, whose fields were created with
      `option` and are text, numbers, booleans, `X | Y` of those, a tuple of texts or
      numbers, or a mapping of what JSON can hold.
    named: Function from a field's name to its name in messages.

  Raises:
    InputError: If a value has the wrong type, is out of range or not among the choices.
  """
  values = {name: getattr(options, name) for name in names_of(type(options))}
  for name, value in check_values(type(options), values, named).items():
    object.__setattr__(options, name, value)


def check_values(
  options: type[Options], values: dict[str, Any], named: Callable[[str], str] = repr
) -> dict[str, Any]:
  """Checks values against the fields of a dataclass of options.

  Args:
    options: The dataclass.
    values: Values by field name.
    named: Function from a field's name to its name in messages.

  Returns:
    The values, converted to their field's type.

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
  """Converts the value to one of the field's types if that loses nothing."""
  kinds = get_args(field.type) if _is_union(field.type) else (field.type,)
  for kind in kinds:
    if get_origin(kind) is tuple:
      items = value if isinstance(value, list | tuple) else (value,)
      if all(_is_a(get_args(kind)[0], item) for item in items):
        return tuple(get_args(kind)[0](item) for item in items)
    elif kind is dict:
      if (mapping := _mapping(value)) is not None:
        return mapping
    elif isinstance(value, bool):
      if kind is bool:
        return value
    else:
      if isinstance(value, kind):
        return value
      if kind is float and isinstance(value, int):
        return float(value)
      if kind is float and str in kinds and _is_number(value):
        return float(value)  # The command line passes text.
  expected = " or ".join(
    _NAMES.get(kind) or f"list of {_NAMES[get_args(kind)[0]]}s"
    for kind in kinds
    if kind is not type(None)
  )
  raise InputError(f"Expected {name} to be a {expected}. Received: {value!r}.")


def _mapping(value: Any) -> dict[str, Any] | None:
  """Returns a copy of a mapping, or of one in JSON; None for anything else."""
  try:
    # The command line passes text. Not NaN, which other readers of JSON refuse.
    text = value if isinstance(value, str) else json.dumps(value, allow_nan=False)
    mapping = json.loads(text)
  except (TypeError, ValueError):
    return None
  return mapping if isinstance(mapping, dict) else None


def _is_a(kind: type, item: Any) -> bool:
  """Returns whether an item has the field's item type."""
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
