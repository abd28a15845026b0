from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from clp_tfx.errors import InputError
from clp_tfx.scorers.saved_model import root_reason
from clp_tfx.scorers.scorer import TextScorer

from ..evaluation.models import example_model, text_model


def example(text, feature="comment_text"):
  value = tf.train.Feature(bytes_list=tf.train.BytesList(value=[text.encode()]))
  features = tf.train.Features(feature={feature: value})
  return tf.train.Example(features=features).SerializeToString()


# 0.5 + 0.25; 0.375; 0, also for an empty text; invalid UTF-8 stays unchanged.
TEXTS = ["A gay woman", "bad\nday", "", "Ж"]
SCORES = [0.75, 0.375, 0, 0]


@pytest.mark.parametrize("shape", [(None,), (None, 1), (None, None)])
def test_texts_are_given_as_the_signature_takes_them(shape, tmp_path):
  scorer = TextScorer(text_model(tmp_path / "model", shape))
  assert scorer.takes_texts
  scores = scorer.score_examples([example(text) for text in TEXTS])
  np.testing.assert_array_equal(scores, SCORES)


def test_a_signature_of_examples_is_found_out(tmp_path):
  # It is the only signature, although it is not called serving_default.
  scorer = TextScorer(example_model(tmp_path / "model"))
  assert not scorer.takes_texts
  scores = scorer.score_examples([example(text) for text in TEXTS])
  np.testing.assert_array_equal(scores, SCORES)


def test_one_of_several_outputs(tmp_path):
  outputs = lambda scores: {"no": 1 - scores, "yes": scores}  # noqa: E731
  path = text_model(tmp_path / "model", outputs=outputs)
  scorer = TextScorer(path, score_output="no")
  assert scorer.score_examples([example("bad")]).tolist() == [0.625]
  with pytest.raises(InputError, match="it has no, yes: set --score-output"):
    TextScorer(path)
  with pytest.raises(InputError, match="an output 'maybe'"):
    TextScorer(path, score_output="maybe")


def broken(path, kind):
  if kind == "missing":
    return str(path)
  if kind == "keras":
    return f"{path}.h5"
  path.mkdir()
  if kind == "damaged":
    (path / "saved_model.pb").write_bytes(b"no model")
  if kind == "versions":
    text_model(path / "9")
    text_model(path / "10")
  if kind == "no signatures":
    tf.saved_model.save(tf.Module(), str(path))
  return str(path)


@pytest.mark.parametrize(
  ("kind", "message"),
  [
    ("missing", "does not exist"),
    ("keras", "is a Keras file of an old format, which is not read: give the dotted"),
    ("empty", "no saved_model.pb.: give one such as"),
    ("versions", "did you mean .*/model/10"),
    ("damaged", "cannot be loaded"),
    ("no signatures", "has no signatures"),
  ],
)
def test_what_is_no_model_is_said_in_a_sentence(kind, message, tmp_path):
  with pytest.raises(InputError, match=message) as caught:
    TextScorer(broken(tmp_path / "model", kind))
  assert "\n" not in str(caught.value)


def test_other_signatures_are_listed(tmp_path):
  path = example_model(tmp_path / "model")
  with pytest.raises(InputError, match="'serve': set --signature to one of rate"):
    TextScorer(path, signature="serve")


def test_other_inputs_are_described(tmp_path):
  module = tf.Module()

  @tf.function(input_signature=[tf.TensorSpec([None, 8], tf.int32, name="tokens")])
  def serve(tokens):
    return {"scores": tf.cast(tokens[:, 0], tf.float32)}

  tf.saved_model.save(module, str(tmp_path), signatures={"serving_default": serve})
  with pytest.raises(InputError, match=r"takes tokens \(int32, shape \(None, 8\)\)"):
    TextScorer(str(tmp_path))


@pytest.mark.parametrize(
  ("outputs", "message"),
  [
    (
      lambda scores: {"logits": 4 * scores - 2},
      "it returns -2: give --score-kind logit if",
    ),
    (lambda scores: {"nan": 0 * scores / 0.0}, "it returns nan"),
    (lambda scores: {"text": tf.as_string(scores) + "x"}, "no dense tensor of numbers"),
    (
      lambda scores: {"both": tf.stack([scores, scores], 1)},
      "but it returns 2: say which one counts with --positive-class, from 0 to 1",
    ),
  ],
)
def test_what_is_no_probability_is_refused(outputs, message, tmp_path):
  scorer = TextScorer(text_model(tmp_path / "model", outputs=outputs))
  with pytest.raises(InputError, match=message):
    scorer.score_examples([example("fine"), example("fine")])


def test_a_model_that_wants_other_features_is_refused_with_its_reason(tmp_path):
  scorer = TextScorer(example_model(tmp_path / "model", feature="body"))
  with pytest.raises(
    InputError, match="'comment_text', but it fails: .*Feature: body .*is required"
  ) as caught:
    scorer.score_examples([example("fine")])
  assert "Graph execution" not in str(caught.value)


def test_reasons_without_the_graph_around_them():
  inside = "\n\t [[{{node A}}]]\n\t [[B]] [Op:__inference_c_1]"
  begin = "Graph execution error:\n\nDetected at node A defined at (most recent call "
  begin += "last):\n"
  for text in (
    f'{begin}  File "a.py", line 1, in <module>\n\nNo number: x.{inside}',
    f"2 root error(s) found.\n  (0) INVALID_ARGUMENT:  No number: x.{inside}\n"
    f"  (1) CANCELLED: because of the other{inside}",
    f"{begin}<stack traces unavailable>\nNo number: x{inside}",
    "{{function_node f}} No number: x [[{{node A}}]] [Op:A]",
  ):
    assert root_reason(ValueError(text)) == "No number: x"
  assert root_reason(ValueError("Graph execution error:\n")) == "ValueError"


def test_an_output_that_is_squeezed_for_one_text(tmp_path):
  squeezed = lambda scores: {"p": tf.squeeze(scores)}  # noqa: E731
  scorer = TextScorer(text_model(tmp_path / "model", (None, 1), outputs=squeezed))
  assert scorer.score_examples([example("bad")]).tolist() == [0.375]
  assert scorer.score_examples([example("bad"), example("")]).tolist() == [0.375, 0]


def test_batches_of_similar_length_keep_the_order_of_the_texts(tmp_path):
  squeezed = lambda scores: {"p": tf.squeeze(scores)}  # noqa: E731
  scorer = TextScorer(text_model(tmp_path / "model", (None, 1), outputs=squeezed))
  # Shorter and longer ones in turn; the last batch, of 257 texts, has one.
  texts = [("bad" if i % 3 else "") + " " * (i * 7 % 50) for i in range(257)]
  alone = [float(scorer.score_texts([text])[0]) for text in texts[:20]]
  scores = scorer.score_texts(texts)
  assert scores.shape == (257,) and len(set(alone)) == 2
  assert scores[:20].tolist() == alone
  assert [score > 0 for score in scores] == ["bad" in text for text in texts]


@pytest.mark.parametrize(("low", "high"), [(-1.2e-7, 1.0000001), (-2e-7, 1.0000002)])
def test_scores_that_rounding_takes_beyond_0_or_1(low, high, tmp_path):
  outputs = lambda scores: {"p": tf.where(scores > 0, high, low)}  # noqa: E731
  scorer = TextScorer(text_model(tmp_path / "model", outputs=outputs))
  assert scorer.score_examples([example("bad"), example("")]).tolist() == [1, 0]


@pytest.mark.parametrize("score", [-1e-6, 1.000001])
def test_scores_that_are_beyond_0_or_1(score, tmp_path):
  outputs = lambda scores: {"p": scores * 0 + score}  # noqa: E731
  scorer = TextScorer(text_model(tmp_path / "model", outputs=outputs))
  with pytest.raises(InputError, match=f"it returns {str(score)[:6]}"):
    scorer.score_examples([example("bad")])


@pytest.mark.parametrize("path", ["ftp://example.org/model", "nowhere://m"])
def test_an_address_that_no_file_system_has(path):
  with pytest.raises(InputError) as caught:
    TextScorer(path)
  assert str(caught.value) == (
    f"There is no file system for {path}: give the folder of a SavedModel on this "
    "machine or, for example, gs://."
  )


def test_remote_models(tmp_path, memory_files):
  model = Path(text_model(tmp_path / "model"))
  for path in filter(Path.is_file, model.rglob("*")):
    memory_files[f"memory://b/m/2/{path.relative_to(model)}"] = path.read_bytes()
  assert TextScorer("memory://b/m/2/").score_examples([example("bad")]) == [0.375]
  with pytest.raises(InputError, match="did you mean memory://b/m/2.$"):
    TextScorer("memory://b/m")
  with pytest.raises(InputError, match="memory://b/none does not exist: give the fold"):
    TextScorer("memory://b/none")
