"""Columns of Civil Comments, as published by Kaggle and TFDS."""

ALIASES = {"comment_text": "text", "toxicity": "target"}
"""Other names of the text (TFDS) and the label (Kaggle's train.csv)."""

IDENTITIES = frozenset(
  {
    "male",
    "female",
    "transgender",
    "other_gender",
    "heterosexual",
    "homosexual_gay_or_lesbian",
    "bisexual",
    "other_sexual_orientation",
    "christian",
    "jewish",
    "muslim",
    "hindu",
    "buddhist",
    "atheist",
    "other_religion",
    "black",
    "white",
    "asian",
    "latino",
    "other_race_or_ethnicity",
    "physical_disability",
    "intellectual_or_learning_disability",
    "psychiatric_or_mental_illness",
    "other_disability",
  }
)
"""Identity columns: the share of annotators who saw the identity mentioned."""
