from clp_tfx.files import matching, remove_leftovers


def files(folder):
  return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def test_files_without_what_failed_attempts_left(tmp_path):
  split, left = tmp_path / "Split-train", tmp_path / "Split-train" / "beam-temp-data-1"
  left.mkdir(parents=True)
  for path in (split / "data-1.gz", split / "data-0.gz", left / "half"):
    path.write_text("")
  expected = [str(split / "data-0.gz"), str(split / "data-1.gz")]
  assert matching([str(split / "*")]) == expected
  assert matching([]) == []
  remove_leftovers(str(split))
  assert files(split) == {"data-0.gz", "data-1.gz"}
  remove_leftovers(str(tmp_path / "nowhere"))
