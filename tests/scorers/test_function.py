import gc
import weakref

import numpy as np
import pytest

from clp_tfx.errors import InputError
from clp_tfx.scorers.function import held
from clp_tfx.scorers.scorer import TextScorer

NOT_A_FUNCTION = 3


def lengths(texts):
  assert isinstance(texts, list) and all(isinstance(text, str) for text in texts)
  return [len(text) / 10 for text in texts]


def fails(texts):
  raise KeyError(f"no {len(texts)}\nmodel")


def sorts(texts):
  """Returns the scores in the order of the texts' lengths."""
  return sorted(lengths(texts))


def test_a_function_by_its_dotted_path():
  scorer = TextScorer(f"{__name__}.lengths")
  assert scorer.score_texts(["abc", "Ж", ""]).tolist() == [0.3, 0.1, 0]
  scorer.check_texts(["abc", "Ж", ""])


def test_a_function_itself_is_found_only_while_it_is_held():
  class Model:
    def __call__(self, texts):
      return np.array([[1 - 0.1 * len(text), 0.1 * len(text)] for text in texts])

  model = Model()
  alive = weakref.ref(model)
  with held(model) as name, held(lambda texts: lengths(texts), name) as other:
    assert name.endswith("Model") and other == f"{name}'"
    score = TextScorer(name, positive_class=1).score_texts
    np.testing.assert_allclose(score(["abc", "a"]), [0.3, 0.1])
    assert TextScorer(other).score_texts(["abc"]).tolist() == [0.3]
  with pytest.raises(InputError, match="neither a path that exists nor a function"):
    TextScorer(other.rstrip("'").replace("<locals>", "locals"))
  del model, score
  gc.collect()
  assert alive() is None


def test_a_path_is_not_changed():
  with held("a/model") as name:
    assert name == "a/model"


def test_bytes_that_are_no_text_are_given_as_such():
  received = []

  def remember(texts):
    received.extend(texts)
    return [0] * len(texts)

  with held(remember) as name:
    scorer = TextScorer(name)
    scorer._source.outputs([b"a\xffb"])
  assert received == ["a\ufffdb"]


@pytest.mark.parametrize(
  ("name", "message"),
  [
    ("no_such.thing", r"neither a path that exists nor .*No module named 'no_such'"),
    ("none.keras", "none.keras does not exist: give a .keras file"),
    (
      "model.onnx",
      "is a file of ONNX, which is not read: give the dotted path of a fun",
    ),
    ("my_module.py", "is a file of Python code, which is not read: give the dotted"),
    ("my_module:score", "does not exist: did you mean the function my_module.score.$"),
    ("a/b", "a/b does not exist: give the folder of a SavedModel, a .keras file, the"),
    (f"{__name__}.none", "neither a path .*has no attribute 'none'"),
    (f"{__name__}.NOT_A_FUNCTION", "to be a function .*Received: a int"),
  ],
)
def test_what_is_no_function_is_said_in_a_sentence(name, message):
  with pytest.raises(InputError, match=message):
    TextScorer(name)


def test_what_is_no_model_is_said_in_a_sentence():
  with pytest.raises(InputError, match="the folder of a SavedModel.*Received: a int"):
    held(3).__enter__()


def test_a_function_that_fails_is_refused_with_its_reason():
  with pytest.raises(InputError) as caught:
    TextScorer(f"{__name__}.fails").check_texts(["a"])
  assert str(caught.value) == (
    f"Expected the function {__name__}.fails to score a list of texts, but it fails: "
    "KeyError: 'no 1\\nmodel'; correct it."
  )


def test_ten_texts_tell_scores_in_another_order():
  texts = ["a" * n for n in (1, 5, 2, 9)]
  with pytest.raises(InputError, match="the same score in any order.*of 4 texts"):
    TextScorer(f"{__name__}.sorts").check_texts(texts)


def test_ten_texts_tell_chance():
  random = np.random.default_rng(1)
  with held(lambda texts: random.random(len(texts))) as name:
    scorer = TextScorer(name)
    with pytest.raises(InputError, match="without dropout or chance"):
      scorer.check_texts([str(number) for number in range(10)])


def test_at_most_ten_distinct_texts_are_scored():
  received = []

  def remember(texts):
    received.append(texts)
    return [0] * len(texts)

  with held(remember) as name:
    TextScorer(name).check_texts(["b", "b", "a", *map(str, range(20))])
  forward, backward = received
  assert forward == ["b", "a", *"01234567"] and backward == forward[::-1]
