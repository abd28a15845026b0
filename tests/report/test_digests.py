import hashlib
import subprocess

from clp_tfx.report.digests import file_digests, model_digest


def test_files_are_told_by_their_contents(tmp_path):
  path = tmp_path / "a.csv"
  path.write_bytes(b"text\n")
  local, remote = file_digests([str(path), "gs://bucket/b.csv"])
  assert local == {
    "name": "a.csv",
    "bytes": 5,
    "sha256": hashlib.sha256(b"text\n").hexdigest(),
  }
  assert remote == {"name": "b.csv", "bytes": None, "sha256": None}


def test_a_models_digest_is_what_people_can_compute(tmp_path):
  (tmp_path / "variables").mkdir()
  (tmp_path / "saved_model.pb").write_text("graph")
  (tmp_path / "variables" / "variables.index").write_text("index")
  before = model_digest(str(tmp_path))
  command = "sha256sum saved_model.pb variables/variables.index | sha256sum"
  done = subprocess.run(
    command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=True
  )
  assert done.stdout.split()[0] == before
  # Our own record beside the model does not change the model.
  (tmp_path / "assets.extra").mkdir()
  (tmp_path / "assets.extra" / "record.json").write_text("{}")
  assert model_digest(str(tmp_path)) == before
  (tmp_path / "saved_model.pb").write_text("other")
  assert model_digest(str(tmp_path)) != before


def test_a_model_elsewhere_has_none():
  assert model_digest("gs://bucket/model/1") is None
