"""Damaged and odd files of comments: rows, or one sentence that names the file."""

import collections

from benchmarks.fuzz import odd_file, wrong_with_file


def test_two_thousand_odd_files(tmp_path):
  ends = collections.Counter()
  for seed in range(2000):
    name, content = odd_file(seed)
    path = tmp_path / name
    path.write_bytes(content)
    end, wrong = wrong_with_file(path)
    assert wrong is None, f"odd_file({seed}), {name}: {wrong}"
    ends[end] += 1
    path.unlink()
  assert min(ends["read"], ends["refused"]) >= 200, ends
  assert list(tmp_path.iterdir()) == []
