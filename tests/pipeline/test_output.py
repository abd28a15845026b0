import json
import shutil

import pytest

from clp_tfx.errors import InputError
from clp_tfx.pipeline.output import read_summary, within


def written(output, summary):
  output.mkdir()
  (output / "evaluation").mkdir()
  (output / "summary.json").write_text(json.dumps(summary))
  return output


def test_an_output_folder_may_move(tmp_path):
  output = written(tmp_path / "out", {"evaluation": "evaluation"})
  moved = shutil.move(output, tmp_path / "moved")
  assert read_summary(moved) == {"evaluation": str(tmp_path / "moved" / "evaluation")}


def test_paths_elsewhere_stay_as_they_are(tmp_path):
  assert within(tmp_path, str(tmp_path / "a" / "b")) == "a/b"
  assert within(tmp_path / "out", str(tmp_path / "root")) == str(tmp_path / "root")
  output = written(tmp_path / "out", {"evaluation": str(tmp_path)})
  assert read_summary(str(output))["evaluation"] == str(tmp_path)


@pytest.mark.parametrize(
  ("summary", "message"),
  [
    ({}, "not the summary of a run with this version"),
    ([], "not the summary"),
    ({"evaluation": "gone"}, "gone no longer exists"),
  ],
)
def test_what_is_no_summary(summary, message, tmp_path):
  with pytest.raises(InputError, match=message):
    read_summary(str(written(tmp_path / "out", summary)))
  with pytest.raises(InputError, match="has no summary.json"):
    read_summary(str(tmp_path))
