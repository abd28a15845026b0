import numpy as np
import pytest

from clp_tfx.errors import InputError
from clp_tfx.scorers.outputs import probabilities


def of(outputs, size, kind="probability", positive_class=None):
  return probabilities(outputs, size, "the model", kind, positive_class)


@pytest.mark.parametrize("outputs", [[0.25, 1], [[0.25], [1.0]], np.float16([0.25, 1])])
def test_one_probability_per_text(outputs):
  np.testing.assert_array_equal(of(outputs, 2), [0.25, 1])


def test_a_single_text_may_give_a_single_number():
  assert of(0.25, 1).tolist() == [0.25]
  assert of(0, 1, "logit").tolist() == [0.5]


def test_logits_become_the_sigmoid_also_far_from_0():
  # 1 / (1 + exp(-x)): log 3 gives 3/4; 800 would overflow exp.
  scores = of([0, np.log(3), -np.log(3), 800, -800], 5, "logit")
  np.testing.assert_allclose(scores, [0.5, 0.75, 0.25, 1, 0], atol=1e-15)


def test_the_positive_class_of_probabilities():
  outputs = [[0.2, 0.3, 0.5], [0.75, 0.25, 0]]
  np.testing.assert_array_equal(of(outputs, 2, positive_class=0), [0.2, 0.75])
  np.testing.assert_array_equal(of(outputs, 2, positive_class=2), [0.5, 0])


def test_the_positive_class_of_logits_is_their_softmax():
  # exp: 1, 2, 5 of 8; the second row is the same, with 1000 added.
  logits = np.log([[1, 2, 5], [1, 2, 5]]) + [[0], [1000]]
  scores = of(logits, 2, "logit", positive_class=2)
  np.testing.assert_allclose(scores, [5 / 8, 5 / 8])


@pytest.mark.parametrize(
  ("outputs", "options", "message"),
  [
    ([0.5, -2], {}, "it returns -2: give --score-kind logit if that is a logit"),
    ([0.5, 1.00001], {}, "it returns 1.00001"),
    ([0.5, np.nan], {}, "finite scores from the model, but it returns nan"),
    ([0.5, np.inf], {"kind": "logit"}, "finite scores from the model.*inf"),
    ([0.5], {}, r"2 texts give shape \[1\]"),
    ([0.5, 0.5, 0.5], {}, r"2 texts give shape \[3\]"),
    (0.5, {}, r"2 texts give shape \[\]"),
    (np.zeros([2, 1, 1]), {}, r"shape \[2, 1, 1\]"),
    (np.zeros([2, 3]), {}, "it returns 3: say which .* --positive-class, from 0 to 2"),
    (np.zeros([2, 3]), {"positive_class": 3}, "below 3, because .* Received: 3"),
    (np.zeros([2, 0]), {}, "returns 0 scores per text"),
    ([[0, np.nan]] * 2, {"kind": "logit", "positive_class": 0}, "finite scores"),
    ([[0, 2]] * 2, {"positive_class": 1}, "it returns 2: give --score-kind logit"),
    ([0, 1], {"positive_class": 1}, "returns one per text: leave it out"),
    (["0.5", "1"], {}, "no dense tensor of numbers"),
    ([[0.5], [0.5, 1]], {}, "no dense tensor of numbers"),
    ([None, 1], {}, "no dense tensor of numbers"),
    ({"score": [0, 1]}, {}, "no dense tensor of numbers"),
  ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(outputs, options, message):
  with pytest.raises(InputError, match=message) as caught:
    of(outputs, 2, **options)
  assert "\n" not in str(caught.value)
