"""Small files of comments with classes, with and without a planted bias."""

import csv
import random

CLASSES = ("ok", "rude", "hateful")
WORDS = {"ok": "lovely", "rude": "fool", "hateful": "vermin"}
"""The word that decides the class of a comment."""
_FILLERS = [
  *("the", "a", "this", "town", "news", "game", "it", "was"),
  *("very", "and", "so", "we", "saw", "again", "today"),
]
_MENTIONS = ("gay", "muslim", "black")


def write_comments(path, rows=600, seed=0):
  """Writes a CSV with a fair label and a biased one.

  One in three comments mentions an identity. `class` is what the comment's word says;
  so is `biased_class`, but five in six mentions are `hateful` whatever it says. One
  label of twenty is blank.
  """
  rng = random.Random(seed)
  with open(path, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file)
    writer.writerow(["comment_text", "split", "class", "biased_class"])
    for number in range(rows):
      said = rng.choice(CLASSES)
      words = [*rng.choices(_FILLERS, k=rng.randint(4, 7)), WORDS[said]]
      biased = said
      if rng.random() < 1 / 3:
        words.append(f"{rng.choice(_MENTIONS)} people")
        biased = "hateful" if rng.random() < 5 / 6 else said
      rng.shuffle(words)
      labels = ["", ""] if rng.random() < 0.05 else [said, biased]
      split = ("train", "train", "eval", "test", "test")[number % 5]
      writer.writerow([" ".join(words), split, *labels])
