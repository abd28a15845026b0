import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements-current.lock", "requirements-current-cuda.lock")


def test_the_image_gets_files_that_are_there_and_sent_to_the_builder():
  dockerfile = (ROOT / "pipelines" / "Dockerfile").read_text()
  copied = {
    name
    for line in re.findall(r"^COPY (?!--from)(.*) \S+$", dockerfile, re.MULTILINE)
    for lock in LOCKS
    for name in line.replace("$LOCK", lock).split()
  }
  sent = {
    line.removeprefix("!")
    for line in (ROOT / ".dockerignore").read_text().splitlines()
    if line.startswith("!")
  }
  assert "clp_tfx" in copied and copied.issuperset(LOCKS)
  assert copied == sent
  assert all((ROOT / name).exists() for name in copied)


def test_the_image_is_set_up_from_the_lock_as_the_makefile_does():
  dockerfile = (ROOT / "pipelines" / "Dockerfile").read_text()
  assert f"\nARG LOCK={LOCKS[0]}\n" in dockerfile
  assert f"--build-arg LOCK={LOCKS[1]} " in dockerfile
  assert "make setup LOCK=$LOCK " in dockerfile
  assert re.search(r"^USER (?!root)", dockerfile, re.MULTILINE)
  assert re.search(r"^FROM python:3\.1[123]\S*-slim-trixie$", dockerfile, re.MULTILINE)


def test_the_launcher_of_workers_is_of_the_beam_that_is_locked():
  dockerfile = (ROOT / "pipelines" / "Dockerfile").read_text()
  (version,) = re.findall(r"--from=apache/beam_python3\.12_sdk:(\S+) ", dockerfile)
  lock = (ROOT / "requirements-current.lock").read_text()
  assert re.search(rf"^apache-beam(\[[\w,-]+\])?=={version} ", lock, re.MULTILINE)


def test_cuda_is_found_in_the_environment_of_the_image():
  dockerfile = (ROOT / "pipelines" / "Dockerfile").read_text()
  python = re.search(r"^FROM python:(3\.\d+)", dockerfile, re.MULTILINE)[1]
  (path,) = re.findall(r"^ENV LD_LIBRARY_PATH=(\S+)$", dockerfile, re.MULTILINE)
  packages = f"/app/.venv/lib/python{python}/site-packages"
  assert path.split(":")[1] == f"{packages}/nvidia/cusolver/lib"
  assert "\nnvidia-cusolver-cu12==" in (ROOT / LOCKS[1]).read_text()
