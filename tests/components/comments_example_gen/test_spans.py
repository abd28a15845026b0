import pytest

from clp_tfx.components.comments_example_gen.spans import (
  as_pattern,
  common_folder,
  find_files,
  has_span,
  one_span,
)
from clp_tfx.errors import InputError


@pytest.fixture
def touch(tmp_path):
  def make(*names):
    for name in names:
      path = tmp_path / name
      path.parent.mkdir(parents=True, exist_ok=True)
      path.write_text("")
    return f"{tmp_path}/"

  return make


def test_a_file_that_is_there_stands_for_itself(touch):
  folder = touch("a[1]*{SPAN}.csv")

  pattern = as_pattern(f"{folder}a[1]*{{SPAN}}.csv")

  assert find_files("", [pattern]) == ([f"{folder}a[1]*{{SPAN}}.csv"], 0)
  assert as_pattern("gs://bucket/a-*.csv") == "gs://bucket/a-*.csv"


@pytest.mark.parametrize(
  "patterns, folder",
  [
    (["/a/b/c.csv"], "/a/b/"),
    (["/a/b/c.csv", "/a/bc/d.csv"], "/a/"),
    (["gs://bucket/day-{SPAN}/*.csv"], "gs://bucket/"),
    (["gs://bucket/{YYYY}/a.csv", "gs://bucket/{YYYY}/b.csv"], "gs://bucket/"),
    (["/a.csv", "gs://bucket/a.csv"], ""),
  ],
)
def test_common_folder(patterns, folder):
  assert common_folder(patterns) == folder


def test_wildcards_in_order_without_repeats(touch):
  folder = touch("b2.csv", "b1.csv", "a.csv")

  found = find_files(folder, ["b*.csv", "b1.csv", "a.csv"])

  assert found == ([f"{folder}b1.csv", f"{folder}b2.csv", f"{folder}a.csv"], 0)


def test_the_newest_span_is_the_greatest_number(touch):
  folder = touch("day-9/x.csv", "day-10/y.csv", "day-10/x.csv")

  found = find_files(folder, ["day-{SPAN}/*.csv"])

  assert found == ([f"{folder}day-10/x.csv", f"{folder}day-10/y.csv"], 10)


def test_a_window_passes_over_missing_spans(touch):
  # Spans 10, 9 (missing), 8; 7 is too old.
  folder = touch("day-07.csv", "day-08.csv", "day-10.csv")

  found = find_files(folder, ["day-{SPAN:2}.csv"], window=3)

  assert found == ([f"{folder}day-10.csv", f"{folder}day-08.csv"], 10)
  assert find_files(folder, ["day-{SPAN:2}.csv"], window=99).paths[-1:] == [
    f"{folder}day-07.csv"
  ]


def test_a_span_that_is_given(touch):
  folder = touch("day-1.csv", "day-2.csv", "day-3.csv")

  found = find_files(folder, ["day-{SPAN}.csv"], one_span(2), window=2)

  assert found == ([f"{folder}day-2.csv", f"{folder}day-1.csv"], 2)


def test_dates_are_days_since_1970(touch):
  folder = touch("1970-01-31.csv", "1970-02-01.csv")

  found = find_files(folder, ["{YYYY}-{MM}-{DD}.csv"], window=2)

  # January has 31 days, counted from 0.
  assert found == ([f"{folder}1970-02-01.csv", f"{folder}1970-01-31.csv"], 31)


def test_what_does_not_match_is_said(touch):
  folder = touch("day-1.csv", "night-2.csv")

  with pytest.raises(InputError, match=r"day-\*.parquet does not exist"):
    find_files(folder, ["day-*.parquet"])
  with pytest.raises(InputError, match="files of one span.*another span"):
    find_files(folder, ["day-{SPAN}.csv"], one_span(2))
  with pytest.raises(InputError, match="files of one span.*same for each split"):
    find_files(folder, ["day-{SPAN}.csv", "night-{SPAN}.csv"])


def test_spans_that_tfx_cannot_read():
  assert has_span("{YYYY}/{MM}/{DD}.csv") and not has_span("[{]SPAN}.csv")
  with pytest.raises(InputError, match="write them as {SPAN}"):
    has_span("{YYYY}/{MM}.csv")
