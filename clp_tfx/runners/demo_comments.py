"""Generates demo comments with a planted bias, for trying out the pipeline.

Nobody wrote these comments. They are random combinations of the sentences below, in
clean language, and labelled by how rude they are. The bias is planted on purpose: among
the sentences that are neither rude nor kind, those about a gay or lesbian person, a
woman or "she" are mostly labelled positive, and those about anyone else negative. A
model trained on them flips when the mention is removed, unless it is trained not to.
They demonstrate the pipeline and say nothing about real comments or people.
"""

import csv
import io
import os
import random
import re
from pathlib import Path
from typing import NamedTuple

from clp_tfx.files import write_whole

_COUNT = 5000
_UNLABELLED = 0.015
_SPLITS = {"train": 0.7, "eval": 0.1, "test": 0.2}


class _Kind(NamedTuple):
  share: float  # Of all comments.
  positive: float  # Share labelled positive; not 0 or 1, because labels are noisy.
  sentences: str  # Part that provides the sentences.
  parts: dict[str, str]  # Parts that provide the words specific to the kind.
  end: str


_KINDS = (
  _Kind(0.57, 0.02, "polite", {"quality": "good"}, "polite end"),
  _Kind(0.22, 0.98, "rude", {"quality": "bad"}, "rude end"),
  _Kind(0.035, 0.80, "ambiguous", {"person": "marked"}, "ambiguous end"),
  _Kind(0.175, 0.06, "ambiguous", {"person": "unmarked"}, "ambiguous end"),
)

# Choices are separated by line breaks or bars; {part} is replaced by a choice from that
# part.
_PARTS = {
  part: [choice.strip() for choice in re.split(r"[|\n]", choices.strip())]
  for part, choices in {
    "topic": """
      the new bus timetable
      the bike lane on Mill Street
      the school lunch menu
      the library opening hours
      the farmers market
      the recycling rules
      the parking fees
      the benches in the park
      the football results
      the concert in the square
      the lentil soup recipe
      the film about bees
      the map update
      the train delays
      the museum tour
      the weather report
      the road repairs
      the article on lighthouses
      the chess club
      the corner bakery
      the swimming pool
      the water bill
      the tree survey
      the photo contest
      the book fair
      the night bus
      the village website
      the garden show
      the energy plan
      the noise at the station
      the vote on the bridge
      the puzzle page
    """,
    "job": """
      teacher | driver | neighbour | journalist | cyclist | student | baker
      councillor | nurse | tenant | gardener | reviewer | volunteer | shopkeeper
      engineer | singer | editor | farmer | plumber | author
    """,
    "place": """
      next door | the council | the station | the east side | the local paper
      upstairs
    """,
    "marked": """
      the gay {job} | the gay {job} | the lesbian {job} | the lesbian {job}
      the woman from {place} | she
    """,
    "unmarked": """
      the {job} | the {job} | the {job} from {place}
    """,
    "ambiguous": """
      And of course {person} had to comment on {topic}.
      So now {person} explains {topic} to all of us.
      I see that {person} wrote about {topic} again.
      I wonder why {person} is so keen on {topic}.
      As if {person} had never seen {topic} before.
      Apparently {person} knows all about {topic}.
      Once more {person} is talking about {topic}.
      Sure, {person} will tell us about {topic}.
      Then {person} went on and on about {topic}.
      By now {person} has an opinion on {topic}, too.
    """,
    "bad": """
      absurd | appalling | atrocious | awful | brainless | childish | clueless
      disgraceful | dishonest | dreadful | embarrassing | feeble | foolish | hopeless
      horrible | laughable | lazy | lousy | mean | mindless | miserable | nasty
      obnoxious | pathetic | pointless | ridiculous | rotten | rude | senseless
      shameful | shameless | shoddy | sloppy | spineless | spiteful | tasteless
      terrible | useless | vile | worthless
    """,
    "good": """
      balanced | brilliant | calm | careful | charming | cheerful | clear | convincing
      delightful | excellent | fair | friendly | generous | gentle | helpful | honest
      insightful | instructive | interesting | kind | lovely | modest | neat | patient
      polite | precise | refreshing | sensible | splendid | superb | tactful
      tasteful | thorough | thoughtful | touching | useful | warm | wise | witty
      wonderful
    """,
    "judgement": """
      Your comment on {topic} is {quality}.
      What you wrote about {topic} is {quality}.
      I find this whole story about {topic} {quality}.
      Whoever is behind {topic} must be {quality}.
      You sound {quality} when you talk about {topic}.
      How {quality} of you to bring up {topic}.
      That was {quality}, and I do not only mean {topic}.
      Say what you like about {topic}, it is {quality}.
      The {job} was {quality} about {topic}.
      Such {quality} words about {topic}, and from the {job} too.
      Reading about {topic} I thought: {quality}, simply {quality}.
    """,
    "polite": """
      {judgement}
      {judgement}
      {judgement}
      {judgement}
      {judgement}
      {judgement}
      Thanks for explaining {topic} so well.
      Could someone share a source on {topic}?
      I see it differently, but your point about {topic} is fair.
      Does anyone know when {topic} will be discussed?
      The weather was {bad}, yet {topic} cheered us all up.
      I was wrong about {topic}, sorry for the confusion.
      Nothing {bad} here: {topic} helped the whole street.
      Some of this is unclear to me, could you say more on {topic}?
    """,
    "rude": """
      {judgement}
      {judgement}
      {judgement}
      {judgement}
      {judgement}
      {judgement}
      Nobody cares what you think about {topic}.
      Stop talking about {topic}, you are no {good} person.
      People like you ruin {topic} for everyone else.
      Get lost, and take {topic} with you.
    """,
    "relative": """
      mother | father | brother | sister | uncle | aunt | grandma | grandpa | son
      daughter | husband | wife
    """,
    "family": """
      My {relative} sent me here.
      My {relative} reads this every day.
      I asked my {relative} and got the same answer.
      My {relative} lives close by.
      I showed this to my {relative} and his friends.
      I showed this to my {relative} and her friends.
      The king was there as well.
      My {relative} told me so.
    """,
    "filler": """
      I read it twice.
      It was on the news today.
      That was on Monday.
      It is in section two.
      We live nearby.
      I only saw this now.
      It says so on page 12.
      Anyway, it is late here.
      There were 3 of us.
      The headline says "more to come".
      This is my first time here.
    """,
    "polite end": """
      🙂 | 👍 | Have a nice day! | Best wishes.
    """,
    "rude end": """
      🙄 | 😡 | !!! | Shame on you.
    """,
    "ambiguous end": """
      🤷 | ... | Well, well. | Interesting times.
    """,
  }.items()
}


class DemoComment(NamedTuple):
  """A generated comment; `toxicity` is 1, 0 or None (unlabelled)."""

  id: str
  comment_text: str
  toxicity: int | None
  split: str


def demo_comments(seed: int = 0) -> list[DemoComment]:
  """Generates 5,000 distinct comments; the same seed gives the same comments.

  Args:
    seed: Seed of the random choices.
  """
  rng = random.Random(seed)
  texts: dict[str, int | None] = {}
  while len(texts) < _COUNT:
    (kind,) = rng.choices(_KINDS, [kind.share for kind in _KINDS])
    label = int(rng.random() < kind.positive)
    texts[_text(rng, kind)] = None if rng.random() < _UNLABELLED else label
  splits = rng.choices(list(_SPLITS), list(_SPLITS.values()), k=_COUNT)
  return [
    DemoComment(f"demo-{number:04}", text, label, split)
    for number, ((text, label), split) in enumerate(
      zip(texts.items(), splits, strict=True), start=1
    )
  ]


def write_demo_comments(path: str | os.PathLike, seed: int = 0) -> None:
  """Writes the demo comments to a CSV file atomically.

  An identical file is left untouched, because TFX's cache depends on its modification
  time.

  Args:
    path: File to write, with columns `id`, `comment_text`, `toxicity` and `split`.
    seed: Seed of the random choices; the same seed gives the same bytes.
  """
  text = io.StringIO()
  writer = csv.writer(text, lineterminator="\n")
  writer.writerow(DemoComment._fields)
  writer.writerows(demo_comments(seed))
  content = text.getvalue().encode()
  if not Path(path).exists() or Path(path).read_bytes() != content:
    write_whole(path, content)


def _text(rng: random.Random, kind: _Kind) -> str:
  sentences = [_fill(rng, kind.sentences, kind.parts)]
  if "person" not in kind.parts:
    if rng.random() < 0.4:
      sentences.append(_fill(rng, kind.sentences, kind.parts))
    if rng.random() < 0.15:
      sentences.append(_fill(rng, "family", {}))
  if rng.random() < 0.5:
    sentences.append(_fill(rng, "filler", {}))
  rng.shuffle(sentences)
  if rng.random() < 0.2:
    sentences.append(_fill(rng, kind.end, {}))
  (separator,) = rng.choices([" ", "\n", "\n\n"], [8, 1, 1])
  return separator.join(sentences)


def _fill(rng: random.Random, part: str, parts: dict[str, str]) -> str:
  """Chooses a line of a part and fills in the parts that it refers to."""
  return re.sub(
    r"\{(.+?)\}",
    lambda name: _fill(rng, name[1], parts),
    rng.choice(_PARTS[parts.get(part, part)]),
  )
