import dataclasses

import pytest

from clp_tfx.errors import InputError
from clp_tfx.options import (
  Options,
  check_values,
  composed,
  flag,
  made,
  names_of,
  option,
  value_types,
)


def even(number):
  if number % 2:
    raise InputError(f"{number} is odd.")


@dataclasses.dataclass(frozen=True)
class Size(Options):
  width: int | None = option(None, "Width.", check=even)
  share: float = option(0.5, "Share.", 0, 1, exclusive=True)


@dataclasses.dataclass(frozen=True)
class Shape(Size):
  sides: tuple[int, ...] = option((), "Sides.", 1, check=even)
  kind: float | str = option(1.0, "Kind.", choices=("round",))
  more: dict | None = option(None, "More.")


def test_names_and_types_are_those_of_the_fields():
  assert names_of(Shape) == ("width", "share", "sides", "kind", "more")
  types = {field.name: value_types(field) for field in dataclasses.fields(Shape)}
  assert types["width"] == (int,)
  assert types["sides"] == (tuple[int, ...],)
  assert types["kind"] == (float, str)
  assert flag("min_auc") == "--min-auc"


@pytest.mark.parametrize(
  ("values", "message"),
  [
    ({"width": 3}, "3 is odd."),
    ({"sides": [2, 5]}, "5 is odd."),
    ({"sides": [0]}, "Expected --sides to be at least 1. Received: 0."),
    ({"share": 0}, "Expected --share to be above 0 and below 1. Received: 0.0."),
    ({"share": 1.0}, "Expected --share to be above 0 and below 1. Received: 1.0."),
    ({"share": 1.5}, "Expected --share to be at most 1. Received: 1.5."),
    ({"kind": "flat"}, "to be a number or one of round. Received: flat."),
    ({"more": "[1]"}, "Expected --more to be a mapping. Received: '[1]'."),
    ({"more": "a: 1"}, "Expected --more to be a mapping. Received: 'a: 1'."),
    ({"more": ("a", "b")}, "to be a mapping. Received: ('a', 'b')."),
    ({"more": {"a": {1, 2}}}, "to be a mapping. Received: {'a': {1, 2}}."),
    ({"more": {"a": float("nan")}}, "to be a mapping. Received: {'a': nan}."),
  ],
)
def test_what_a_person_gave_is_named_as_on_the_command_line(values, message):
  with pytest.raises(InputError) as error:
    made(Shape, values)
  assert str(error.value).endswith(message)


def test_what_is_made_has_the_types_of_the_fields():
  assert made(Shape, {"sides": 4, "kind": "2"}) == Shape(None, 0.5, (4,), 2.0)


def test_a_mapping_is_a_copy_and_may_be_json():
  more = {"a": {"b": [1, 2.5, None]}}
  shape = made(Shape, {"more": more})
  more["a"]["b"].clear()
  assert shape.more == {"a": {"b": [1, 2.5, None]}}
  assert made(Shape, {"more": '{"a": 3e-5}'}).more == {"a": 0.00003}


def test_constructor_and_single_values_are_checked_by_the_same_declaration():
  for check in (lambda: Size(share=2), lambda: check_values(Size, {"share": 2})):
    with pytest.raises(InputError, match="^Expected 'share' to be at most 1"):
      check()
  assert check_values(Shape, {"sides": 2}) == {"sides": (2,)}


def test_composed_takes_what_others_hold_and_leaves_the_rest():
  @dataclasses.dataclass(frozen=True)
  class Colour(Options):
    colour: str = option("red", "Colour.")
    kind: float | str = option(3.0, "Kind.")

  assert composed(Shape, Size(width=2), Colour("blue")) == Shape(width=2, kind=3.0)
