"""Gives the package what nobody should: odd texts, damaged files, damaged models.

    python benchmarks/fuzz.py [--texts 100000] [--files 5000] [--models 200] [--seed 0]

- Texts go through the generator, with each method: every edit stands where it says,
  and nothing else has changed.
- Files of comments go through the readers, under names that often lie: rows come out,
  or one sentence that names the file.
- SavedModels go through `clp-tfx evaluate`, each in a process of its own: the exit code
  is 0 or 2, with one sentence and nothing written but the log.

Prints a line per kind; what was wrong stays in a folder that is named. Exit code 1 if
anything was.
"""

import argparse
import gzip
import io
import random
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import tensorflow as tf

from clp_tfx.components import ExampleConfig, read_examples
from clp_tfx.counterfactuals import METHODS, CounterfactualGenerator, IdentityTerms
from clp_tfx.errors import InputError

CLP_TFX = [sys.executable, "-c", "from clp_tfx.cli import main; main()"]
TIMEOUT_SECONDS = 600
WORDS = (
  *("he", "She", "HER", "his", "hers", "gay", "lesbian", "a", "an", "the", "man's"),
  *(
    "black",
    "white",
    "people",
    "trans",
    "woman",
    "husband",
    "old",
    "is",
    "said",
    "and",
  ),
)
PIECES = (
  *(" ", "  ", "\n", "\t", "\u00a0", "\u200d", "\u2028", "\ufeff", "\0", "\x1b[31m"),
  *(".", ",", "'", "’", '"', "-", "/", "\\", "#", "@", "_", "(", ")", "*", "[", "{"),
  *("é", "e\u0301", "ß", "İ", "ﬁ", "Ж", "עב", "日本", "👩‍👩‍👧", "\U000e0067", "\ud83d"),
  *("\udcff", "\udce9", "</script>", "<b>", "&amp;", "https://a.b/gay", "a@b.cd", "%s"),
)
COLUMNS = (
  *("comment_text", "text", "toxicity", "target", "split", "female", "id", ""),
  *("comment_text", "toxicity", "binary_label", "tokens", "é\n", "a" * 300),
)
CELLS = (
  *("", "0", "1", "0.5", "1e-3", "true", "FALSE", "nan", "inf", "-1", "1e400", "2"),
  *("train", "test", "eval", "0,5", "٣", "0x1", "1_0", " 1 ", "A gay person", "a\nb"),
)
NAMES = (
  *("c.csv", "c.tsv", "c.csv.gz", "c.parquet", "c.tfrecord", "c.tfrecord.gz", "c"),
  *("c.tfrecord-00000-of-00002", "part-00000.parquet", "c.txt", "c.zip", "c.CSV.bak"),
)


def odd_texts(count: int, seed: int) -> Iterator[str]:
  """Yields texts of words, their inflections and pieces that are no words."""
  noise = random.Random(seed)
  for _ in range(count):
    parts = (
      noise.choice(noise.choice((WORDS, WORDS, PIECES))) + noise.choice(("", " ", " "))
      for _ in range(noise.randrange(24))
    )
    yield "".join(parts)


def wrong_with_text(generator: CounterfactualGenerator, text: str) -> str | None:
  """Returns what is wrong with the counterfactuals of a text."""
  for each in generator.generate(text):
    made = text
    for edit in reversed(each.edits):
      made = made[: edit.start] + edit.replacement + made[edit.end :]
    if made != each.text:
      return "the edits do not give the counterfactual"
    if each.text == text:
      return "the counterfactual is the text"
  return None


def odd_file(seed: int) -> tuple[str, bytes]:
  """Returns the name and the content of a file that is odd, damaged or both."""
  noise = random.Random(seed)
  content = noise.choice((_csv, _csv, _csv, _parquet, _tfrecord, _random))(noise)
  for _ in range(noise.choice((0, 0, 0, 1, 2))):
    content = noise.choice(DAMAGES)(content, noise)
  if noise.random() < 0.2:
    content = gzip.compress(content, mtime=0)
    if noise.random() < 0.5:
      content = noise.choice(DAMAGES)(content, noise)
  return noise.choice(NAMES), content


def _table(noise: random.Random) -> dict[str, list[str]]:
  names = ["comment_text", "toxicity", *noise.sample(("id", "female"), 1)]
  if noise.random() < 0.3:
    names = noise.sample(COLUMNS, noise.randrange(1, len(COLUMNS)))
  rows = noise.choice((0, 1, 2, 3, 7))
  likely = CELLS[:7] if noise.random() < 0.7 else CELLS
  return {name: [noise.choice(likely) for _ in range(rows)] for name in names}


def _csv(noise: random.Random) -> bytes:
  delimiter, end = (
    noise.choice(",,;;\t\t|"),
    noise.choice(("\n", "\n", "\n", "\r\n", "\r")),
  )
  table = _table(noise)
  rows = [list(table), *map(list, zip(*table.values(), strict=True))]
  if noise.random() < 0.1:
    noise.choice(rows).append("more")
  quoted = (
    [f'"{cell}"' if noise.random() < 0.3 or "\n" in cell else cell for cell in row]
    for row in rows
  )
  text = end.join(map(delimiter.join, quoted)) + end
  return text.encode(noise.choice((*["utf-8"] * 6, "utf-8-sig", "utf-16")))


def _parquet(noise: random.Random) -> bytes:
  columns = []
  for cells in (table := _table(noise)).values():
    odd = [[None] * len(cells), [[c] for c in cells], [len(c) for c in cells]]
    columns.append(pa.array(noise.choice(odd) if noise.random() < 0.1 else cells))
  content = io.BytesIO()
  pq.write_table(pa.Table.from_arrays(columns, names=list(table)), content)
  return content.getvalue()


def _tfrecord(noise: random.Random) -> bytes:
  with tempfile.NamedTemporaryFile() as file:
    with tf.io.TFRecordWriter(file.name) as writer:
      table = _table(noise)
      for cells in zip(*table.values(), strict=True):
        example = tf.train.Example()
        for name, cell in zip(table, cells, strict=True):
          example.features.feature[name].bytes_list.value.append(cell.encode())
        writer.write(example.SerializeToString())
    return Path(file.name).read_bytes()


def _random(noise: random.Random) -> bytes:
  return noise.randbytes(noise.randrange(400))


def _cut(content: bytes, noise: random.Random) -> bytes:
  return content[: noise.randrange(len(content) + 1)]


def _flipped(content: bytes, noise: random.Random) -> bytes:
  damaged = bytearray(content)
  for _ in range(noise.choice((1, 1, 8)) if damaged else 0):
    damaged[noise.randrange(len(damaged))] ^= 1 << noise.randrange(8)
  return bytes(damaged)


def _inserted(content: bytes, noise: random.Random) -> bytes:
  at = noise.randrange(len(content) + 1)
  return content[:at] + noise.choice((b"\0", b'"', b"\xff", b"\n")) + content[at:]


def _twice(content: bytes, noise: random.Random) -> bytes:
  return content + content[noise.randrange(len(content) + 1) :]


def _zipped(content: bytes, noise: random.Random) -> bytes:
  del noise
  packed = io.BytesIO()
  with zipfile.ZipFile(packed, "w") as archive:
    archive.writestr("c.csv", content)
  return packed.getvalue()


DAMAGES = (_cut, _flipped, _inserted, _twice, _cut, _flipped, _zipped)


def wrong_with_file(path: Path) -> tuple[str, str | None]:
  """Returns whether a file was read or refused, and what is wrong with that."""
  try:
    for _ in read_examples(str(path), ExampleConfig(), needs_label=False):
      pass
  except InputError as error:
    return "refused", wrong_with_sentence(str(error), path)
  except Exception as error:
    return "failed", f"{type(error).__name__}: {error}"
  return "read", None


def wrong_with_sentence(text: str, path: Path) -> str | None:
  """Returns what is wrong with the sentence that refuses a file or a model."""
  if str(path) not in text:
    return f"the file is not named: {text}"
  if "\n" in text or not text.endswith(".") or "Traceback" in text:
    return f"no sentence: {text}"
  return None


def save_model(path: Path) -> None:
  """Saves a model from texts to scores, with variables and a vocabulary file."""
  module = tf.Module()
  with tempfile.TemporaryDirectory() as folder:
    words = Path(folder) / "words.txt"
    words.write_text("\n".join(WORDS) + "\n")
    module.table = tf.lookup.StaticHashTable(
      tf.lookup.TextFileInitializer(
        str(words),
        tf.string,
        tf.lookup.TextFileIndex.WHOLE_LINE,
        tf.int64,
        tf.lookup.TextFileIndex.LINE_NUMBER,
      ),
      -1,
    )
    module.weights = tf.Variable(tf.linspace(-1.0, 1.0, len(WORDS) + 1))

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
    def serve(text: tf.Tensor) -> dict[str, tf.Tensor]:
      ids = module.table.lookup(tf.strings.split(text).to_tensor("")) + 1
      return {"p": tf.sigmoid(tf.reduce_sum(tf.gather(module.weights, ids), axis=1))}

    tf.saved_model.save(module, str(path), signatures={"serving_default": serve})


def damage_model(source: Path, target: Path, seed: int) -> None:
  """Copies a model and damages one of its files."""
  noise = random.Random(seed)
  shutil.copytree(source, target)
  path = noise.choice(sorted(each for each in target.rglob("*") if each.is_file()))
  kind = noise.randrange(6)
  if kind == 0:
    path.unlink()
  elif kind == 1:
    path.write_bytes(_random(noise))
  else:
    path.write_bytes(
      noise.choice((_cut, _flipped, _inserted))(path.read_bytes(), noise)
    )


def wrong_with_model(path: Path, comments: Path) -> tuple[str, str | None]:
  """Evaluates a model on the command line; returns how it ended, and what is wrong."""
  output = path.with_name(f"{path.name}-output")
  done = subprocess.run(
    [*CLP_TFX, "evaluate", path, "--comments", comments, "--output", output],
    capture_output=True,
    text=True,
    check=False,
    timeout=TIMEOUT_SECONDS,
  )
  written = sorted(each.name for each in output.glob("*"))
  if done.returncode == 0:
    return "measured", None if "summary.json" in written else "nothing was written"
  if done.returncode != 2:
    return "failed", f"exit code {done.returncode}: {done.stderr[-500:]}"
  if written != ["clp-tfx.log"]:
    return "refused", f"half-written: {written}"
  last = done.stderr.strip().splitlines()[-1]
  return "refused", wrong_with_sentence(last, path)


def main() -> None:
  """Runs the benchmark."""
  parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
  parser.add_argument("--texts", type=int, default=100_000)
  parser.add_argument("--files", type=int, default=5_000)
  parser.add_argument("--models", type=int, default=200)
  parser.add_argument("--seed", type=int, default=0)
  options = parser.parse_args()
  folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
  wrong = [
    *_texts(options.texts, options.seed),
    *_files(options.files, options.seed, folder),
    *_models(options.models, options.seed, folder),
  ]
  for line in wrong:
    print(line)
  if wrong:
    sys.exit(f"{len(wrong)} were wrong; see {folder}.")
  shutil.rmtree(folder)


def _texts(count: int, seed: int) -> Iterator[str]:
  lexicon = IdentityTerms.load("identity_en")
  for method in METHODS:
    generator = CounterfactualGenerator(lexicon, method)
    for text in odd_texts(count // len(METHODS), seed):
      if wrong := wrong_with_text(generator, text):
        yield f"{method}, {text!r}: {wrong}"
  print(f"{count} texts", flush=True)


def _files(count: int, seed: int, folder: Path) -> Iterator[str]:
  ends: dict[str, int] = {}
  for number in range(count):
    name, content = odd_file(seed + number)
    path = folder / f"{seed + number}-{name}"
    path.write_bytes(content)
    end, wrong = wrong_with_file(path)
    ends[end] = ends.get(end, 0) + 1
    if wrong:
      yield f"{path}: {wrong}"
    else:
      path.unlink()
  print(f"{count} files: {ends}", flush=True)


def _models(count: int, seed: int, folder: Path) -> Iterator[str]:
  ends: dict[str, int] = {}
  save_model(folder / "model")
  comments = folder / "comments.csv"
  comments.write_text("comment_text,toxicity\n" + "A gay person,1\nnobody,0\n" * 20)
  for number in range(count):
    path = folder / f"model-{seed + number}"
    damage_model(folder / "model", path, seed + number)
    end, wrong = wrong_with_model(path, comments)
    ends[end] = ends.get(end, 0) + 1
    if wrong:
      yield f"{path}: {wrong}"
  print(f"{count} models: {ends}", flush=True)


if __name__ == "__main__":
  main()
