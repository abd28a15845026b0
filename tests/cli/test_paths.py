"""Every option that is a path takes any name, and a path on any of Beam's file systems.

What cannot be so is refused in one sentence. Only comments are patterns.
"""

import io
import json
import re
import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from clp_tfx.cli import cli
from clp_tfx.counterfactuals import lexicon
from clp_tfx.errors import InputError
from clp_tfx.evaluation.discover import discover_words
from clp_tfx.evaluation.evaluate import evaluate_model
from clp_tfx.evaluation.generate import generate_texts
from clp_tfx.evaluation.probe import probe_model
from clp_tfx.evaluation.texts import digest, text_id
from clp_tfx.files import open_file, write_whole
from clp_tfx.pipeline.config import PipelineConfig, load_config
from clp_tfx.runners.local import run_locally
from clp_tfx.runners.replay.job import read_job

from ..conftest import FEW_OPTIONS, summary_of
from ..evaluation.models import text_model

LEXICONS = Path(lexicon.__file__).parent / "lexicons"
# Taken for a pattern, it would match `odd1a` and not itself.
ODD = "odd[1]?*"
LEXICON = "term,group,language\ngay,orientation,en\n"
PEJORATIVE = "term,group,connotation,language\nfool,x,pejorative,en\n"
COMMENTS = "comment_text,toxicity\n" + '"A gay person, bad",1\nNothing,0\n' * 20

_OF_A_RUN = {"config_file", "comments", "schema", "base_model", "encoder", "output"}
_TERMS = {"identity_terms", "pejorative_terms", "audit_terms"}
_OF_A_RUN |= _TERMS | {"pipeline_root"}
PATHS = {
  "run": _OF_A_RUN | {"serving_dir"},
  "sweep": _OF_A_RUN - {"audit_terms"},
  "compile": _OF_A_RUN | {"serving_dir"},
  "replay": {"job", "output"},
  "submit": {"job", "output"},
  "follow": {"output"},
  "evaluate": {"model", "scores", "baseline", "comments", "output"} | _TERMS,
  "generate": {"comments", "output"} | _TERMS,
  "probe": {"model", "scores", "baseline", "probes"},
  "discover": {"model", "comments", "output", "identity_terms"},
  "report": {"output"},
  "preview": {"identity_terms", "pejorative_terms"},
  "statistics": {"output"},
}
"""The parameters of each command that are paths: what the tests below try."""


def invoke(*args):
  return CliRunner().invoke(cli, list(map(str, args)))


def refused(*args):
  """Returns the one sentence with which a command refuses its arguments."""
  result = invoke(*args)
  assert result.exit_code == 2, result.output
  *_, sentence = result.stderr.strip().splitlines()
  assert sentence.startswith("Error: ") and "Traceback" not in result.output
  return sentence


def test_every_path_is_tried_here():
  # They speak of a lexicon, or are arguments.
  no_paths = {"harm_gate", "no_match", "texts"}
  for name, command in cli.commands.items():
    paths = {
      each.name
      for each in command.params
      if isinstance(each, click.Argument)
      or re.search(r"\b(file|folder|lexicon)\b", each.help or "", re.IGNORECASE)
    }
    if name == "follow":
      paths.remove("job")  # The name of one that runs.
    assert paths - no_paths == PATHS[name]


@pytest.fixture(params=["odd", "remote", "odd and remote"])
def place(request, tmp_path, memory_files):
  """Returns a function that puts a file somewhere and returns its path."""

  def put(name, content):
    if request.param != "remote":
      name = f"{ODD}{name}"
    if request.param == "odd":
      path = tmp_path / ODD / name
      path.parent.mkdir(exist_ok=True)
      path.write_bytes(content.encode())
      return str(path)
    folder = "b" if request.param == "remote" else f"b/{ODD}"
    memory_files[f"memory://{folder}/{name}"] = content.encode()
    return f"memory://{folder}/{name}"

  return put


@pytest.mark.parametrize("option", ["identity_terms", "pejorative_terms"])
def test_preview(option, place):
  pejorative = option == "pejorative_terms"
  terms = place("terms.csv", PEJORATIVE if pejorative else LEXICON)
  result = invoke("preview", f"--{option.replace('_', '-')}", terms, "A gay fool")
  assert result.exit_code == 0
  assert ("a pejorative term" if pejorative else "gay→") in result.output


def test_configuration_file(place):
  assert load_config(place("c.yaml", "epochs: 3\n")) == {"epochs": 3}
  assert "epochs to be at least 1" in refused(
    "run", "--config", place("bad.yaml", "epochs: 0\n")
  )


def test_compile_and_a_job_to_read(place, tmp_path):
  job = place("job.json", "")
  files = {
    "identity_terms": LEXICON,
    "pejorative_terms": PEJORATIVE,
    "audit_terms": LEXICON,
    "base_model": "any",
    "schema": "any",
  }
  options = [
    f"--{name.replace('_', '-')}={place(name, content)}"
    for name, content in files.items()
  ]
  config = place("c.yaml", "pipeline_root: gs://bucket/root\nimage: i\n")
  comments = place("comments.csv", COMMENTS)
  options += ["--comments", comments, "--serving-dir", f"gs://bucket/{ODD}"]
  result = invoke("compile", "--config", config, "--output", job, *options)
  assert result.exit_code == 0, result.output
  assert {"Trainer", "Evaluator", "Pusher"} <= {
    task.name for task in read_job(job, {}).tasks
  }


@pytest.mark.parametrize("command", ["run", "sweep"])
@pytest.mark.parametrize("option", ["--output", "--pipeline-root"])
def test_where_tfx_would_look_for_patterns(command, option, tmp_path, monkeypatch):
  monkeypatch.chdir(tmp_path)
  sentence = refused(command, option, tmp_path / ODD)
  assert f"Expected {option} to lie in a folder without *, ? and [" in sentence
  assert f"{ODD}" in sentence


def test_where_tfx_would_look_for_patterns_in_a_job(tmp_path):
  options = ["--image", "i", "--comments", "gs://b/a.csv", "--output", tmp_path / "j"]
  sentence = refused("compile", *options, "--pipeline-root", f"gs://b/{ODD}")
  assert "Expected --pipeline-root to lie in a folder without" in sentence
  good = ["--pipeline-root", "gs://b/root"]
  assert invoke("compile", *options, *good).exit_code == 0
  shutil.move(tmp_path / "j", tmp_path / "job.json")
  sentence = refused("replay", tmp_path / "job.json", "--output", tmp_path / ODD)
  assert "Expected --output to lie in a folder without" in sentence


@pytest.mark.parametrize("command", ["run", "sweep"])
@pytest.mark.parametrize(
  "option", ["--comments", "--schema", "--serving-dir", "--pipeline-root"]
)
def test_a_file_system_that_tensorflow_does_not_know(
  command, option, tmp_path, monkeypatch
):
  monkeypatch.chdir(tmp_path)
  if (command, option) == ("sweep", "--serving-dir"):
    return
  sentence = refused(command, option, "memory://b/a.csv")
  assert f"Expected {option} on this machine or a file system that both" in sentence


@pytest.mark.parametrize(
  "args",
  [
    ["run"],
    ["sweep"],
    ["replay", "job.json"],
    ["follow", "projects/p/locations/l/pipelineJobs/j"],
    ["evaluate", "m", "--comments", "c"],
  ],
)
def test_results_are_written_on_this_machine(args, tmp_path, monkeypatch):
  monkeypatch.chdir(tmp_path)
  sentence = refused(*args, "--output", "memory://b/out")
  assert "Expected the output folder to be on this machine" in sentence
  assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", [f"memory://b/{ODD}", ODD])
def test_results_that_are_read(folder, tmp_path, monkeypatch, memory_files):
  monkeypatch.chdir(tmp_path)
  counts = {"splits": {}}
  write_whole(f"{folder}/counterfactual_statistics.json", json.dumps(counts))
  told = {"counterfactual_statistics": folder}
  write_whole(f"{folder}/summary.json", json.dumps(told))
  assert json.loads(invoke("statistics", folder, "--json").stdout) == counts
  is_remote = "://" in folder
  expected = "to be on this machine" if is_remote else "is not the summary of a run"
  assert expected in refused("report", folder)


@pytest.mark.e2e
@pytest.mark.parametrize("remote", [False, True])
def test_evaluate(remote, tmp_path, memory_files):
  made = Path(text_model(tmp_path / "made"))
  paths = {}
  for name in ("model", "baseline"):
    if remote:
      paths[name] = f"memory://b/{ODD}/{name}"
      for path in filter(Path.is_file, made.rglob("*")):
        inside = path.relative_to(made)
        memory_files[f"{paths[name]}/{inside}"] = path.read_bytes()
    else:
      paths[name] = str(tmp_path / ODD / name)
      shutil.copytree(made, paths[name])
  root = f"memory://b/{ODD}" if remote else str(tmp_path / ODD)
  files = {"identity_terms": LEXICON, "audit_terms": LEXICON}
  files |= {"pejorative_terms": PEJORATIVE}
  for name, content in {**files, "comments": COMMENTS}.items():
    # Patterns are for comments alone; the name of a file that is there is none.
    folder = "memory://b" if remote and name == "comments" else root
    paths[name] = f"{folder}/{name}.csv"
    if remote:
      memory_files[paths[name]] = content.encode()
    else:
      Path(paths[name]).write_text(content)
  output = tmp_path / f"{ODD} output"
  summary = evaluate_model(**paths, output=str(output))
  assert summary["clp"]["pairs"] == 20 and summary["clp"]["flip_rate"] == 1
  assert summary["baseline"]["flip_rate"] == 1
  assert [each.name for each in tmp_path.iterdir() if ".unfinished" in each.name] == []
  (output / "report.html").unlink()
  assert invoke("report", output).exit_code == 0
  assert (output / "report.html").stat().st_size > 10_000
  counted = json.loads(invoke("statistics", output, "--json").stdout)
  assert counted["splits"]["all"]["texts"] == 40


@pytest.mark.parametrize("root", [f"memory://b/{ODD}", ODD])
def test_probe(root, tmp_path, monkeypatch, memory_files):
  monkeypatch.chdir(tmp_path)
  made = Path(text_model(tmp_path / "made"))
  for path in filter(Path.is_file, made.rglob("*")):
    for name in ("model", "baseline"):
      content = path.read_bytes()
      write_whole(f"{root}/{name}/{path.relative_to(made)}", content)
  rows = "A gay person,no,gay,neutral\nA gay person is bad,yes,gay,hostile\n"
  rows += rows.replace("gay", "tall")
  write_whole(f"{root}/probes.csv", f"text,label,identity,functionality\n{rows}")
  found = probe_model(
    f"{root}/model",
    baseline=f"{root}/baseline",
    probes=f"{root}/probes.csv",
    not_toxic=["no"],
  )
  assert found["sentences"] == 4 and found["baseline"]


def test_scores(place):
  texts = ["A gay person", "A tall person"]
  rows = "".join(f"{text_id(digest(text))},0.{n}\n" for n, text in enumerate(texts))
  probes = [f"{text},no,{text.split()[1]},neutral\n" for text in texts]
  table = place("scores.csv", f"id,score\n{rows}")
  head = "text,label,identity,functionality\n"
  found = probe_model(
    "",
    scores=table,
    baseline=table,
    probes=place("probes.csv", head + "".join(probes)),
    not_toxic=["no"],
  )
  scores = {row["identity"]: row["model"]["mean_score"] for row in found["identities"]}
  assert scores == {"gay": 0, "tall": 0.1} and found["baseline"]


def test_discover(place, tmp_path):
  comments = tmp_path / ODD / f"{ODD}.csv"
  comments.parent.mkdir(exist_ok=True)
  comments.write_text("comment_text\nA gay and bad person\n")
  options = {
    "comments": str(comments),
    "identity_terms": place("terms.csv", LEXICON),
    **{"min_comments": 1, "max_share": 1},
  }
  model = text_model(tmp_path / ODD / "model")
  taken = place("taken.csv", "term,group\n")
  with pytest.raises(InputError, match="taken.csv exists already"):
    discover_words(model, output=taken, **options)

  draft = taken.replace("taken", "draft")
  (found,) = discover_words(model, output=draft, **options)

  assert found["word"] == "bad"
  with open_file(draft) as file:
    assert file.read() == b"term,group\nbad,undecided\n"


def test_generate(place, tmp_path, memory_files):
  files = {"identity_terms": LEXICON, "audit_terms": LEXICON}
  files |= {"pejorative_terms": PEJORATIVE}
  paths = {name: place(f"{name}.csv", content) for name, content in files.items()}
  comments = tmp_path / ODD / f"{ODD}.csv"
  comments.parent.mkdir(exist_ok=True)
  comments.write_text(COMMENTS)
  output = tmp_path / f"{ODD} output" / f"{ODD}.jsonl"
  for path in (str(output), "memory://b/texts.jsonl"):
    generate_texts(str(comments), path, **paths)
  lines = memory_files["memory://b/texts.jsonl"].decode().splitlines()
  assert len(lines) == 80  # With placebos.
  assert sorted(output.read_text().splitlines()) == sorted(lines)
  assert [path.name for path in output.parent.iterdir()] == [output.name]
  sentence = refused("generate", "c.csv", "--output", f"memory://b/{ODD}.csv")
  assert "Expected --output without *, ? and [, for which Beam would look" in sentence


@pytest.mark.e2e
def test_a_run(few_run, few_comments, tmp_path, memory_files):
  root = few_run.output / "pipeline_root"
  folder = tmp_path / ODD
  folder.mkdir()
  (schema,) = root.glob("SchemaGen/schema/*/schema.pbtxt")
  shutil.copy(schema, folder / f"{ODD}.pbtxt")
  shutil.copy(few_comments, folder / f"{ODD}.csv")
  (base,) = root.glob("Trainer/model/*/Format-Serving/../classifier.keras")
  remote = {
    "base_model": base.read_bytes(),
    "identity_terms": (LEXICONS / "identity_en.csv").read_bytes(),
    "pejorative_terms": PEJORATIVE.encode(),
    "audit_terms": LEXICON.encode(),
  }
  for name, content in remote.items():
    memory_files[f"memory://b/{ODD}/{name}.csv"] = content
  config = PipelineConfig.of(
    **FEW_OPTIONS,
    comments=[str(folder / f"{ODD}.csv")],
    schema=str(folder / f"{ODD}.pbtxt"),
    serving_dir=str(folder / "serving"),
    output=str(tmp_path / "out"),
    **{name: f"memory://b/{ODD}/{name}.csv" for name in remote},
  )
  summary = run_locally(config, io.StringIO())
  assert summary["gate"]["blessed"]
  assert Path(summary["pushed_model"]).parent == folder / "serving"
  assert (Path(summary["pushed_model"]) / "saved_model.pb").is_file()
  assert summary["clp"]["pairs"] == summary_of(few_run.output)["clp"]["pairs"]
