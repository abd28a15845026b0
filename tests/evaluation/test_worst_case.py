"""The worst case over terms: which comments are measured, with which models."""

import csv

import apache_beam as beam
import pytest

from clp_tfx.components.comments_example_gen.examples import ExampleConfig
from clp_tfx.components.counterfactual_gen.transforms import AddCounterfactuals
from clp_tfx.evaluation.comments import read_comments
from clp_tfx.evaluation.config import EvaluationConfig
from clp_tfx.evaluation.pairs import generation_of
from clp_tfx.evaluation.texts import digest
from clp_tfx.evaluation.worst_case import DrawExamples, worst_case
from clp_tfx.pipeline.local_beam_runner import LocalBeamRunner
from clp_tfx.scorers.function import held

from .models import example_model

LEXICON = """term,group,role
atheist,religion/none,noun
hindu,religion/hindu,noun
gay,orientation/gay,adjective
straight,orientation/straight,adjective
bad,insult,
"""
TEXTS = [
  "An atheist",  # As a Hindu flips.
  "A gay atheist",  # Straight, it falls below the threshold; as a Hindu it does not.
  "A gay person",  # Straight, it falls likewise.
  "A straight hindu",  # As an atheist it falls; gay, it does not.
  "Nobody",  # Has no term.
]


def score(texts):
  """Raises the score of 1/4 by 1/2 for each of two words."""
  return [0.25 + 0.375 * sum(w in t.lower() for w in ("hindu", "gay")) for t in texts]


def cases(tmp_path, *models, texts=TEXTS, lexicon=LEXICON, **options):
  """Returns the worst case of models on texts, all with the same country."""
  path, terms = tmp_path / "comments.csv", tmp_path / "terms.csv"
  with open(path, "w", newline="", encoding="utf-8") as file:
    rows = [["comment_text", "country"], *([text, "x"] for text in texts)]
    csv.writer(file).writerows(rows)
  terms.write_text(lexicon)
  names = dict(zip(("model", "baseline"), models, strict=False))
  config = EvaluationConfig(
    **(names | {"identity_terms": str(terms), "comments": (str(path),)} | options)
  )
  columns = ExampleConfig(config.text_feature, config.label_column)
  drawn = str(tmp_path / "drawn")
  if config.most_worst_cases:
    with beam.Pipeline(runner=LocalBeamRunner()) as pipeline:
      read = pipeline | beam.Create([*read_comments(str(path), columns, "all")])
      generated = read | AddCounterfactuals(
        generation_of(config, config.text_feature), "all"
      )
      _ = generated.examples | DrawExamples(config, drawn)
  return worst_case(config, list(models), drawn)


def test_a_model_that_flips_on_words(tmp_path):
  with held(score) as name, held(lambda texts: [0.75] * len(texts)) as other:
    found = cases(tmp_path, name, other)
  # An atheist 1/4: Hindu 5/8. A gay atheist 5/8: straight 1/4, Hindu 1. A gay person
  # 5/8: straight 1/4. A straight Hindu 5/8: gay 1, atheist 1/4.
  assert (found["comments"], found["variants"]) == (4, 6)
  assert found["model"]["stable"] == 0
  for name in ("orientation", "religion"):
    dimension = found["model"]["by_dimension"][name]
    assert (dimension["comments"], dimension["stable"]) == (3, 1 / 3)
  assert found["model"]["widest"]["range"] == 0.75
  # A model that always decides alike is as stable as can be.
  assert found["baseline"]["stable"] == 1 and found["baseline"]["terms"] == []


def test_a_model_that_takes_examples_gets_the_other_columns_of_a_comment(tmp_path):
  model = example_model(tmp_path / "model", also=("country",))
  found = cases(tmp_path, model, signature="rate", decision_threshold=0.4)
  # Gay is worth 1/2: two comments fall without it, and one rises with it.
  assert found["model"]["stable"] == 1 / 4
  assert found["model"]["by_dimension"]["orientation"]["stable"] == 0


def test_the_sample_depends_on_the_texts_alone(tmp_path):
  texts = [f"An atheist, number {n}" for n in range(20)]
  with held(score) as name:
    first = cases(tmp_path, name, texts=texts, worst_case_comments=5)
    again = cases(
      tmp_path, name, texts=[*texts[::-1], *texts], worst_case_comments=5, workers=2
    )
  assert first["comments"] == 5
  assert first == again


def test_a_text_that_is_repeated_takes_one_place_of_the_sample(tmp_path):
  texts = sorted((f"An atheist, number {n}" for n in range(3)), key=digest)
  with held(score) as name:
    found = cases(
      tmp_path, name, texts=[*texts, *texts[:1] * 20], worst_case_comments=2
    )
  assert found["comments"] == 2


def test_no_comment_has_a_term(tmp_path):
  with held(score) as name:
    found = cases(tmp_path, name, texts=["Nobody"])
  assert (found["comments"], found["variants"], found["inactive"]) == (0, 0, "")
  assert found["model"]["stable"] is None


@pytest.mark.parametrize(
  "changes, why",
  [
    ({"lexicon": "term,group\ngay,a\nlesbian,b"}, "gives no term a role"),
    ({"lexicon": "term,group,role,language\nsie,a,subject,de"}, "has terms in de"),
    ({"scores": "scored", "model": ""}, "a table of scores has none of other texts"),
    ({"endpoint": "http://localhost/", "model": ""}, "give --worst-case-comments N"),
  ],
)
def test_why_nothing_is_measured(tmp_path, changes, why):
  found = cases(tmp_path, "my_module.score", **changes)
  assert list(found) == ["inactive"]
  assert found["inactive"].startswith("The worst case over terms was not measured: ")
  assert why in found["inactive"]


def test_how_many_comments():
  options = {"model": "m", "comments": ("c",)}
  assert EvaluationConfig(**options).most_worst_cases == 100
  assert EvaluationConfig(**options, worst_case_comments=0).most_worst_cases == 0
  behind_http = options | {"baseline": "https://localhost/"}
  assert EvaluationConfig(**behind_http).most_worst_cases == 0
  assert EvaluationConfig(**behind_http, worst_case_comments=3).most_worst_cases == 3
