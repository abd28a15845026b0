import re

import pytest

from clp_tfx.counterfactuals.english.agreement import verb_changes
from clp_tfx.counterfactuals.english.verbs import bare_form

SUBJECT = re.compile(r"\b(s?he)\b(['\u2019]s|['\u2019]d|['\u2019]ll)?", re.IGNORECASE)


def agreed(text: str) -> str:
  """Changes the verbs of every he and she, but not the pronouns themselves."""
  changes = {
    change.start: change
    for match in SUBJECT.finditer(text)
    for change in verb_changes(text, match.start(), match.end(1), match.end())
  }
  for change in sorted(changes.values(), reverse=True):
    text = text[: change.start] + change.new + text[change.end :]
  return text


@pytest.mark.parametrize(
  ("verb", "expected"),
  [
    ("walks", "walk"),
    ("Tries", "try"),
    ("dies", "die"),
    ("goes", "go"),
    ("misses", "miss"),
    ("teaches", "teach"),
    ("aches", "ache"),
    ("uses", "use"),
    ("is", "are"),
    ("Doesn\u2019t", "don't"),
    ("pass", ""),
    ("bus", ""),
    ("this", ""),
    ("us", ""),
    ("caf\u00e9s", ""),
  ],
)
def test_bare_form(verb, expected):
  assert bare_form(verb) == expected


@pytest.mark.parametrize(
  ("text", "expected"),
  [
    ("She walked, and he can talk.", "She walked, and he can talk."),
    ("He neither smokes nor drinks.", "He neither smoke nor drink."),
    ("HE WALKS AND TALKS", "HE WALK AND TALK"),
    ("She Has A Car", "She Have A Car"),
    ("It is she who decides.", "It is she who decide."),
    ("She (my boss) is out.", "She (my boss) are out."),
    ("Only he knows.", "Only he know."),
    ("He is in Paris, is he?", "He are in Paris, are he?"),
    ("She likes sports, games and books.", "She like sports, games and books."),
    ("She left, says Bob.", "She left, says Bob."),
    ("She was late, but was there food?", "She were late, but was there food?"),
    ("He said Bob is ill and is asleep.", "He said Bob is ill and is asleep."),
    ("She sees the dog and the cat runs.", "She see the dog and the cat runs."),
    ("He eats and a friend sleeps.", "He eat and a friend sleeps."),
    ("He's late. Is it cold?", "He're late. Is it cold?"),
    ("she\u2019s just arrived", "she\u2019ve just arrived"),
    ("she's written it", "she're written it"),
    ("he's seen the film", "he've seen the film"),
    ("What's she like? Who\u2019s he?", "What are she like? Who are he?"),
    ("He's tall and so far has won.", "He're tall and so far have won."),
    ("She likes this man and now cries.", "She like this man and now cry."),
    ("She knows it is cold and smiles.", "She know it is cold and smiles."),
    ("he and Bob are in", "he and Bob are in"),
    ("the end", "the end"),
  ],
)
def test_verbs_of_a_subject(text, expected):
  assert agreed(text) == expected


def test_a_verb_after_a_who_clause_is_less_sure():
  changes = verb_changes("He who laughs last wins.", 0, 2, 2)
  assert [(each.new, each.confidence) for each in changes] == [
    ("laugh", 0.97),
    ("win", 0.7),
  ]
