"""One model in every form that `evaluate` takes."""

import csv
import random
import re
from pathlib import Path

import keras
import numpy as np
import pytest

from clp_tfx.counterfactuals.generator import CounterfactualGenerator
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.errors import InputError
from clp_tfx.evaluation.evaluate import evaluate_model
from clp_tfx.evaluation.generate import generate_texts
from clp_tfx.evaluation.probe import probe_model
from clp_tfx.runners.demo_comments import demo_comments
from clp_tfx.scorers import endpoint

from ..scorers.loopback import send, serving

WORDS = {"gay": 1.9, "woman": 0.4, "muslim": 0.9, "idiot": 2.1, "bad": 0.8}
BIAS = -1.3
THRESHOLD = 0.45


def logits(texts):
  """The sum of the weights of the words in each text, each counted once."""
  spaced = ["".join(c if c.isalnum() else " " for c in text.lower()) for text in texts]
  return np.array(
    [
      BIAS + sum(w for word, w in WORDS.items() if word in each.split())
      for each in spaced
    ]
  )


def score(texts):
  return 1 / (1 + np.exp(-logits(texts)))


@pytest.fixture(scope="module")
def comments(tmp_path_factory):
  """The first 400 demo comments with labels."""
  path = tmp_path_factory.mktemp("comments") / "c.csv"
  rows = [(c.comment_text, c.toxicity) for c in demo_comments()][:400]
  with open(path, "w", newline="", encoding="utf-8") as file:
    csv.writer(file).writerows([("comment_text", "toxicity"), *rows])
  return str(path)


@pytest.fixture(scope="module")
def by_numpy(comments):
  """Figures of the model, by ten lines of NumPy."""
  with open(comments, newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
  generator = CounterfactualGenerator(IdentityTerms.load("identity_en"))
  texts = [row["comment_text"] for row in rows]
  pairs = [(text, c.text) for text in texts for c in generator.generate(text)]
  before, after = (score(list(each)) for each in zip(*pairs, strict=True))
  scores, labels = score(texts), np.array([row["toxicity"] for row in rows])
  wins = np.sign(scores[labels == "1"][:, None] - scores[labels == "0"])
  return {
    "pairs": len(pairs),
    "flip_rate": np.mean((before > THRESHOLD) != (after > THRESHOLD)),
    "counterfactual_gap": np.mean(abs(before - after)),
    "positive_rate": np.mean(scores > THRESHOLD),
    "auc": np.mean(wins / 2 + 0.5),
  }


@pytest.fixture(scope="module")
def keras_model():
  text = keras.Input([1], dtype="string")
  words = keras.layers.TextVectorization(
    output_mode="multi_hot", vocabulary=list(WORDS), pad_to_max_tokens=False
  )
  dense = keras.layers.Dense(1)
  model = keras.Model(text, dense(words(text)))
  dense.set_weights([np.array([[0], *([w] for w in WORDS.values())]), np.array([BIAS])])
  return model


def evaluated(model, comments, output, **options):
  options = {"decision_threshold": THRESHOLD, "output": str(output), **options}
  return evaluate_model(model, comments, **options)


def scored(comments, path):
  """Returns a table that somebody has scored elsewhere, with Python's csv module."""
  generate_texts(comments, str(path))
  with open(path, newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
  scores = score([row["text"] for row in rows])
  random.Random(0).shuffle(order := list(range(len(rows))))
  with open(path, "w", newline="", encoding="utf-8") as file:
    csv.writer(file).writerows(
      [("score", "id"), *((scores[at], rows[at]["id"]) for at in order)]
    )
  return str(path)


def leaves(value, path=()):
  """Yields each number, text and None in nested dicts and lists, with its path."""
  if isinstance(value, dict | list):
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in items:
      yield from leaves(each, (*path, key))
  else:
    yield path, value


@pytest.fixture
def server(monkeypatch):
  monkeypatch.setattr(endpoint, "_FIRST_WAIT", 0.001)
  monkeypatch.setenv("no_proxy", "127.0.0.1")
  with serving(score) as loopback:
    yield loopback


@pytest.mark.e2e
def test_every_kind_gives_the_figures_of_numpy(
  comments, by_numpy, keras_model, server, tmp_path
):
  keras_model.save(tmp_path / "m.keras")
  keras_model.export(tmp_path / "saved_model", verbose=False)
  server.faults = [None] * 3 + [unavailable]
  kinds = {
    "function": (score, {}),
    "SavedModel": (str(tmp_path / "saved_model"), {"score_kind": "logit"}),
    "keras": (str(tmp_path / "m.keras"), {"score_kind": "logit"}),
    "endpoint": ("", {"endpoint": server.url}),
    "scores": ("", {"scores": scored(comments, tmp_path / "scored.csv")}),
  }
  assert by_numpy["pairs"] >= 40 and 0 < by_numpy["flip_rate"] < 1
  first = None
  for kind, (model, options) in kinds.items():
    summary = evaluated(
      model, comments, tmp_path / kind, max_flip_rate=0.2, max_left_out=0, **options
    )
    figures = {name: summary["clp"][name] for name in by_numpy}
    assert figures == pytest.approx(by_numpy, abs=1e-6), kind
    # Everything else on the page, bounds and verdict included.
    rest = dict(leaves([summary["clp"], summary["gate"]]))
    first = first or rest
    assert len(rest) > 100 and rest == pytest.approx(first, abs=1e-6), kind


def unavailable(handler, texts):
  send(handler, {"error": "come back"}, 503)


@pytest.mark.e2e
def test_an_endpoint_that_breaks_down_gives_no_page(comments, server, tmp_path):
  server.faults = [None] * 3 + [unavailable] * 100
  with pytest.raises(InputError, match="6 attempts failed, the last because .* 503"):
    evaluated(server.url, comments, tmp_path / "out")
  assert not (tmp_path / "out" / "report.html").exists()
  assert not (tmp_path / "out" / "summary.json").exists()


@pytest.mark.e2e
def test_the_function_of_the_page(tmp_path, monkeypatch, capsys):
  page = (Path(__file__).parents[2] / "docs" / "evaluate.md").read_text()
  (block,) = re.findall(r"^```python\n(.*?)^```", page, re.M | re.S)
  rows = ["comment_text", "A bad gay man", "A gay man", "Nothing bad"]
  (tmp_path / "comments.csv").write_text("\n".join(rows))
  monkeypatch.chdir(tmp_path)
  exec(block, {"__name__": "page"})
  # "bad" decides, which no edit takes away.
  assert capsys.readouterr().out == "0.0\n"
  assert (tmp_path / "page" / "report.html").exists()


@pytest.mark.e2e
def test_two_functions_are_compared(comments, by_numpy, tmp_path):
  summary = evaluated(
    lambda texts: score(texts) / 2, comments, tmp_path, baseline=score
  )
  assert summary["clp"]["flip_rate"] == 0  # No score is above 0.45 but with "idiot".
  assert summary["baseline"]["flip_rate"] == pytest.approx(by_numpy["flip_rate"])


def test_probes_of_a_function():
  found = probe_model(logits, baseline=f"{__name__}.logits", score_kind="logit")
  (gay,) = [row for row in found["identities"] if row["identity"] == "gay"]
  assert gay["displacement"]["rise"] == 0
  # Neutral sentences without another word of the list: -1.3 + 1.9.
  assert gay["model"]["logit_gap"] == pytest.approx(1.9, abs=0.3)
