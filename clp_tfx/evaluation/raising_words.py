"""Finds the words of texts that raise a model's scores most."""

import hashlib
import heapq
import math
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

import numpy as np

from clp_tfx.counterfactuals.identity_term import normalized
from clp_tfx.counterfactuals.tokenizer import token_pattern
from clp_tfx.probes.measure import logits

MOST_TEXTS = 20_000
"""More texts are sampled."""
MOST_PER_WORD = 20
"""Of the texts with a word, as many are scored without it."""

_BATCH = 512


class RaisingWord(NamedTuple):
  """A word and how much it raises the scores of texts.

  Attributes:
    word: The word, normalised.
    texts: Texts with the word, of all that were looked at.
    effect: Mean logit of texts minus that of the same texts without the word.
    example: The text whose score it raises most.
  """

  word: str
  texts: int
  effect: float
  example: str


def sampled(texts: Iterable[str], most: int = MOST_TEXTS) -> list[str]:
  """Returns distinct texts in an order, and a choice, that only depends on themselves.

  Args:
    texts: The texts, of which `most` are held in memory.
    most: Maximum number to return.
  """
  chosen: list[tuple[int, str]] = []
  held: set[str] = set()
  for text in texts:
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
    rank = -int.from_bytes(digest[:8], "big")
    if text in held or (len(chosen) == most and rank <= chosen[0][0]):
      continue
    held.add(text)
    if len(chosen) < most:
      heapq.heappush(chosen, (rank, text))
    else:
      held.discard(heapq.heapreplace(chosen, (rank, text))[1])
  return [text for _, text in sorted(chosen, reverse=True)]


def words_of(text: str) -> dict[str, list[tuple[int, int]]]:
  """Returns the spans of each word, without addresses, numbers and #hashtags."""
  spans = defaultdict(list)
  for token in token_pattern().finditer(text):
    word = normalized(token.group())
    if len(word) > 1 and word[0].isalpha() and re.sub("['-]", "", word).isalpha():
      spans[word].append(token.span())
  return dict(spans)


def without(text: str, spans: list[tuple[int, int]]) -> str:
  """Removes words from a text, each with the blank after it.

  Args:
    text: The text.
    spans: Where the words are, in order.
  """
  kept, end = [], 0
  for start, stop in spans:
    kept.append(text[end:start])
    end = stop + text.startswith(" ", stop)
  return "".join([*kept, text[end:]]).strip()


def raising_words(
  texts: list[str],
  scorer: Callable[[list[str]], np.ndarray],
  known: Collection[str] = (),
  min_texts: int = 10,
  max_share: float = 0.05,
) -> list[RaisingWord]:
  """Ranks words by effect · √texts, among those that raise scores.

  A sum of effects would first list words of grammar, whose effects are small and many.

  Args:
    texts: Distinct texts.
    scorer: Function from texts to one probability each, shape `[texts]`.
    known: Words to leave out, normalised.
    min_texts: Words in fewer texts are left out.
    max_share: So are words in a larger share of the texts.

  Returns:
    The words, the one that raises scores most first.
  """
  places = _places(texts, known, min_texts, max_share * len(texts))
  pairs = {
    word: [(texts[row], without(texts[row], spans)) for row, spans in found]
    for word, (_, found) in places.items()
  }
  scores = _scored(
    {text for each in pairs.values() for p in each for text in p}, scorer
  )
  ranked = []
  for word, each in pairs.items():
    effects = [scores[text] - scores[rest] for text, rest in each]
    effect, example = float(np.mean(effects)), each[int(np.argmax(effects))][0]
    if effect > 0:
      ranked.append(RaisingWord(word, places[word][0], effect, example))
  return sorted(ranked, key=lambda w: (-w.effect * math.sqrt(w.texts), w.word))


def _places(texts, known, min_texts, max_texts):
  """Returns the number of texts of each word and the first of them with its spans."""
  places = defaultdict(lambda: (0, []))
  for row, text in enumerate(texts):
    for word, spans in words_of(text).items():
      count, found = places[word]
      if count < MOST_PER_WORD:
        found.append((row, spans))
      places[word] = (count + 1, found)
  return {
    word: (count, found)
    for word, (count, found) in places.items()
    if min_texts <= count <= max_texts and word not in known
  }


def _scored(texts, scorer):
  """Returns the logit of each text; a batch holds texts of similar length."""
  ordered = sorted(texts, key=lambda text: (len(text), text))
  scored = {}
  for start in range(0, len(ordered), _BATCH):
    batch = ordered[start : start + _BATCH]
    scored.update(zip(batch, logits(np.asarray(scorer(batch))).tolist(), strict=True))
  return scored
