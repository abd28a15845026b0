import contextlib
import os
import signal
import subprocess
import sys
import tempfile

import pytest

from clp_tfx.files import (
  escaped,
  is_leftover,
  lists_beside,
  matching,
  open_file,
  own_temporary_folder,
  remove_leftovers,
  replacing,
  write_whole,
)

from .memory_files import MemoryFileSystem

LEFTOVER = f".unfinished-{'0' * 32}-data.gz"
# A name of which every character stands for itself.
ODD = "a[b]*?.csv"


def files(folder):
  return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def test_lists_beside_a_module(tmp_path, monkeypatch):
  folder = tmp_path / "listed"
  folder.mkdir()
  (folder / "__init__.py").write_text("")
  (folder / "words.txt").write_text(
    "# All.\n\n[first]\n# Of one.\nb a\n\n  c \n[second]\n[third]\n\u00fc\n",
    encoding="utf-8",
  )
  monkeypatch.syspath_prepend(tmp_path)
  assert lists_beside("listed.words") == {
    "first": ["b a", "c"],
    "second": [],
    "third": ["\u00fc"],
  }


def test_files_without_what_failed_attempts_left(tmp_path):
  split, left = tmp_path / "Split-train", tmp_path / "Split-train" / "beam-temp-data-1"
  left.mkdir(parents=True)
  for path in (split / "data-1.gz", split / "data-0.gz", left / "half"):
    path.write_text("")
  (split / LEFTOVER).write_text("")
  expected = [str(split / "data-0.gz"), str(split / "data-1.gz")]
  assert matching([str(split / "*")]) == expected
  assert matching([str(split / "*"), str(split / ".*")]) == expected
  assert matching([]) == []
  remove_leftovers(str(split))
  assert files(split) == {"data-0.gz", "data-1.gz"}
  remove_leftovers(str(tmp_path / "nowhere"))


def test_remote_files_without_what_failed_attempts_left(memory_files):
  names = ("data-1.gz", "data-0.gz", "beam-temp-data-1/half", LEFTOVER, "deep/data.gz")
  memory_files |= {f"memory://b/Split-train/{name}": b"" for name in names}
  memory_files["memory://b/Split-train/"] = b""  # Some consoles make these.
  memory_files["memory://b/Split-eval/beam-temp-data-1/half"] = b""
  kept = {path for path in memory_files if "train/beam" not in path} - {
    f"memory://b/Split-train/{LEFTOVER}"
  }
  expected = [f"memory://b/Split-train/data-{i}.gz" for i in (0, 1)]
  assert matching(["memory://b/Split-train/*"]) == expected
  assert matching(["memory://nowhere/*"]) == []
  remove_leftovers("memory://b/Split-train")
  assert set(memory_files) == kept
  remove_leftovers("memory://nowhere")


@pytest.mark.parametrize("content", [b"\x00\xff", "caf\u00e9\n"])
def test_a_file_is_replaced_and_its_folder_is_made(tmp_path, memory_files, content):
  written = content if isinstance(content, bytes) else content.encode()
  for folder in (str(tmp_path / "made"), "memory://b"):
    path = f"{folder}/a.csv"
    for each in ("before", content):
      write_whole(path, each)
    with open_file(path) as file:
      assert file.read() == written
  assert files(tmp_path) == {"made/a.csv"}
  assert set(memory_files) == {"memory://b/a.csv"}


def test_a_file_system_that_does_not_replace(memory_files, monkeypatch):
  monkeypatch.setattr(MemoryFileSystem, "replaces", False)
  write_whole("memory://b/a.csv", "before")
  write_whole("memory://b/a.csv", "after")
  assert memory_files == {"memory://b/a.csv": b"after"}


def test_a_writer_that_fails_leaves_what_was_there(tmp_path, memory_files):
  for path in (str(tmp_path / "model.keras"), "memory://b/model.keras"):
    write_whole(path, "before")
    with pytest.raises(KeyboardInterrupt), replacing(path) as fresh:
      assert fresh.endswith("model.keras")  # Keras goes by the ending.
      with open(fresh, "w") as file:
        file.write("half")
      raise KeyboardInterrupt
    assert not os.path.exists(fresh)
    with open_file(path) as file:
      assert file.read() == b"before"
  assert files(tmp_path) == {"model.keras"}
  assert set(memory_files) == {"memory://b/model.keras"}


def test_an_upload_that_fails_leaves_what_was_there(memory_files, monkeypatch):
  def rename(self, sources, targets):
    raise KeyboardInterrupt

  write_whole("memory://b/a.csv", "before")
  monkeypatch.setattr(MemoryFileSystem, "rename", rename)
  with pytest.raises(KeyboardInterrupt):
    write_whole("memory://b/a.csv", "after")
  assert memory_files == {"memory://b/a.csv": b"before"}


def test_what_is_being_written_is_a_leftover_until_it_is_whole(tmp_path):
  with replacing(tmp_path / "a.csv") as fresh:
    write_whole(fresh, "half")
    assert is_leftover(os.path.basename(fresh))
    assert matching([str(tmp_path / "*")]) == []
  assert matching([str(tmp_path / "*")]) == [str(tmp_path / "a.csv")]
  assert not is_leftover(".unfinished-business")


def test_a_folder_takes_the_place_of_another(tmp_path):
  for name in ("before", "after"):
    with replacing(tmp_path / "folder") as fresh:
      os.mkdir(fresh)
      write_whole(os.path.join(fresh, name), name)
  assert files(tmp_path) == {"folder/after"}


def test_a_folder_that_fails_leaves_nothing(tmp_path):
  with pytest.raises(ZeroDivisionError), replacing(tmp_path / "folder") as fresh:
    os.mkdir(fresh)
    write_whole(os.path.join(fresh, "half"), "")
    _ = 1 / 0
  assert list(tmp_path.iterdir()) == []


def test_special_characters_stand_for_themselves(tmp_path, memory_files):
  for folder in (f"{tmp_path}/[ab]", "memory://b/[ab]"):
    other = folder.replace("[ab]", "a")
    write_whole(f"{other}/abx.csv", "other")  # What ODD would match.
    write_whole(f"{other}/beam-temp-1/half", "other")
    write_whole(f"{folder}/{ODD}", "before")
    write_whole(f"{folder}/{ODD}", "own")
    write_whole(f"{folder}/beam-temp-1/half", "")
    remove_leftovers(folder)
    assert matching([f"{escaped(folder)}/*"]) == [f"{folder}/{ODD}"]
    assert matching([escaped(f"{folder}/{ODD}")]) == [f"{folder}/{ODD}"]
    for path, content in ((f"{folder}/{ODD}", b"own"), (f"{other}/abx.csv", b"other")):
      with open_file(path) as file:
        assert file.read() == content
  own = {f"[ab]/{ODD}", "a/abx.csv", "a/beam-temp-1/half"}
  assert files(tmp_path) == own
  assert set(memory_files) == {f"memory://b/{name}" for name in own}


def test_a_file_with_special_characters_where_nothing_is_replaced(
  memory_files, monkeypatch
):
  monkeypatch.setattr(MemoryFileSystem, "replaces", False)
  write_whole("memory://b/abx.csv", "other")
  for content in ("before", "own"):
    write_whole(f"memory://b/{ODD}", content)
  assert memory_files == {"memory://b/abx.csv": b"other", f"memory://b/{ODD}": b"own"}


def test_missing_files(tmp_path):
  with pytest.raises(FileNotFoundError):
    open_file(tmp_path / "none.csv")
  with pytest.raises(ValueError, match="nowhere://none.csv"):
    open_file("nowhere://none.csv")


def test_local_files_need_neither_tensorflow_nor_beam(tmp_path):
  script = f"""
import sys
from clp_tfx.files import matching, open_file, remove_leftovers, write_whole

write_whole({str(tmp_path / "a.csv")!r}, "text")
assert open_file({str(tmp_path / "a.csv")!r}).read() == b"text"
remove_leftovers({str(tmp_path)!r})
assert len(matching([{str(tmp_path / "*")!r}])) == 1
assert not {{"tensorflow", "apache_beam"}} & set(sys.modules)
"""
  subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("variable", [None, "set"])
@pytest.mark.parametrize("fails", [False, True])
def test_a_temporary_folder_of_its_own_goes_with_what_is_in_it(
  variable, fails, tmp_path, monkeypatch
):
  monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
  monkeypatch.delenv("TMPDIR", raising=False)
  if variable:
    monkeypatch.setenv("TMPDIR", str(tmp_path))

  @own_temporary_folder()
  def run():
    tempfile.mkdtemp()
    subprocess.run(
      [sys.executable, "-c", "import tempfile; tempfile.mkdtemp()"], check=True
    )
    (own,) = tmp_path.iterdir()
    assert len([path for path in own.iterdir() if path.is_dir()]) == 2
    if fails:
      raise RuntimeError("at its end")

  for _ in range(2):
    with pytest.raises(RuntimeError) if fails else contextlib.nullcontext():
      run()
    assert list(tmp_path.iterdir()) == []
  assert tempfile.tempdir == str(tmp_path)
  assert os.environ.get("TMPDIR") == (variable and str(tmp_path))


def killed_in_its_folder(shared):
  """Runs a command that is killed while it works; returns the folder that is left."""
  before = set(shared.iterdir())
  code = (
    "import os, signal\n"
    "from clp_tfx.files import own_temporary_folder\n"
    "with own_temporary_folder():\n"
    "  os.mkdir(os.path.join(os.environ['TMPDIR'], 'work'))\n"
    "  os.kill(os.getpid(), signal.SIGKILL)\n"
  )
  environment = {**os.environ, "TMPDIR": str(shared)}
  done = subprocess.run([sys.executable, "-c", code], env=environment, check=False)
  assert done.returncode == -signal.SIGKILL
  (left,) = set(shared.iterdir()) - before
  return left


def test_what_a_killed_command_has_left_is_removed_by_the_next(tmp_path, monkeypatch):
  shared = tmp_path / "[shared]"
  shared.mkdir()
  monkeypatch.setattr(tempfile, "tempdir", str(shared))
  outside = tmp_path / "outside"
  outside.mkdir()
  abandoned = killed_in_its_folder(shared)
  # A link, a folder without a lock, one whose lock is elsewhere, and another name.
  (shared / "clp-tfx-link").symlink_to(outside)
  (shared / "clp-tfx-other").mkdir()
  (shared / "clp-tfx-linked").mkdir()
  (shared / "clp-tfx-linked" / ".lock").symlink_to(abandoned / ".lock")
  (shared / "else").mkdir()
  others = set(shared.iterdir()) - {abandoned}
  with own_temporary_folder():
    # The link leads nowhere now: that of a command that runs stays all the same.
    found = set(shared.iterdir())
    assert abandoned not in found and others < found
    (own,) = found - others
    monkeypatch.setattr(tempfile, "tempdir", str(shared))
    with own_temporary_folder():
      assert own.is_dir()
    monkeypatch.setattr(tempfile, "tempdir", str(own))
  assert set(shared.iterdir()) == others
  assert outside.is_dir()
