import csv
import os
import re

import numpy as np
import pytest

from clp_tfx.counterfactuals.generator import CounterfactualGenerator
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.counterfactuals.mentions import distinct_terms
from clp_tfx.runners.demo_comments import demo_comments, write_demo_comments

GENERATOR = CounterfactualGenerator(IdentityTerms.load("gender_and_sexual_orientation"))
COMMENTS = demo_comments()


def positive_rate(*terms: str) -> float:
  labels = [
    comment.toxicity
    for comment in COMMENTS
    if comment.toxicity is not None
    and set(terms) & set(distinct_terms(GENERATOR.find(comment.comment_text)))
  ]
  assert len(labels) > 30
  return np.mean(labels)


def test_written_file_reads_back(tmp_path):
  path = tmp_path / "demo.csv"
  write_demo_comments(path)
  with path.open(encoding="utf-8", newline="") as file:
    header, *rows = csv.reader(file)
  assert header == ["id", "comment_text", "toxicity", "split"]
  assert rows == [
    [id_, text, "" if label is None else str(label), split]
    for id_, text, label, split in COMMENTS
  ]
  assert [file.name for file in tmp_path.iterdir()] == ["demo.csv"]


def test_same_seed_same_bytes(tmp_path):
  first, second, other = (tmp_path / name for name in ("1", "2", "3"))
  write_demo_comments(first, seed=7)
  write_demo_comments(second, seed=7)
  write_demo_comments(other, seed=8)
  assert first.read_bytes() == second.read_bytes() != other.read_bytes()


def test_an_equal_file_is_left_alone(tmp_path):
  # TFX's cache goes by the time as well.
  path = tmp_path / "demo.csv"
  write_demo_comments(path)
  os.utime(path, (0, 0))
  write_demo_comments(path)
  assert path.stat().st_mtime == 0
  write_demo_comments(path, seed=7)
  assert path.stat().st_mtime > 0


def test_failing_leaves_the_file_as_it_was(tmp_path):
  path = tmp_path / "demo.csv"
  path.mkdir()
  with pytest.raises(OSError, match="demo.csv"):
    write_demo_comments(path)
  assert path.is_dir()


def test_make_up():
  texts = [comment.comment_text for comment in COMMENTS]
  labels = [comment.toxicity for comment in COMMENTS]
  splits = [comment.split for comment in COMMENTS]
  assert len(set(texts)) == len({comment.id for comment in COMMENTS}) == 5000
  assert labels.count(1) / (5000 - labels.count(None)) == pytest.approx(0.27, abs=0.02)
  assert labels.count(None) / 5000 == pytest.approx(0.015, abs=0.005)
  for split, share in (("train", 0.7), ("eval", 0.1), ("test", 0.2)):
    assert splits.count(split) / 5000 == pytest.approx(share, abs=0.02)
  for part in ("\n", '"', ",", "\U0001f642", "\U0001f644"):
    assert sum(part in text for text in texts) > 20
  assert not any("{" in text for text in texts)
  assert sum(not GENERATOR.find(text) for text in texts) > 4000


def test_planted_terms_go_with_the_positive_label():
  planted = positive_rate("gay", "lesbian", "woman", "she")
  neutral = positive_rate("mother", "father", "brother", "uncle", "son", "king", "his")
  assert planted > 0.7
  assert neutral < 0.35


def test_plain_model_flips_and_pairing_stops_it():
  plain, paired = (BagOfWords(weight) for weight in (0.0, 0.1))
  assert 0.9 < plain.auc < 0.98
  assert 0.05 < plain.flip_rate("") < 0.3
  assert plain.flip_rate("sexual_orientation/homosexual") > 0.7
  assert plain.flip_rate("gender/male") < 0.02
  assert paired.flip_rate("") < plain.flip_rate("") / 5
  assert paired.auc > plain.auc - 0.02


class BagOfWords:
  """A logistic regression on words that penalises the squared logit gap of pairs."""

  def __init__(self, counterfactual_loss_weight: float, steps: int = 400):
    words = {
      word: column
      for column, word in enumerate(
        sorted({word for c in COMMENTS for word in self.words(c.comment_text)})
      )
    }

    def vectors(texts):
      found = np.zeros((len(texts), len(words) + 1))
      found[:, -1] = 1  # the bias
      for row, text in enumerate(texts):
        found[row, [words[word] for word in self.words(text)]] = 1
      return found

    def batch(split):
      comments = [c for c in COMMENTS if c.split == split and c.toxicity is not None]
      originals = vectors([c.comment_text for c in comments])
      generated = [GENERATOR.generate(c.comment_text) for c in comments]
      paired = np.array([bool(some) for some in generated])
      counterfactuals = vectors([some[0].text for some in generated if some])
      groups = np.array([some[0].group for some in generated if some])
      labels = np.array([c.toxicity for c in comments])
      return originals, labels, originals[paired], counterfactuals, groups

    originals, labels, paired, counterfactuals, _ = batch("train")
    gaps = paired - counterfactuals
    weights = np.zeros(len(words) + 1)
    momentum = np.zeros_like(weights)
    for _ in range(steps):
      errors = 1 / (1 + np.exp(-originals @ weights)) - labels
      gradient = originals.T @ errors / len(labels)
      gradient += counterfactual_loss_weight * 2 * gaps.T @ (gaps @ weights) / len(gaps)
      momentum = 0.9 * momentum + gradient
      weights -= 0.2 * momentum

    originals, labels, paired, counterfactuals, self._groups = batch("test")
    self._flips = (paired @ weights > 0) != (counterfactuals @ weights > 0)
    logits = originals @ weights
    wins = logits[labels == 1][:, None] - logits[labels == 0][None, :]
    self.auc = np.mean(wins > 0) + np.mean(wins == 0) / 2

  @staticmethod
  def words(text: str) -> set[str]:
    return set(re.findall(r"\w+|[^\w\s]", text.lower()))

  def flip_rate(self, group: str) -> float:
    return np.mean(self._flips[np.char.find(self._groups, group) >= 0])
