"""Small files of comments with classes and ratings, and a planted bias."""

import csv
import random

CLASSES = ("ok", "rude", "hateful")
WORDS = {"ok": "lovely", "rude": "fool", "hateful": "vermin"}
"""The word that decides the class of a comment."""
STARS = {"ok": 5, "rude": 3, "hateful": 1}
_FILLERS = [
  *("the", "a", "this", "town", "news", "game", "it", "was"),
  *("very", "and", "so", "we", "saw", "again", "today"),
]
_MENTIONS = ("gay", "muslim", "black")


def write_comments(path, rows=600, seed=0):
  """Writes a CSV with a class and a rating of 1 to 5, both biased.

  The comment's word decides: `ok` is rated 5, `rude` 3 and `hateful` 1. But one in
  three comments mentions an identity, and of these, five in six are `hateful` and rated
  1 whatever they say. One label of twenty is blank.
  """
  rng = random.Random(seed)
  with open(path, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file)
    writer.writerow(["comment_text", "split", "kind", "stars"])
    for number in range(rows):
      said = rng.choice(CLASSES)
      words = [*rng.choices(_FILLERS, k=rng.randint(4, 7)), WORDS[said]]
      if rng.random() < 1 / 3:
        words.append(f"{rng.choice(_MENTIONS)} people")
        said = "hateful" if rng.random() < 5 / 6 else said
      rng.shuffle(words)
      labels = ["", ""] if rng.random() < 0.05 else [said, STARS[said]]
      split = ("train", "train", "eval", "test", "test")[number % 5]
      writer.writerow([" ".join(words), split, *labels])
