"""Replaying a compiled job gives the same result as the local runner.

That of test_labels.py is refused.
"""

import pytest

from ..conftest import FEW_OPTIONS, clp_tfx, flags, summary_of

pytestmark = pytest.mark.e2e


ON_VERTEX = {
  "beam_runner": "DataflowRunner",
  "project": "p",
  "region": "r",
  "vertex_training": "n1-standard-8,NVIDIA_TESLA_T4,1",
  "vertex_endpoint": "toxicity",
  "serving_image": "tf-serving",
}


def replayed(folder, comments, *parameters, **options):
  """Compiles and replays; returns the finished replay."""
  compiled = clp_tfx(
    "compile",
    *("--comments", comments),
    *("--image", "clp-tfx:1"),
    *("--pipeline-root", "gs://bucket/root"),
    *("--output", "job.json"),
    *flags(options),
    "--beam-args=--temp_location=gs://bucket/tmp",
    cwd=folder,
  )
  assert compiled.returncode == 0, compiled.stderr
  given = [f"--parameter={each}" for each in parameters]
  return clp_tfx("replay", "job.json", "--output", "replay", *given, cwd=folder)


def numbers(figures):
  """Returns the figures of a model by path; a figure may be None."""
  if isinstance(figures, dict):
    figures = figures.items()
  elif isinstance(figures, list):
    figures = enumerate(figures)
  else:
    return {"": figures}
  return {
    f"{key}/{path}": number
    for key, below in figures
    for path, number in numbers(below).items()
  }


def test_blessed_as_by_the_local_runner(tmp_path, few_comments, few_run):
  # Values that differ between runs are set at submission; the cloud parts run locally.
  done = replayed(
    tmp_path,
    f"gs://elsewhere/{few_comments.name}",
    f"comments_folder={few_comments.parent}/",
    "epochs=1",
    **{**FEW_OPTIONS, **ON_VERTEX, "epochs": 7},
  )
  assert done.returncode == 0, done.stderr
  found, expected = summary_of(tmp_path / "replay"), summary_of(few_run.output)
  assert numbers(found["clp"]) == pytest.approx(numbers(expected["clp"]), abs=1e-6)
  assert found["gate"] == expected["gate"]
  assert found["coverage"] == expected["coverage"]
  assert list(found["seconds"])[:2] == ["CommentsExampleGen", "CounterfactualGen"]
  served = tmp_path / "replay" / "buckets" / "bucket" / "root" / "serving_model"
  (model,) = served.iterdir()
  assert found["pushed_model"] == str(model)
  assert (model / "saved_model.pb").is_file()


def test_a_component_that_fails_is_named_with_its_log(tmp_path, few_comments):
  (tmp_path / "a.csv").write_text("comment_text,toxicity\nfine,0.0\n")
  done = replayed(tmp_path, tmp_path / "a.csv", **FEW_OPTIONS)
  assert done.returncode == 1
  log = tmp_path / "replay" / "logs" / "1-CommentsExampleGen.log"
  assert "CommentsExampleGen failed: " in done.stderr
  assert str(log) in done.stderr and log.is_file()
  assert "Traceback" not in done.stderr
