from clp_tfx.runners.replay.replay import _new_folder


def test_a_replay_has_a_number_of_its_own_after_one_was_deleted(tmp_path):
  root, logs = tmp_path / "replays", tmp_path / "logs"
  first, second, third = (_new_folder(root, logs) for _ in range(3))
  assert [each.name for each in (first, second, third)] == ["1", "2", "3"]
  (third / "Trainer").mkdir()
  first.rmdir()  # Two are left: by their count the next one would be 3 again.
  assert _new_folder(root, logs) == root / "4"
  assert [path.name for path in third.iterdir()] == ["Trainer"]


def test_the_number_of_a_deleted_replay_is_not_taken_again(tmp_path):
  root, logs = tmp_path / "replays", tmp_path / "logs"
  logs.mkdir()
  (logs / "10-Trainer.log").touch()
  (logs / "9-Trainer.log").touch()
  assert _new_folder(root, logs) == root / "11"
