import shutil
from pathlib import Path

import pytest

from clp_tfx.errors import InputError
from clp_tfx.probes import training_sentences

FORMATS = (".csv", ".csv.gz", ".parquet", ".tfrecord", ".tfrecord.gz")
TEXTS = [
  'quotes "and" ""more""',
  "line\nfeed, carriage\r\nreturn and\ra lone one\n",
  "emoji 👩‍👩‍👧 and accents é e\u0301",
  "עברית ושפות עם כיוון, العربية",
  "",
  "x" * 1_000_000,
]
TABLE = {
  "comment_text": TEXTS * 2,
  "toxicity": ["0.0"] * 6 + ["0.9"] * 4 + ["", "0.5"],
  "split": ["train", "train", "train", "eval", "eval", "test"] * 2,
}


def feature(example, name):
  return example.features.feature[name].bytes_list.value[0].decode()


def texts(examples):
  return [feature(example, "comment_text") for example in examples]


def test_texts_and_splits_survive_in_every_format(write, run):
  files = [write(f"c{ending}", {**TABLE, "file": [ending] * 12}) for ending in FORMATS]
  splits = run(files)

  for ending in FORMATS:
    found = {
      split: sorted(texts(e for e in examples if feature(e, "file") == ending))
      for split, examples in splits.items()
    }
    assert found["train"] == sorted(TEXTS[:3] * 2)
    assert found["eval"] == sorted(TEXTS[3:5] * 2)
    assert found["test"] == TEXTS[5:] * 2


def test_what_an_attempt_that_failed_has_left_is_removed(write, run, tmp_path):
  left = tmp_path / "examples" / "Split-train" / "beam-temp-data_tfrecord-1"
  left.mkdir(parents=True)
  (left / "half").write_text("of a record")
  assert len(run([write("c.csv", TABLE)])["train"]) == 6


def test_the_output_depends_on_the_comments_and_not_on_their_order(
  write, run, tmp_path
):
  folder = tmp_path / "examples"
  table = {**TABLE, "id": list(range(12))}

  def files(first, last):
    for name, rows in (("a.csv", first), ("b.csv", last)):
      write(name, {column: [cells[i] for i in rows] for column, cells in table.items()})
    run([str(tmp_path / "a.csv"), str(tmp_path / "b.csv")])
    found = {path: path.read_bytes() for path in folder.glob("*/*")}
    shutil.rmtree(folder)
    return found

  assert files(range(3), range(3, 12)) == files(
    (7, 3, 11, 0, 9, 2, 4, 8), (1, 10, 6, 5)
  )


def test_several_files_of_several_kinds_in_several_folders(write, run):
  table = {"body": TEXTS * 2, "score": TABLE["toxicity"], "split": TABLE["split"]}
  paths = [write("a/b/c.csv", table), write("a/d.parquet", table)]

  splits = run(paths, text_feature="body", label_feature="score", label_threshold=0.45)

  assert [len(splits[s]) for s in ("train", "eval", "test")] == [12, 8, 4]
  labels = [
    (f["binary_label"].float_list.value[0], f["label_weight"].float_list.value[0])
    for f in (e.features.feature for e in splits["test"])
  ]
  # One 0.0 and one 0.5 from each file.
  assert sorted(labels) == [(0.0, 1.0), (0.0, 1.0), (1.0, 1.0), (1.0, 1.0)]


def test_names_with_glob_characters_are_read_as_they_are(write, run):
  path = write("a[1]*/c?{SPAN}.csv", TABLE)
  write("a1/c2.csv", TABLE)

  assert sum(map(len, run([path]).values())) == 12


@pytest.mark.parametrize(
  "column, cell, part",
  [("toxicity", "2", "row 12"), ("split", "train", "no comment in its test split")],
)
def test_nothing_is_written_of_bad_input(write, run, tmp_path, column, cell, part):
  cells = [cell] * 12 if column == "split" else [*TABLE[column][:-1], cell]
  path = write("c.parquet", {**TABLE, column: cells})

  with pytest.raises(InputError, match=part):
    run([path])

  assert not list(Path(tmp_path).glob("examples/**/data_tfrecord*"))


def test_neutral_sentences_are_added_to_training_without_a_label(write, run):
  table = {name: cells for name, cells in TABLE.items() if name != "toxicity"}
  path = write("c.csv", {**table, "insult": TABLE["toxicity"]})
  plain = run([path], label_feature="insult")
  splits = run([path], label_feature="insult", neutral_sentences=3)

  assert (splits["eval"], splits["test"]) == (plain["eval"], plain["test"])
  added = [each for each in splits["train"] if each not in plain["train"]]
  assert len(added) == 3 and len(splits["train"]) == 9
  assert set(texts(added)) < set(training_sentences())
  for example in added:
    values = example.features.feature
    assert values["label_weight"].float_list.value == [0.0]
    assert not values["insult"].float_list.value

  more = run([path], label_feature="insult", neutral_sentences=4)["train"]
  assert set(texts(splits["train"])) < set(texts(more))
