import dataclasses

import pytest

from clp_tfx.errors import InputError
from clp_tfx.options import (
  Columns,
  Label,
  Options,
  check_labels,
  check_values,
  composed,
  flag,
  for_label,
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


@dataclasses.dataclass(frozen=True)
class Bound(Options):
  most: float | dict = option(0.5, "Most.", 0, 1, by_label=True)


@dataclasses.dataclass(frozen=True)
class BoundByLabel(Bound):
  BY_LABEL = True


@pytest.mark.parametrize("given", [["b=0.2"], {"b": 0.2}, [0.5, "b=0.2"]])
def test_a_label_may_have_a_value_of_its_own(given):
  most = BoundByLabel(most=given).most
  assert [for_label(most, name) for name in ("a", "b")] == [0.5, 0.2]


def test_one_value_is_for_all_labels():
  assert BoundByLabel(most=[0.25]).most == BoundByLabel(most=0.25).most == 0.25
  assert for_label(0.25, "a") == 0.25


@pytest.mark.parametrize(
  ("kind", "given", "message"),
  [
    (BoundByLabel, ["b=2"], "at most 1. Received: 2.0"),
    (BoundByLabel, ["b=x"], "to be a number. Received: 'x'"),
    (BoundByLabel, [0.1, 0.2], "'most' once: keep one"),
    (BoundByLabel, ["b=0.1", "b=0.1"], "'most' for b once: keep one"),
    (Bound, {"b": 0.2}, "to be a number. Received: {'b': 0.2}"),
  ],
)
def test_wrong_values_by_label(kind, given, message):
  with pytest.raises(InputError, match=message):
    kind(most=given)


def test_values_of_labels_that_there_are_not():
  bound = BoundByLabel(most={"b": 0.2})
  check_labels(bound, ("a", "b"))
  with pytest.raises(InputError, match="--most for one of a. Received: b=0.2"):
    check_labels(bound, ("a",))
  with pytest.raises(InputError, match="--most without a label, because there is only"):
    check_labels(bound, ())


def test_the_columns_of_labels():
  one = Columns(label_feature=["a label"])
  assert (one.label_feature, one.label_names) == ("a label", ())
  assert one.labels == [Label("", "a label", 0.5)]
  several = Columns(label_feature=["b", "a"], label_threshold=0.25)
  assert several.label_names == several.label_columns == ("b", "a")
  assert several.labels == [Label("b", "b", 0.25), Label("a", "a", 0.25)]


@pytest.mark.parametrize(
  ("labels", "message"),
  [
    (["a", "a"], "label_feature' for a once"),
    (["a", "b c"], "Received: 'b c'; rename the column"),
    ([], "at least one label_feature"),
    (["val", "a"], "no label called val: with it, what Keras reports"),
    (["val_a", "a"], "no label called val_a"),
  ],
)
def test_wrong_names_of_labels(labels, message):
  with pytest.raises(InputError, match=message):
    Columns(label_feature=labels)
