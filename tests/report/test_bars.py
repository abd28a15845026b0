import xml.etree.ElementTree as ET

from clp_tfx.report import Bar, bars_svg

SVG = "{http://www.w3.org/2000/svg}"
# The scale goes to the largest bound, .2, at 400: .1 is at 200.
BARS = [
  Bar("x<y", 0.1, "before", (0.05, 0.2)),
  Bar("z", 0.0, "before"),
  Bar("x<y", 0.0004, "after"),
]


def test_bars_stand_together_by_label_on_one_scale():
  image = ET.fromstring(bars_svg(BARS, "Flip & rate"))
  assert [each.text for each in image.iter(f"{SVG}text")] == [
    *("Flip & rate", "before", "after"),
    *("x<y", "10.0%", "<0.1%"),
    *("z", "0.0%"),
  ]
  # After the background and the legend.
  drawn = [*image.iter(f"{SVG}rect")][3:]
  assert [each.get("width") for each in drawn] == ["200.0", "0.8", "0.0"]
  assert [each.get("fill") for each in drawn] == ["#b45309", "#0f766e", "#b45309"]
  (path,) = image.iter(f"{SVG}path")
  assert path.get("d").startswith("M100.0 76.5H400.0")


def test_a_single_series_needs_no_legend_and_screen_readers_hear_all():
  image = ET.fromstring(bars_svg([Bar("a", 0.5), Bar("b", 0.25)], "Share"))
  assert [each.text for each in image.iter(f"{SVG}text")] == [
    *("Share", "a", "50.0%", "b", "25.0%")
  ]
  assert image.get("aria-label") == "Share: a 50.0%; b 25.0%; "


def test_nothing_but_zeros_is_drawn():
  image = ET.fromstring(bars_svg([Bar("a", 0.0)], "Share"))
  assert [*image.iter(f"{SVG}rect")][1].get("width") == "0.0"


def test_a_pair_shows_its_edit_and_nothing_of_it_is_markup():
  # Here, since it loads TensorFlow Model Analysis.
  from clp_tfx.report import render_pairs

  pair = {
    "original": "a gay <b>",
    "counterfactual": "a <b>",
    "edits": [{"start": 2, "end": 6, "replacement": ""}],
    "original_score": 0.9,
    "counterfactual_score": 0.1,
  }
  shown = render_pairs([pair]).data
  assert "a <del>gay </del>&lt;b&gt;</td><td>0.90</td><td>0.10</td>" in shown
