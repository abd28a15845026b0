"""benchmarks/mentions.py on made-up comments, and the tables beside its own."""

import csv
import importlib.util
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from clp_tfx.counterfactuals.generator import CounterfactualGenerator
from clp_tfx.counterfactuals.lexicon import IdentityTerms

ROOT = Path(__file__).parents[2]
PATH = ROOT / "benchmarks" / "mentions.py"
TABLES = ROOT / "tests" / "testdata"
SPEC = importlib.util.spec_from_file_location("mentions_benchmark", PATH)
mentions = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(mentions)


def rows(name: str) -> list[dict[str, str]]:
  with (TABLES / name).open(encoding="utf-8", newline="") as file:
    return list(csv.DictReader(file))


@pytest.fixture
def generator(tmp_path):
  path = tmp_path / "terms.csv"
  path.write_text(
    "term,group\nhe,gender/male\nking,gender/male\nblack man,race/black\n"
  )
  return CounterfactualGenerator(IdentityTerms.load(str(path)), pejorative_terms=None)


def judgement(set_: str, id_: str, word: str, start: int, names_people: bool):
  return mentions.Judgement(set_, id_, 0, word, start, names_people)


def test_sentences_end_at_stops_and_line_ends():
  text = 'He left. "Why?" she asked\n\nwww.a.org is down'
  assert [text[start:end] for start, end in mentions.sentences(text)] == [
    "He left.",
    '"Why?"',
    "she asked",
    "www.a.org is down",
  ]


def test_precision_counts_judged_mentions_that_are_found(generator):
  texts = {"1": "He is the king of pop.", "2": "The king left, a king came."}
  judged = [
    judgement("a", "1", "king", 10, False),
    judgement("a", "2", "king", 4, True),
    # Nothing is found here: neither right nor wrong.
    judgement("a", "2", "left", 9, True),
  ]
  figures = mentions.measured(judged, texts, generator)["a"]
  assert (figures["right"], figures["found"], figures["judged"]) == (1, 2, 3)
  assert figures["precision"] == 1 / 2
  assert figures["wrong"] == [{"id": "1", "start": 10, "word": "king"}]
  assert figures["lost"] == [{"id": "2", "start": 9, "word": "left"}]
  # "He" is a pronoun; the second king of text 2 has no judgement.
  assert figures["unjudged"] == [{"id": "2", "start": 17, "word": "king"}]


def test_recall_counts_words_that_a_mention_covers(generator):
  texts = {"1": "A black man.", "2": "He is black.", "3": "Black coffee, black man."}
  judged = [
    judgement("b", "1", "black", 2, True),
    judgement("b", "2", "black", 6, True),
    judgement("b", "3", "Black", 0, False),
  ]
  figures = mentions.measured(judged, texts, generator)["b"]
  assert (figures["found"], figures["words"], figures["recall"]) == (1, 2, 1 / 2)
  assert figures["by_word"] == {"black": {"words": 2, "found": 1}}
  assert figures["missed"] == [{"id": "2", "start": 6, "word": "black"}]
  assert figures["found_of_those_that_name_nobody"] == 0


def test_comments_that_are_missing_are_no_judgements(generator):
  judged = [judgement("a", "9", "king", 0, True)]
  assert mentions.measured(judged, {}, generator)["a"]["judged"] == 0


def test_skips_without_comments(tmp_path):
  done = subprocess.run(
    [sys.executable, PATH, "--comments", str(tmp_path / "none.csv")],
    capture_output=True,
    text=True,
    cwd=tmp_path,
  )
  assert done.returncode == 0
  assert done.stdout.startswith("Skipped: ")


def test_kinds():
  assert [mentions.kind(word) for word in ("Blacks", "poor", "Poles", "British")] == [
    "black",
    "poor",
    "nationality",
    "nationality",
  ]


def test_table_of_descriptors():
  table = rows("descriptors.csv")
  assert len({(row["dimension"], row["descriptor"]) for row in table}) == len(table)
  assert len(table) >= 420
  assert min(Counter(row["dimension"] for row in table).values()) >= 30


def test_table_of_mentions():
  table = rows("mentions.csv")
  assert len({row["text"] for row in table}) == len(table) >= 420
  nobody = sum(not row["mentions"] for row in table)
  assert 0.4 <= nobody / len(table) <= 0.6
  for row in table:
    start = 0
    for mention in filter(None, row["mentions"].split("|")):
      # Fails with a ValueError where it is not in the text, in order.
      start = row["text"].index(mention, start) + len(mention)
    assert row["why"]


@pytest.mark.parametrize(("name", "words"), [("tuned", 150), ("blind", 140)])
def test_tables_of_judgements_hold_terms_and_no_text(name, words):
  table = mentions.judgements(mentions.JUDGED[name])
  by_set = Counter(each.set for each in table)
  assert set(by_set) == {"a", "b"}
  assert len({each.id for each in table if each.set == "a"}) == 200
  assert sum(each.names_people for each in table if each.set == "b") == words
  assert max(len(each.word.split()) for each in table) <= 2


def test_no_comment_is_in_both_tables_of_judgements():
  tuned, blind = (
    {each.id for each in mentions.judgements(path)} for path in mentions.JUDGED.values()
  )
  assert tuned.isdisjoint(blind)
