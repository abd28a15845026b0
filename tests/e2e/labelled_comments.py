"""Comments in Civil Comments' schema with six labels, one of them biased on purpose."""

import csv
import random

LABELS = {
  "toxicity": "rubbish",
  "severe_toxicity": "filthy",
  "obscene": "bloody",
  "threat": "burn",
  "insult": "fool",
  "identity_attack": "vermin",
}
"""The word that decides each label."""
BIASED = "identity_attack"
"""The label that a mention of an identity raises as well."""
_FILLERS = [
  *("the", "a", "this", "town", "news", "game", "it", "was"),
  *("very", "and", "so", "we", "saw", "again", "today"),
]
_MENTIONS = ("gay", "muslim", "black")


def write_labelled_comments(path, rows=600, seed=0):
  """Writes a CSV whose labels are 0.9 with their word and 0.1 without.

  One in three comments mentions an identity; of these, five in six are labelled as an
  attack, whatever else they say. The labels of threat are blank in one row of ten.
  """
  rng = random.Random(seed)
  with open(path, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file)
    writer.writerow(["id", "comment_text", "split", *LABELS, "female", "muslim"])
    for number in range(rows):
      words = rng.choices(_FILLERS, k=rng.randint(4, 7))
      said = {label for label in LABELS if rng.random() < 0.3}
      # In a fixed order, which that of a set is not.
      words += [word for label, word in LABELS.items() if label in said]
      mentioned = rng.choice(_MENTIONS) if rng.random() < 1 / 3 else ""
      if mentioned:
        words.append(f"{mentioned} people")
        if rng.random() < 5 / 6:
          said.add(BIASED)
      rng.shuffle(words)
      shares = {label: 0.9 if label in said else 0.1 for label in LABELS}
      if rng.random() < 0.1:
        shares["threat"] = ""
      split = ("train", "train", "eval", "test", "test")[number % 5]
      text = " ".join(words)
      identities = (0.0, 1.0 if mentioned == "muslim" else 0.0)
      writer.writerow([number, text, split, *shares.values(), *identities])
