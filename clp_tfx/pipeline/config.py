"""The validated configuration of a pipeline."""

import dataclasses
import difflib
import re
from collections.abc import Mapping
from typing import Any

import yaml

from clp_tfx.counterfactuals.generator_options import (
  CounterfactualOptions,
  GeneratorOptions,
)
from clp_tfx.errors import InputError
from clp_tfx.files import open_file
from clp_tfx.options import check_labels, check_unused, composed, made, names_of
from clp_tfx.pipeline.sections import (
  DataOptions,
  DeploymentOptions,
  GateOptions,
  TrainingOptions,
)
from clp_tfx.training.hparams import HParams


@dataclasses.dataclass(frozen=True)
class PipelineConfig:
  """Configuration of the pipeline; each option is documented by its `help`.

  Every option of every section is an option of `clp-tfx compile` and a key of the file
  given with `--config`; other commands take the options that they use.

  Example:
    >>> config = PipelineConfig.of(comments="comments.csv", max_flip_rate=0.03)
    >>> config.gate.max_flip_rate
    0.03

  Attributes:
    data: Which comments are read.
    counterfactuals: How counterfactuals are generated, and which are used in training.
    training: Preprocessing, model and training.
    gate: How the model is evaluated, and the bounds it must meet to be pushed.
    deployment: Where the pipeline runs, writes and serves.

  Raises:
    InputError: If a value has the wrong type or is out of range.
  """

  data: DataOptions = dataclasses.field(default_factory=DataOptions)
  counterfactuals: CounterfactualOptions = dataclasses.field(
    default_factory=CounterfactualOptions
  )
  training: TrainingOptions = dataclasses.field(default_factory=TrainingOptions)
  gate: GateOptions = dataclasses.field(default_factory=GateOptions)
  deployment: DeploymentOptions = dataclasses.field(default_factory=DeploymentOptions)

  def __post_init__(self):
    for name, kind in SECTIONS.items():
      if not isinstance(value := getattr(self, name), kind):
        raise InputError(
          f"Expected section {name} to be {kind.__name__}; PipelineConfig.of takes "
          f"options without sections. Received: {value!r}."
        )
      check_labels(value, self.data.label_names)
    if self.data.is_rating:
      check_unused(self.gate, "flip_tolerance", ("other_thresholds",))
      _ = self.hparams  # Which must not be too late.
    elif self.gate.max_gap is not None:
      raise InputError(
        "Expected --max-gap together with --flip-tolerance. Received: "
        f"{self.gate.max_gap:g} alone; leave it out, or give both."
      )
    if self.data.classes:
      check_unused(self.counterfactuals, "classes", ("only_when_label_below",))
      check_unused(self.gate, "classes", ("other_thresholds",))
      _ = self.hparams  # Which must not be too late.
    for name in self.gate.class_bounds:
      if name not in self.data.classes:
        known = ", ".join(self.data.classes) or "--classes"
        raise InputError(
          f"Expected --max-flip-rate-of-class to name one of {known}. Received: {name}."
        )
    for name in self.gate.gate_label:
      if name not in self.data.label_names:
        known = ", ".join(self.data.label_names) or "several labels"
        raise InputError(
          f"Expected --gate-label to name one of {known}, as --label-feature names "
          f"them. Received: {name}."
        )

  @classmethod
  def of(cls, **values: Any) -> "PipelineConfig":
    """Creates a configuration from options of any section.

    Args:
      **values: Options by name, or sections as mappings of options; missing options get
        their default.

    Returns:
      The configuration.

    Raises:
      InputError: If an option is unknown, has the wrong type or is out of range.
    """
    flat = _flattened(values, "the configuration")
    return cls(
      **{
        name: made(kind, {key: flat[key] for key in names_of(kind) if key in flat})
        for name, kind in SECTIONS.items()
      }
    )

  def replace(self, **values: Any) -> "PipelineConfig":
    """Returns a copy with some values replaced; takes the same arguments as `of`."""
    return self.of(**{**self.flat(), **_flattened(values, "the configuration")})

  def flat(self) -> dict[str, Any]:
    """Returns the values of all options by name, without sections."""
    sections = dataclasses.asdict(self).values()
    return {name: value for section in sections for name, value in section.items()}

  @property
  def hparams(self) -> HParams:
    """The hyperparameters."""
    sections = (self.data, self.training, self.gate)
    return composed(HParams, *sections, label_names=self.data.label_names)

  @property
  def generator_options(self) -> GeneratorOptions:
    """The options of CounterfactualGen."""
    return composed(GeneratorOptions, self.data, self.counterfactuals)


SECTIONS = {field.name: field.type for field in dataclasses.fields(PipelineConfig)}
"""The dataclass of each section, by name."""

_SECTION_OF = {option: name for name in SECTIONS for option in names_of(SECTIONS[name])}


def load_config(path: str) -> dict[str, Any]:
  """Reads configuration values from a YAML file.

  Example:
    >>> with open("strict.yaml", "w") as file:
    ...   _ = file.write("max-flip-rate: 0.03\\nepochs: 3")
    >>> load_config("strict.yaml")
    {'max_flip_rate': 0.03, 'epochs': 3}

  Args:
    path: YAML mapping from options to values, or from sections to such mappings; names
      may use `-` or `_`.

  Returns:
    The values by option, for `PipelineConfig.of`.

  Raises:
    InputError: If the file is not such a mapping or has an unknown option.
  """
  try:
    with open_file(path) as file:
      text = file.read().decode()
    values = yaml.load(text, _Loader)
  except Exception as error:  # Remote file systems raise their own errors.
    reason = " ".join(str(error).split())
    raise InputError(f"Configuration file {path} cannot be read: {reason}.") from error
  if not isinstance(values or {}, dict):
    raise InputError(
      f"Expected {path} to contain `option: value` lines. "
      f"Received: {type(values).__name__}."
    )
  return _flattened(values or {}, path)


class _Loader(yaml.SafeLoader):
  """Refuses a key given twice; reads 3e-5 as a number. PyYAML does neither."""

  def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
    keys = [self.construct_object(key, deep=True) for key, _ in node.value]
    for key in keys:
      if keys.count(key) > 1:
        raise yaml.YAMLError(f"{key} is given twice, leave one out")
    return super().construct_mapping(node, deep)


# PyYAML follows YAML 1.1, where numbers with an exponent need a point and a sign.
_Loader.add_implicit_resolver(
  "tag:yaml.org,2002:float",
  re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"),
  list("-+0123456789"),
)


def _flattened(values: Mapping[Any, Any], where: str) -> dict[str, Any]:
  """Returns values by option, including those grouped by section."""
  flat: dict[str, Any] = {}
  for key, value in _named(values):
    # `counterfactuals` is both a section and an option of another section.
    if key in SECTIONS and (isinstance(value, Mapping) or key not in _SECTION_OF):
      inner = _of_section(key, value, where)
    elif key in _SECTION_OF:
      inner = {key: value}
    else:
      raise InputError(f"Unknown option {key!r} in {where}{_suggestion(key)}.")
    if twice := sorted(set(flat) & set(inner)):
      raise InputError(f"{twice[0]} is given twice in {where}: leave one out.")
    flat |= inner
  return flat


def _of_section(section: str, values: Any, where: str) -> dict[str, Any]:
  if not isinstance(values, Mapping | None):
    raise InputError(
      f"Expected {section} in {where} to contain `option: value` lines. "
      f"Received: {values!r}."
    )
  named = dict(_named(values or {}))
  if len(named) < len(values or {}):
    raise InputError(
      f"An option of {section} is given twice in {where}, with - and with _: leave one "
      "out."
    )
  for key in named:
    if _SECTION_OF.get(key) == section:
      continue
    if key in _SECTION_OF:
      raise InputError(
        f"{key} in {where} is an option of the section {_SECTION_OF[key]}, not of "
        f"{section}: move it there."
      )
    raise InputError(
      f"Unknown option {key!r} in section {section} of {where}{_suggestion(key)}."
    )
  return named


def _named(values: Mapping[Any, Any]) -> list[tuple[str, Any]]:
  return [(str(key).replace("-", "_"), value) for key, value in values.items()]


def _suggestion(key: str) -> str:
  close = difflib.get_close_matches(key, [*_SECTION_OF, *SECTIONS], n=1)
  if close:
    return f": the closest known name is {close[0]}"
  return ": clp-tfx compile --help lists all options"
