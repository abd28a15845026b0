"""Words whose removal moves scores: exact values, and what is no word."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clp_tfx.evaluation.raising_words import (
  RaisingWord,
  raising_words,
  sampled,
  without,
  words_of,
)

LOGITS = {"blorp": 2.0, "quorm": 1.0, "kind": -0.5}
TEXTS = ["blorp here", "a blorp and a blorp", "quorm X", "be quorm", "quorm 1", "kind"]


def scorer(texts):
  """The logit of a text is the sum over its words, each as often as it occurs."""
  logits = [sum(LOGITS.get(word, 0.0) for word in text.split()) for text in texts]
  return 1 / (1 + np.exp(-np.array(logits)))


def test_words_by_effect_times_root_of_texts():
  found = raising_words([*TEXTS, "kind of"], scorer, min_texts=2, max_share=1)

  # Without blorp, 2 and 4 fall to 0: 3 on average, times √2. Without quorm: 1 · √3.
  # Kind lowers scores, and no other word of several letters is in two texts.
  assert found == [
    RaisingWord("blorp", 2, pytest.approx(3), "a blorp and a blorp"),
    RaisingWord("quorm", 3, pytest.approx(1), "quorm X"),
  ]


@pytest.mark.parametrize(
  ("options", "words"),
  [
    ({"known": {"blorp"}}, ["quorm"]),
    ({"min_texts": 3}, ["quorm"]),
    ({"max_share": 0.4}, ["blorp"]),  # Of 6 texts, 2 have blorp and 3 quorm.
  ],
)
def test_words_that_are_left_out(options, words):
  options = {"min_texts": 2, "max_share": 1, **options}
  assert [found.word for found in raising_words(TEXTS, scorer, **options)] == words


def test_no_texts_have_no_words():
  assert raising_words([], scorer) == []


def test_what_is_a_word():
  text = "Blorp's @blorp #blorp blorp.com 12 b2b co-blorp été BLORP I"
  assert words_of(text) == {
    "blorp": [(0, 5), (52, 57)],
    "co-blorp": [(39, 47)],
    "été": [(48, 51)],
  }


def test_removed_with_the_blank_after_it():
  assert without("The blorp, a blorp", [(4, 9), (13, 18)]) == "The , a"
  assert without("blorp people", [(0, 5)]) == "people"


@given(st.lists(st.text(max_size=3)), st.integers(1, 5), st.randoms())
def test_a_sample_depends_on_the_texts_alone(texts, most, random):
  shuffled = texts + texts
  random.shuffle(shuffled)
  found = sampled(texts, most)
  assert sampled(shuffled, most) == found
  assert len(found) == len(set(found)) == min(most, len(set(texts)))
  assert set(found) <= set(texts)
