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
import re
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple, TypeVar, get_args, get_origin

from clp_tfx.errors import InputError

EVERY = "*"
"""Key of the value for every other label, among values by label."""

_LABEL = re.compile(r"[A-Za-z0-9_.-]+")

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
  by_label: bool = False,
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
    by_label: Whether labels may have values of their own, in dataclasses whose
      `BY_LABEL` is true; see `for_label`.

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
    "by_label": by_label,
  }
  return dataclasses.field(default=default, metadata=metadata)


@dataclasses.dataclass(frozen=True)
class Options:
  """Base class for options: checks values and converts them to their field's type.

  Raises:
    InputError: If a value has the wrong type, is out of range or not among the choices.
  """

  BY_LABEL: ClassVar[bool] = False

  def __post_init__(self):
    validate(self)


@dataclasses.dataclass(frozen=True)
class TextColumn(Options):
  """The column of the comments, and the feature of the examples, with the text."""

  text_feature: str = option("comment_text", "Column of the text.")


class Label(NamedTuple):
  """A label of the comments, and the output of the model that predicts it.

  Attributes:
    output: Name of the output; empty for the only output of a model.
    column: Column of the label.
    threshold: Lowest label of a positive comment.
  """

  output: str
  column: str
  threshold: float


@dataclasses.dataclass(frozen=True)
class LabelColumn(TextColumn):
  """The columns with the text and the labels."""

  label_feature: str | tuple[str, ...] = option(
    "toxicity",
    "Column of the label, a number in [0, 1]; blank means unlabelled. Repeat for a "
    "model with several labels, which has an output of this name for each.",
    check=lambda name: (name,),
  )

  def __post_init__(self):
    super().__post_init__()
    if not isinstance(self.label_feature, tuple):
      return
    if len(self.label_feature) == 1:
      object.__setattr__(self, "label_feature", self.label_feature[0])
      return
    for name in self.label_feature:
      if not _LABEL.fullmatch(name):
        raise InputError(
          "Expected the columns of several labels to have names of letters, digits, "
          f"_, . and -, because outputs get these names. Received: {name!r}; rename "
          "the column."
        )
    for name in self.label_feature:
      if name == "val" or name in {f"val_{other}" for other in self.label_feature}:
        raise InputError(
          f"Expected no label called {name}: with it, what Keras reports of the "
          "training and of the evaluation would have the same names. Rename the column."
        )
    if not self.label_feature:
      raise InputError("Expected at least one label_feature. Received: none.")

  @property
  def label_columns(self) -> tuple[str, ...]:
    """The columns of all labels."""
    name = self.label_feature
    return name if isinstance(name, tuple) else (name,)

  @property
  def label_names(self) -> tuple[str, ...]:
    """The names of a model's outputs; empty for a model with a single one."""
    return self.label_columns if isinstance(self.label_feature, tuple) else ()


@dataclasses.dataclass(frozen=True)
class Columns(LabelColumn):
  """The columns to read, and when a label is positive."""

  label_threshold: float | dict = option(
    0.5, "Lowest label of a positive comment.", 0, 1, by_label=True
  )

  @property
  def labels(self) -> list[Label]:
    """The labels, in their order."""
    columns = self.label_columns
    return [
      Label(output, column, for_label(self.label_threshold, output))
      for output, column in zip(self.label_names or ("",), columns, strict=True)
    ]


def _check_class(name: str) -> tuple[str]:
  if not name.strip() or name != name.strip():
    raise InputError(
      "Expected --classes to be names without blanks at their ends. "
      f"Received: {name!r}."
    )
  return (name,)


@dataclasses.dataclass(frozen=True)
class PredictedColumns(Columns):
  """The columns to read, and whether the label is one of several classes."""

  classes: tuple[str, ...] = option(
    (), "Class of the label, in the order of the model's outputs; repeat for each. The "
    "column holds these names or, if none of them is a number, their places from 0. "
    "Default: the label is a number in [0, 1].", check=_check_class,
  )  # fmt: skip

  def __post_init__(self):
    super().__post_init__()
    if len(self.classes) == 1:
      raise InputError(
        f"Expected at least two classes. Received: {self.classes[0]}; repeat "
        "--classes, or leave it out for a label in [0, 1]."
      )
    if self.classes and self.label_names:
      raise InputError(
        "Expected one label with --classes. Received: "
        f"{', '.join(self.label_names)}; train a model for each."
      )
    if self.classes:
      check_unused(self, "classes", ("label_threshold",))


_Options = TypeVar("_Options", bound=Options)


def for_label(value: Any, label: str) -> Any:
  """Returns the value of an option for a label.

  Args:
    value: One value for all labels, or a mapping by label, whose key `EVERY` has the
      value for those that it does not name; None without it.
    label: Name of the label; empty for a model with a single output.
  """
  if not isinstance(value, Mapping):
    return value
  return value.get(label, value.get(EVERY))


def check_labels(options: Options, labels: tuple[str, ...]) -> None:
  """Checks that values by label are for labels that there are.

  Args:
    options: Instance of a dataclass of options.
    labels: Names of the labels; empty for a model with a single output.

  Raises:
    InputError: If a value is for another label.
  """
  for name in _by_label(type(options)):
    value = getattr(options, name)
    for label in value.keys() - {EVERY} if isinstance(value, Mapping) else ():
      if label not in labels:
        known = f"for one of {', '.join(labels)}" if labels else "without a label"
        why = "" if labels else ", because there is only one"
        raise InputError(
          f"Expected {flag(name)} {known}{why}. Received: {label}={value[label]}."
        )


def check_unused(options: Options, because: str, names: Iterable[str]) -> None:
  """Checks that options have their defaults that another one gives no meaning.

  Args:
    options: Instance of a dataclass of options.
    because: Name of the other option.
    names: Names of those options.

  Raises:
    InputError: If one has another value.
  """
  for name in names:
    value = getattr(options, name)
    if value != options.__dataclass_fields__[name].default:
      raise InputError(
        f"Expected no {flag(name)} with {flag(because)}, for which it has no meaning. "
        f"Received: {value}; leave it out."
      )


def _by_label(options: type[Options]) -> list[str]:
  """Returns the options that labels may have values of their own for."""
  if not options.BY_LABEL:
    return []
  fields = dataclasses.fields(options)
  return [field.name for field in fields if field.metadata["by_label"]]


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


def composed(options: type[_Options], *sections: Options, **values: Any) -> _Options:
  """Creates an instance from the fields of the same names in other instances.

  Args:
    options: The dataclass; fields that no section has get their default.
    *sections: Instances of other dataclasses of options.
    **values: Further fields.

  Returns:
    The instance.
  """
  held = {name: getattr(each, name) for each in sections for name in names_of(each)}
  held |= values
  return options(**{name: held[name] for name in names_of(options) if name in held})


def value_types(field: dataclasses.Field) -> tuple[type, ...]:
  """Returns the types of a single value of an option, except None's."""
  kinds = get_args(field.type) if _is_union(field.type) else (field.type,)
  without = (type(None), dict) if field.metadata["by_label"] else (type(None),)
  return tuple(kind for kind in kinds if kind not in without)


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
    if name in _by_label(options) and isinstance(value, Mapping | list | tuple):
      found = _values_by_label(field, named(name), value)
      for each in found.values():
        _check_range(field, named(name), each)
      checked[name] = found if len(found) > 1 else found[EVERY]
      continue
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


def _values_by_label(field: dataclasses.Field, name: str, given: Any) -> dict[str, Any]:
  """Returns values by label from a mapping, or a list such as `[0.5, "threat=0.2"]`."""
  pairs = list(given.items()) if isinstance(given, Mapping) else []
  for item in () if isinstance(given, Mapping) else given:
    is_named = isinstance(item, str) and "=" in item
    label, _, value = item.rpartition("=") if is_named else (EVERY, "", item)
    pairs.append((label, float(value) if _is_number(value) else value))
  found = {EVERY: field.default}
  for label, value in pairs:
    if [each for each, _ in pairs].count(label) > 1:
      again = "once" if label == EVERY else f"for {label} once"
      raise InputError(f"Expected {name} {again}: keep one of them.")
    found[str(label)] = _converted(field, name, value)
  return found


def _converted(field: dataclasses.Field, name: str, value: Any) -> Any:
  """Converts the value to one of the field's types if that loses nothing."""
  kinds = get_args(field.type) if _is_union(field.type) else (field.type,)
  if field.metadata["by_label"]:
    kinds = tuple(kind for kind in kinds if kind is not dict)
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
