"""Resources that a component of a compiled job requests from its backend."""

import re
from typing import NamedTuple

from clp_tfx.errors import InputError

_ACCELERATORS = r"(,(?P<accelerator>[A-Za-z][\w./-]*),(?P<count>[1-9]\d*))?"
_FORM = re.compile(
  r"(?P<component>\w+)=(?P<cpus>\d+(\.\d+)?),(?P<gigabytes>\d+(\.\d+)?)" + _ACCELERATORS
)
_MACHINE = re.compile(r"(?P<machine_type>[a-z][a-z0-9-]*)" + _ACCELERATORS)
# Not the port of a host, nor the digest that would be another image's.
_TAGGED = re.compile(r"[^@]+:\w[\w.-]*")
_GPU = "-gpu"


class Resources(NamedTuple):
  """Resources of a component.

  Attributes:
    component: Its name in the job, such as `Trainer`.
    cpus: Maximum number of CPUs.
    gigabytes: Maximum memory in GB.
    accelerator: Type of its accelerators, as the backend names it; empty for none.
    count: Number of accelerators.
  """

  component: str
  cpus: float
  gigabytes: float
  accelerator: str
  count: int


def resources(text: str) -> Resources:
  """Parses a value of the option `resources`.

  Args:
    text: A component, CPUs and memory, such as `Trainer=8,30`, and optionally
      accelerators, such as `Trainer=8,30,NVIDIA_TESLA_T4,1`.

  Returns:
    Its parts.

  Raises:
    InputError: If the text has another form.
  """
  form = _FORM.fullmatch(text)
  if not form or not float(form["cpus"]) or not float(form["gigabytes"]):
    raise InputError(
      "Expected --resources to be a component, CPUs, GB of memory and optionally "
      "accelerators, such as Trainer=8,30 or Trainer=8,30,NVIDIA_TESLA_T4,1. "
      f"Received: {text!r}."
    )
  return Resources(
    form["component"],
    float(form["cpus"]),
    float(form["gigabytes"]),
    form["accelerator"] or "",
    int(form["count"] or 0),
  )


class Machine(NamedTuple):
  """A Google Cloud machine.

  Attributes:
    machine_type: Google's name of the type, such as `n1-standard-8`.
    accelerator: Type of its accelerators; empty for none.
    count: Number of accelerators.
  """

  machine_type: str
  accelerator: str
  count: int


def machine(text: str) -> Machine:
  """Parses the option `vertex_training`.

  Args:
    text: A machine type and optionally accelerators, such as
      `n1-standard-8,NVIDIA_TESLA_T4,1`.

  Returns:
    Its parts.

  Raises:
    InputError: If the text has another form.
  """
  form = _MACHINE.fullmatch(text)
  if not form:
    raise InputError(
      "Expected --vertex-training to be a machine type and optionally accelerators, "
      f"such as n1-standard-8 or n1-standard-8,NVIDIA_TESLA_T4,1. Received: {text!r}."
    )
  return Machine(
    form["machine_type"], form["accelerator"] or "", int(form["count"] or 0)
  )


def image_with_cuda(image: str | None) -> str:
  """Returns the name that the image with CUDA has by default.

  Args:
    image: Name of the image without CUDA, such as `clp-tfx:1`.

  Returns:
    The name with `-gpu` behind its tag, unless that is there.

  Raises:
    InputError: If the name has no tag.
  """
  if not image or not _TAGGED.fullmatch(image):
    raise InputError(
      "Expected --gpu-image, an image with CUDA, for what gets accelerators, or an "
      "--image with a tag, such as clp-tfx:1 for clp-tfx:1-gpu. Received: "
      f"{image or 'none'}."
    )
  return image if image.endswith(_GPU) else image + _GPU
