import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_image_gets_files_that_are_there_and_sent_to_the_builder():
  dockerfile = (ROOT / "pipelines" / "Dockerfile").read_text()
  copied = {
    name
    for line in re.findall(r"^COPY (?!--from)(.*) \S+$", dockerfile, re.MULTILINE)
    for name in line.split()
  }
  sent = {
    line.removeprefix("!")
    for line in (ROOT / ".dockerignore").read_text().splitlines()
    if line.startswith("!")
  }
  assert "clp_tfx" in copied and "requirements-current.lock" in copied
  assert copied == sent
  assert all((ROOT / name).exists() for name in copied)


def test_the_image_is_set_up_from_the_lock_as_the_makefile_does():
  dockerfile = (ROOT / "pipelines" / "Dockerfile").read_text()
  assert "make setup LOCK=requirements-current.lock" in dockerfile
  assert re.search(r"^USER (?!root)", dockerfile, re.MULTILINE)
  assert re.search(r"^FROM python:3\.1[123]\S*-slim-trixie$", dockerfile, re.MULTILINE)


def test_the_launcher_of_workers_is_of_the_beam_that_is_locked():
  dockerfile = (ROOT / "pipelines" / "Dockerfile").read_text()
  (version,) = re.findall(r"--from=apache/beam_python3\.12_sdk:(\S+) ", dockerfile)
  lock = (ROOT / "requirements-current.lock").read_text()
  assert re.search(rf"^apache-beam(\[[\w,-]+\])?=={version} ", lock, re.MULTILINE)
