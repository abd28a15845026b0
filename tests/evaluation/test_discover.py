"""Words that bias a trained model and that no lexicon names."""

import csv
import re

import keras
import pytest
import tensorflow as tf

from clp_tfx.counterfactuals import IdentityTerms
from clp_tfx.errors import InputError
from clp_tfx.evaluation import discover_words
from clp_tfx.runners.demo_comments import demo_comments

from .models import text_model

MADE_UP = {"gay": "blorp", "lesbian": "zindle", "woman": "quorm", "she": "the quorm"}
"""New words, in no lexicon, for those whom the demo is biased against."""
WORDS = {"blorp", "zindle", "quorm"}


@pytest.fixture(scope="module")
def comments(tmp_path_factory):
  """The demo comments with made-up words for people."""
  path = tmp_path_factory.mktemp("comments") / "comments.csv"
  with open(path, "w", newline="", encoding="utf-8") as file:
    rows = csv.writer(file)
    rows.writerow(("comment_text", "toxicity"))
    for comment in demo_comments():
      if comment.toxicity is not None:
        text = comment.comment_text
        for word, new in MADE_UP.items():
          text = re.sub(rf"\b{word}\b", new, text)
        rows.writerow((text, comment.toxicity))
  return str(path)


@pytest.fixture(scope="module")
def biased(comments, tmp_path_factory):
  """A logistic regression on the words of these comments."""
  with open(comments, newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
  texts = tf.constant([row["comment_text"] for row in rows])
  labels = tf.constant([[float(row["toxicity"])] for row in rows])
  words = keras.layers.TextVectorization(output_mode="multi_hot")
  words.adapt(texts)
  keras.utils.set_random_seed(1)
  score = keras.layers.Dense(1, activation="sigmoid")
  model = keras.Sequential([score])
  model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
  model.fit(words(texts), labels, batch_size=64, epochs=5, verbose=0)

  served = tf.Module()
  served.words, served.score = words, score

  @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
  def serve(sentences):
    return {"scores": score(words(sentences))}

  path = str(tmp_path_factory.mktemp("models") / "biased")
  tf.saved_model.save(served, path, signatures={"serving_default": serve})
  return path


def test_made_up_words_with_a_planted_bias_are_among_the_first_ten(biased, comments):
  first = discover_words(biased, comments)[:10]

  assert {found["word"] for found in first} >= WORDS
  assert all(
    found["effect"] > 0 and found["word"] in found["example"] for found in first
  )


def test_the_draft_is_a_lexicon(biased, comments, tmp_path):
  draft = tmp_path / "draft.csv"
  found = discover_words(biased, comments, output=str(draft), words=7)

  terms = IdentityTerms.load(str(draft)).terms
  assert [term.term for term in terms] == [word["word"] for word in found]
  assert {term.group for term in terms} == {"undecided"}
  with pytest.raises(InputError, match="draft.csv exists already"):
    discover_words(biased, comments, output=str(draft))


def test_what_is_known_or_labelled_positive_is_left_out(tmp_path):
  model = text_model(tmp_path / "model")  # Adds 0.5 for gay, 0.375 for bad.
  path = tmp_path / "comments.csv"
  path.write_text("comment_text,toxicity\ngay food,0\nbad food,\nawful woman,1\n")

  options = {"min_comments": 1, "max_share": 1}
  found = discover_words(model, str(path), **options)
  assert [word["word"] for word in found] == ["bad"]  # The default lexicon has gay.

  lexicon = tmp_path / "mine.csv"
  lexicon.write_text("term,group\nbad,mood\n")
  found = discover_words(model, str(path), identity_terms=str(lexicon), **options)
  assert [word["word"] for word in found] == ["gay"]


def test_what_cannot_be_looked_at_is_a_sentence(tmp_path):
  model = text_model(tmp_path / "model")
  path = tmp_path / "comments.csv"
  path.write_text("comment_text,toxicity\nbad food,1\n")
  with pytest.raises(InputError, match="No comment of .*comments.csv is left"):
    discover_words(model, str(path))
  # A label that is named has to be there: comments labelled positive would count.
  with pytest.raises(InputError, match="column `threat` is missing"):
    discover_words(model, str(path), label_feature="threat")


@pytest.mark.parametrize(
  ("options", "message"),
  [
    ({"model": "scored.csv"}, "Expected a model that scores new texts"),
    ({"scores": "scored.csv", "model": ""}, "Expected one model that scores new texts"),
    ({"baseline": "b"}, "Expected one model that scores new texts"),
    ({"model": ""}, "No model is given"),
    ({"comments": []}, "No comments are given"),
    ({"min_comments": 0}, "--min-comments"),
  ],
)
def test_bad_input_is_a_sentence(options, message):
  arguments = {"model": "m", "comments": "c.csv", **options}
  with pytest.raises(InputError, match=message) as caught:
    discover_words(**arguments)
  assert "\n" not in str(caught.value)
