"""The templates and identities of the built-in probes, from their two CSV files.

Both files are fixed lists with a column `split`. What is held out was drawn once,
before any model was trained: names rank by the SHA-256 of `SEED/NAME`; the first half
of each functionality's templates and the first fifth of each dimension's identities are
held out. `SEED` is the smallest for which no word that names a held-out identity names
one of training as well.
"""

import csv
import functools
import hashlib
from importlib import resources
from typing import NamedTuple

from clp_tfx.counterfactuals.english.articles import article_before

NEUTRAL, SHOWN, HOSTILE = "neutral", "shown", "hostile"
LABELS = (NEUTRAL, SHOWN, HOSTILE)
"""Not hostile; not hostile either, but about hostility, so not gated; hostile."""
TRAINING, HELD_OUT = "training", "held_out"
SEED = 70


class Identity(NamedTuple):
  """One identity and its forms.

  Attributes:
    name: Its name, such as `gay`.
    group: Path of its group in the lexicon `identity_en`.
    adjective: Form before a noun ("gay" teachers); empty if there is none.
    predicative: Whether the adjective can also stand alone after "is".
    noun: Singular noun or noun phrase ("gay person").
    plural: Plural of the noun.
    split: `TRAINING` or `HELD_OUT`.
  """

  name: str
  group: str
  adjective: str
  predicative: bool
  noun: str
  plural: str
  split: str

  @property
  def forms(self) -> dict[str, str]:
    """The words for each placeholder of a template."""
    article = article_before(self.noun.split()[0], spelled=True)
    return {
      "noun": self.noun,
      "plural": self.plural,
      "adjective": self.adjective,
      "predicate": self.adjective if self.predicative else f"{article} {self.noun}",
      "predicates": self.adjective if self.predicative else self.plural,
    }

  def is_in(self, names: tuple[str, ...]) -> bool:
    """Returns whether its name, group or dimension is among some names."""
    return bool({self.name, self.group, self.group.split("/")[0]} & set(names))


PERSON = Identity("person", "", "", False, "person", "people", TRAINING)
"""What stands in an identity's place where none is named."""


class Template(NamedTuple):
  """One sentence with placeholders.

  Attributes:
    name: Its functionality and a number.
    functionality: What kind of sentence it is.
    label: One of `LABELS`.
    text: The sentence. Placeholders are the keys of `Identity.forms` in braces, with
      "a" before the key for an article and a capital for one.
    person: The same without any identity, where "person" or "people" in its place
      does not read well; otherwise empty.
    not_with: Identities, groups or dimensions with which it does not read well.
    split: `TRAINING` or `HELD_OUT`.
  """

  name: str
  functionality: str
  label: str
  text: str
  person: str
  not_with: tuple[str, ...]
  split: str


@functools.cache
def load_identities() -> tuple[Identity, ...]:
  """Returns the identities of the built-in probes in the order of their file."""
  return tuple(
    Identity(
      row["identity"],
      row["group"],
      row["adjective"],
      row["predicative"] == "yes",
      row["noun"],
      row["plural"],
      row["split"],
    )
    for row in _rows("identities.csv")
  )


@functools.cache
def load_templates() -> tuple[Template, ...]:
  """Returns the templates of the built-in probes in the order of their file."""
  return tuple(
    Template(
      row["template"],
      row["functionality"],
      row["label"],
      row["text"],
      row["person"],
      tuple(filter(None, row["not_with"].split("|"))),
      row["split"],
    )
    for row in _rows("templates.csv")
  )


def suite_digest() -> str:
  """Returns a digest of the templates and identities, for caches of their figures."""
  read = (load_templates(), load_identities())
  return hashlib.sha256(repr(read).encode()).hexdigest()


def _rows(name: str) -> list[dict[str, str]]:
  text = resources.files("clp_tfx.probes").joinpath(name).read_text(encoding="utf-8")
  return list(csv.DictReader(text.splitlines()))
