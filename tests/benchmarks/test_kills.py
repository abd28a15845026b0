from benchmarks.kills import broken, differences, digest, served


def test_differences():
  expected = {"auc": 0.9, "by": [{"n": 1}, {"n": 2}], "ok": True, "none": None}
  close = {**expected, "auc": 0.900001}
  assert differences(expected, close) == []
  other = {"auc": 0.91, "by": [{"n": 1}, {"n": 3}], "ok": False}
  assert differences(expected, other) == [
    "/auc: 0.9 became 0.91",
    "/by/1/n: 2 became 3",
    "/ok: True became False",
  ]
  assert differences([1], [1, 2], "/a") == ["/a: 1 became 2"]


def test_a_model_that_changes_or_is_not_whole(tmp_path):
  for version in ("1", "2"):
    variables = tmp_path / "serving_model" / version / "variables"
    variables.mkdir(parents=True)
    (variables / "data").write_text(version)
    (variables.parent / "saved_model.pb").write_text("graph")
  (tmp_path / "serving_model" / ".incoming-x").mkdir()
  first, second = served(tmp_path)
  before = {"1": digest(first)}
  assert broken(tmp_path, before) == set()
  (second / "variables" / "data").unlink()
  assert broken(tmp_path, before) == {"a version is not whole"}
  (first / "saved_model.pb").write_text("other")
  assert broken(tmp_path, before) == {"1 changed", "a version is not whole"}
