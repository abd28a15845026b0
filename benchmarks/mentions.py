"""How often a mention names people's identity, and how often such a word is found.

python benchmarks/mentions.py [--identity-terms NAME] [--comments FILE] [--output FILE]

Reads the judgements of tests/testdata/mentions_blind.csv, with whose errors the rules
were tuned, and of mentions_blind_2.csv, with whose errors they never were. Both hold
ids of comments and no text. Prints of each, writing it as JSON too:

- precision on set a: of the judged mentions that are found, how many name somebody.
  Pronouns apart. Those that nobody judged are listed by id and offset, not counted.
- recall on set b: of the words that name people in their sentences, how many a mention
  covers, by word.

Skips, saying so, where the comments are not there. With --draw FILE it writes sentences
to be judged instead, with their text, of comments that neither table has, the same ones
for the same lexicon: keep that file out of the repository.
"""

import argparse
import csv
import gzip
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from clp_tfx.counterfactuals import CounterfactualGenerator, IdentityTerms, Mention

COMMENTS = Path(__file__).parents[2] / "shared" / "data" / "comments.csv.gz"
TESTDATA = Path(__file__).parents[1] / "tests" / "testdata"
JUDGED = {
  "tuned": TESTDATA / "mentions_blind.csv",
  "blind": TESTDATA / "mentions_blind_2.csv",
}
"""By whether the rules have been tuned with the errors on it."""
SEED = 20_263
SET_A_SENTENCES = 200
# How many candidates to draw per word for set b: most of "old" names nobody.
CANDIDATES = {"nationality": 270, "black": 50, "white": 45, "old": 140}
OTHER_CANDIDATES = 45
PRONOUNS = {"he", "she", "him", "her", "his", "hers", "himself", "herself"}
WORDS = ("old", "young", "black", "white", "straight", "blind", "deaf", "poor")
NATIONALITIES = (
  "afghan|african|albanian|algerian|american|arab|argentine|armenian|asian|"
  "australian|austrian|azerbaijani|bangladeshi|belgian|bosnian|brazilian|"
  "british|bulgarian|canadian|chilean|chinese|colombian|croat|croatian|"
  "cuban|czech|dane|danish|dutch|egyptian|english|ethiopian|european|"
  "filipino|finn|finnish|french|georgian|german|greek|haitian|hungarian|"
  "indian|indonesian|iranian|iraqi|irish|israeli|italian|jamaican|japanese|"
  "jordanian|kenyan|korean|kurd|kurdish|lebanese|libyan|macedonian|"
  "malaysian|mexican|moroccan|nepali|nigerian|norwegian|pakistani|"
  "palestinian|persian|peruvian|pole|polish|portuguese|romanian|russian|"
  "saudi|scot|scottish|serb|serbian|somali|spaniard|spanish|sudanese|"
  "swede|swedish|swiss|syrian|taiwanese|thai|tibetan|turk|turkish|"
  "ukrainian|venezuelan|vietnamese|welsh"
)
SENTENCE = re.compile(r"\S.*?(?:[.!?]+[\"')\]]*(?=\s)|(?=\n)|\Z)")
CANDIDATE = re.compile(
  rf"\b(?:({'|'.join(WORDS)}|blacks|whites)|(?:{NATIONALITIES})s?)\b",
  re.IGNORECASE,
)


class Judgement(NamedTuple):
  """What somebody says of a word in a comment; `start` is its offset there."""

  set: str
  id: str
  sentence: int
  word: str
  start: int
  names_people: bool


def main() -> int:
  parser = argparse.ArgumentParser(description=__doc__)
  parser.add_argument("--identity-terms", default="identity_en")
  parser.add_argument("--comments", default=str(COMMENTS))
  parser.add_argument("--output", default="out/mentions.json")
  parser.add_argument("--draw", metavar="FILE")
  options = parser.parse_args()
  if not Path(options.comments).is_file():
    print(f"Skipped: {options.comments} is not there; name a file of comments.")
    return 0
  lexicon = IdentityTerms.load(options.identity_terms)
  generator = CounterfactualGenerator(lexicon, pejorative_terms=None)
  texts = read(options.comments)
  if options.draw:
    write_draw(options.draw, texts, generator)
    return 0
  figures = {"identity_terms": options.identity_terms}
  for name, path in JUDGED.items():
    figures[name] = measured(judgements(path), texts, generator)
    show(f"{options.identity_terms}, {name}", figures[name])
  Path(options.output).parent.mkdir(parents=True, exist_ok=True)
  Path(options.output).write_text(json.dumps(figures, indent=2) + "\n")
  return 0


def read(path: str) -> dict[str, str]:
  """Returns the texts of the test split by id."""
  opened = gzip.open if path.endswith(".gz") else open
  with opened(path, "rt", encoding="utf-8", newline="") as file:
    return {
      row["id"]: row["comment_text"]
      for row in csv.DictReader(file)
      if row["split"] == "test"
    }


def judgements(path: Path) -> list[Judgement]:
  with path.open(encoding="utf-8", newline="") as file:
    return [
      Judgement(
        row["set"],
        row["id"],
        int(row["sentence"]),
        row["word"],
        int(row["start"]),
        row["judgement"] == "1",
      )
      for row in csv.DictReader(file)
    ]


def sentences(text: str) -> list[tuple[int, int]]:
  """Returns where the sentences of a text begin and end: at stops and line ends."""
  return [match.span() for match in SENTENCE.finditer(text)]


def nouns(generator: CounterfactualGenerator, text: str) -> list[Mention]:
  """Returns the mentions in a text that are no pronouns."""
  (mentions,) = generator.find_all([text.encode()])
  return [mention for mention in mentions if mention.term not in PRONOUNS]


def measured(
  judged: Sequence[Judgement],
  texts: dict[str, str],
  generator: CounterfactualGenerator,
) -> dict[str, Any]:
  """Returns precision on set a and recall on set b, by word, with what was missed."""
  found = {
    each.id: nouns(generator, texts[each.id]) for each in judged if each.id in texts
  }
  a = [each for each in judged if each.set == "a" and each.id in found]
  b = [each for each in judged if each.set == "b" and each.id in found]
  still = [each for each in a if is_covered(each, found[each.id])]
  named = [each for each in b if each.names_people]
  covered = [each for each in named if is_covered(each, found[each.id])]
  return {
    "a": {
      "judged": len(a),
      "found": len(still),
      "right": sum(each.names_people for each in still),
      "precision": ratio(sum(each.names_people for each in still), len(still)),
      "wrong": [place(each) for each in still if not each.names_people],
      "lost": [place(each) for each in a if each.names_people and each not in still],
      "unjudged": list(unjudged(a, texts, found)),
    },
    "b": {
      "words": len(named),
      "found": len(covered),
      "recall": ratio(len(covered), len(named)),
      "by_word": by_word(named, covered),
      "missed": [place(each) for each in named if each not in covered],
      "found_of_those_that_name_nobody": sum(
        is_covered(each, found[each.id]) for each in b if not each.names_people
      ),
      "that_name_nobody": sum(not each.names_people for each in b),
    },
  }


def is_covered(judged: Judgement, mentions: Sequence[Mention]) -> bool:
  end = judged.start + len(judged.word)
  return any(each.start < end and judged.start < each.term_end for each in mentions)


def unjudged(
  judged: Sequence[Judgement],
  texts: dict[str, str],
  found: dict[str, list[Mention]],
) -> Iterator[dict[str, Any]]:
  """Yields the mentions in judged sentences that no judgement is about."""
  by_sentence: dict[tuple[str, int], list[Judgement]] = {}
  for each in judged:
    by_sentence.setdefault((each.id, each.sentence), []).append(each)
  for (id_, sentence), known in by_sentence.items():
    start, end = sentences(texts[id_])[sentence]
    for mention in found[id_]:
      inside = start <= mention.start < end
      if inside and not any(is_covered(each, [mention]) for each in known):
        yield {"id": id_, "start": mention.start, "word": mention.term}


def by_word(
  named: Sequence[Judgement], covered: Sequence[Judgement]
) -> dict[str, dict[str, int]]:
  words = Counter(kind(each.word) for each in named)
  found = Counter(kind(each.word) for each in covered)
  return {word: {"words": words[word], "found": found[word]} for word in sorted(words)}


def kind(word: str) -> str:
  """Returns which of the words of set b this is; nationalities are one."""
  singular = word.lower().removesuffix("s")
  return singular if singular in WORDS else "nationality"


def place(judged: Judgement) -> dict[str, Any]:
  return {"id": judged.id, "start": judged.start, "word": judged.word}


def ratio(part: int, whole: int) -> float:
  return part / whole if whole else float("nan")


def show(title: str, figures: dict[str, Any]) -> None:
  a, b = figures["a"], figures["b"]
  # What is counted, how many of them, of how many, the figure of it.
  rows = [
    ("a: found mentions that name somebody", a["right"], a["found"],
     f"precision {a['precision']:.1%}"),
    ("b: words that name people, found", b["found"], b["words"],
     f"recall {b['recall']:.1%}"),
    *((f"   {word}", counts["found"], counts["words"], "")
      for word, counts in b["by_word"].items()),
    ("b: words that name nobody, found", b["found_of_those_that_name_nobody"],
     b["that_name_nobody"], ""),
  ]  # fmt: skip
  table = Table(title, "", "of", "")
  for name, part, whole, figure in rows:
    table.add_row(name, str(part), str(whole), figure)
  Console().print(table)
  for each in a["unjudged"]:
    print(f"unjudged: {each['word']} in {each['id']} at {each['start']}")


def write_draw(
  path: str, texts: dict[str, str], generator: CounterfactualGenerator
) -> None:
  """Writes the sentences of both sets, each word with its text, to be judged."""
  judged = {each.id for path in JUDGED.values() for each in judgements(path)}
  ids = sorted(texts.keys() - judged, key=int)
  random.Random(SEED).shuffle(ids)
  rows = list(draw_a(ids, texts, generator))
  taken = {row[1] for row in rows}
  rows += draw_b([id_ for id_ in ids if id_ not in taken], texts)
  with open(path, "w", encoding="utf-8", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("set", "id", "sentence", "word", "start", "text"))
    writer.writerows(rows)


def draw_a(
  ids: Sequence[str], texts: dict[str, str], generator: CounterfactualGenerator
) -> Iterator[tuple]:
  """Yields the mentions of one sentence of each comment that has some."""
  chance, drawn = random.Random(SEED), 0
  for id_ in ids:
    found = nouns(generator, texts[id_])
    spans = sentences(texts[id_])
    places: dict[int, list[Mention]] = {}
    for mention in found:
      places.setdefault(sentence_at(spans, mention.start), []).append(mention)
    if not places:
      continue
    sentence = chance.choice(sorted(places))
    for mention in places[sentence]:
      word = texts[id_][mention.start : mention.term_end]
      yield "a", id_, sentence, word, mention.start, texts[id_]
    drawn += 1
    if drawn == SET_A_SENTENCES:
      return


def draw_b(ids: Sequence[str], texts: dict[str, str]) -> Iterator[tuple]:
  """Yields one candidate of each comment, as many of each word as wanted."""
  chance, drawn = random.Random(SEED), Counter()
  for id_ in ids:
    matches = list(CANDIDATE.finditer(texts[id_]))
    if not matches:
      continue
    match = chance.choice(matches)
    word = kind(match[0])
    if drawn[word] < CANDIDATES.get(word, OTHER_CANDIDATES):
      drawn[word] += 1
      sentence = sentence_at(sentences(texts[id_]), match.start())
      yield "b", id_, sentence, match[0], match.start(), texts[id_]


def sentence_at(spans: Sequence[tuple[int, int]], start: int) -> int:
  return next(n for n, (first, end) in enumerate(spans) if first <= start < end)


if __name__ == "__main__":
  sys.exit(main())
