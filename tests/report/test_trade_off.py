import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from clp_tfx.report.trade_off import Point, pareto_front, trade_off_svg

SVG = "{http://www.w3.org/2000/svg}"


def point(label, auc, flip_rate, kind="clp", recommended=False):
  return Point(label, kind, auc, 0.001, flip_rate, 0.002, recommended)


def test_the_front_leaves_out_what_another_beats():
  a, b, c = point("a", 0.97, 0.1), point("b", 0.96, 0.1), point("c", 0.95, 0.0)
  assert pareto_front([c, b, a]) == [a, c]
  # Equal in one figure and better in the other.
  assert pareto_front([point("d", 0.95, 0.1), c]) == [c]


@settings(max_examples=30, deadline=None)
@given(
  st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=8)
)
def test_nothing_beats_the_front(figures):
  points = [point(str(i), float(a), float(f)) for i, (a, f) in enumerate(figures)]
  front = pareto_front(points)
  for kept in front:
    assert not any(
      other.quality >= kept.quality
      and other.flip_rate <= kept.flip_rate
      and (other.quality, other.flip_rate) != (kept.quality, kept.flip_rate)
      for other in points
    )
  assert {p.quality for p in front if p.quality == max(q.quality for q in points)}


def test_the_image_says_in_words_what_it_shows():
  svg = trade_off_svg(
    [
      point("control", 0.97, 0.03, "control"),
      point("clp-mse-0.1", 0.969, 0.002, recommended=True),
      point("<blindness> & more", 0.965, 0.0, "other"),
    ],
    "Flip rate & AUC",
    max_flip_rate=0.005,
    min_quality=0.968,
  )
  root = ET.fromstring(svg)
  assert root.get("role") == "img"
  assert root.find(f"{SVG}title").text == "Flip rate & AUC"
  words = root.find(f"{SVG}desc").text.split("\n")
  assert "clp-mse-0.1: AUC 0.9690, flip rate 0.20%, recommended." in words
  assert "<blindness> & more: AUC 0.9650, flip rate 0.00%." in words
  labels = [text.text for text in root.iter(f"{SVG}text")]
  assert {"control", "clp-mse-0.1", "<blindness> & more"} <= set(labels)
  # Each kind has its own marker, so they differ not only in colour.
  groups = {g.get("class"): g for g in root.iter(f"{SVG}g")}
  assert groups["control"].find(f"{SVG}rect") is not None
  assert groups["clp"].find(f"{SVG}circle") is not None
  assert groups["other"].find(f"{SVG}path") is not None
  assert len([e for e in root.iter() if e.get("class") == "bound"]) == 2


def test_everything_lies_within_the_image_and_no_label_on_another():
  points = [point(str(i), 0.95 + i / 1000, 0.001 * (i % 2)) for i in range(10)]
  root = ET.fromstring(trade_off_svg([*points, point("x", 0.96, 0.05)], "Title"))
  width, height = (float(root.get(name)) for name in ("width", "height"))
  for element in root.iter():
    for name, limit in (("x", width), ("x1", width), ("x2", width), ("cx", width)):
      assert 0 <= float(element.get(name, 0)) <= limit
    for name, limit in (("y", height), ("y1", height), ("y2", height), ("cy", height)):
      assert 0 <= float(element.get(name, 0)) <= limit
  names = {*(p.label for p in points), "x"}
  texts = [t for t in root.iter(f"{SVG}text") if t.text in names]
  at = sorted(float(t.get("y")) for t in texts if float(t.get("x")) > 560)
  assert len(at) == 11
  assert all(below - above >= 14.9 for above, below in zip(at, at[1:], strict=False))


def test_one_point_is_drawn_too():
  root = ET.fromstring(trade_off_svg([Point("a", "clp", 0.9, 0, 0, 0)], "Title"))
  assert root.find(f"{SVG}g/{SVG}circle") is not None


def test_the_axis_has_the_name_of_the_figure():
  svg = trade_off_svg([point("a", 0.4, 0.1)], "Title", quality="R²")
  assert "a: R² 0.4000, flip rate 10.00%." in svg
  assert "R² (more is better) →" in svg and "AUC" not in svg
