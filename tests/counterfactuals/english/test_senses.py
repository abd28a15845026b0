"""Each rule on the words it is for and on the words it must leave alone."""

import pytest

from clp_tfx.counterfactuals.english.known import Known
from clp_tfx.counterfactuals.english.other_senses import OTHER_SENSES
from clp_tfx.counterfactuals.english.scene import Scene
from clp_tfx.counterfactuals.english.ways import WAYS

KNOWN = Known.of(
  frozenset({"lesbian"}),
  frozenset({"german", "deaf", "blind", "young", "old"}),
  frozenset({"thai"}),
)


def at(text):
  """Returns the word in brackets with what stands beside it."""
  start, end = text.index("["), text.index("]")
  return Scene(text.replace("[", "").replace("]", ""), start, end - 1)


@pytest.mark.parametrize(
  ("way", "text", "confidence"),
  [
    ("people", "[deaf] people", 1),
    ("people", "a [black] professional athlete", 1),
    ("people", "[gay], young and German men", 1),
    ("people", "[black]/German women", 1),
    ("people", "[black] coffee", 0),
    ("people", "[old] and people", 0),
    ("people", "[black]. People", 0),
    ("people", "[French] press", 0),
    # An ending tells a person that no list has, and a list what only looks like one.
    ("people", "[Polish] welders", 0.8),
    ("people", "[Polish] newspapers", 0),
    ("people", "a [young] Thai who", 0.9),
    ("people", "a [young] Thai dish", 0),
    ("the", "the [deaf] sign", 0),
    ("the", "The [deaf] are here", 0.9),
    ("the", "for the [deaf].", 0.9),
    ("the", "the very [poor] need help", 0.9),
    ("the", "the [deaf] and blind of Rome", 0.9),
    ("the", "the [French] and German governments", 0),
    ("the", "a [deaf] is", 0),
    ("is", "They are [deaf].", 0.9),
    ("is", "I'm [black] and proud", 0.9),
    ("is", "he is not very [old], is he", 0.9),
    ("is", "who grew up [poor] in Rome", 0.8),
    ("is", "Anna is [black].", 0.7),
    ("is", "are you [deaf]?", 0.8),
    ("is", "you must be [blind]", 0.8),
    ("is", "the car is [black].", 0),
    ("is", "Sales were [poor].", 0),
    ("is", "Trump's [old].", 0),
    ("is", "he's [old].", 0.9),
    ("is", "kids too [young] to count", 0.8),
    ("is", "he is [black] metal", 0),
    ("is", "it is [old]", 0),
    ("one", "a [German].", 0.9),
    ("one", "two young [Swiss] came", 0.9),
    ("one", "a [German] named Hans", 0.9),
    ("one", "a [German] car", 0),
    ("one", "in [German].", 0),
    # A noun for persons that is part of a name, or an adjective here.
    ("people", "the [Swiss] People's Party", 0),
    ("people", "the [German] national team", 0),
    ("people", "a [German] national", 1),
    ("people", "[German] lists", 0),
    ("people", "[German], Thai or any", 0),
    ("the", "in the [deaf] occupied zone", 0),
    ("the", "The [deaf] invented it", 0.9),
    ("the", "the [deaf] is", 0),
    ("the", "the lesbian and [deaf].", 0.9),
    ("is", "describe him as [German].", 0.8),
    ("is", "was described as [German].", 0),
    ("one", "a [German]/Thai title", 0),
  ],
)
def test_ways(way, text, confidence):
  assert WAYS[way](at(text), KNOWN) == confidence


@pytest.mark.parametrize(
  ("sense", "text", "has_it"),
  [
    ("address", "thanks, [bro]!", True),
    ("address", "what's up [bro]?", True),
    ("address", "oh [boy] what a day", True),
    ("address", "[Man], that hurt", True),
    ("address", "he is my [bro].", False),
    ("address", "a nice old German [guy].", False),
    ("address", "from boy to [man].", False),
    ("address", "The [boy] ran.", False),
    ("title", "[King] Arthur", True),
    ("title", "[father] Brown", True),
    ("title", "my [sister] Anna", False),
    ("title", "the [king] of Spain", False),
    ("title", "[Lady] Is Here", False),
    ("first_name", "[Christian] Bale", True),
    ("first_name", "a [christian] Bale", False),
    ("first_name", "[Christian] People", False),
    ("surname", "Stephen [King] wrote it", True),
    ("surname", "The [King] wrote it", False),
    ("surname", "Stephen [king]", False),
    ("institution", "the [German] government", True),
    ("institution", "[Catholic] Church", True),
    ("institution", "a [Catholic] boy", False),
    ("institution", "[Islamic] Terrorism", False),
    ("first_name", "[Prince] recorded it", True),
    ("first_name", "The [Prince] recorded it", False),
    ("work", "Big [Brother] is watching", True),
    ("work", "the band [Gay] Dad", True),
    ("work", "in The [Godfather].", True),
    ("work", "the [brother]", False),
    ("work", "Old [Man] Blues", False),
    ("acronym", "The [MOM] broker", True),
    ("acronym", "its hospital's [HIS] was down", True),
    ("acronym", "my [MOM] said", False),
    ("acronym", "and [HIS] car", False),
    ("thing", "this report is so [gay]", True),
    ("thing", "that's [gay]", True),
    ("thing", "he is [gay]", False),
    ("thing", "my uncle is [gay]", False),
    ("figurative", "the [queen] of drama", True),
    ("figurative", "the [queen] of Spain", False),
    ("figurative", "the [queen] of the sea", False),
    ("address", "good [boy]!", True),
    ("address", "a good [boy]!", False),
    ("language", "my [French] teacher", True),
    ("language", "translated from the [French].", True),
    ("language", "in [French] and Thai", True),
    ("language", "in [French] uncles", False),
    ("language", "a [French] speaking town", True),
    ("name", "we asked whether [King] came", True),
    ("name", "he became [King].", False),
    ("name", "the [King] came", False),
    ("name", "Born in [Queens] of old", False),
    ("address", "[Man] you are wrong", True),
    ("address", "Sorry [man] I left", True),
    ("address", "Good work [guys]!", True),
    ("address", "he likes [boys].", False),
    ("address", "go get a life [man]!", True),
    ("address", "he is a con [man].", False),
    ("address", "and [boy] did it rain", True),
    ("address", "[King] (talk)", True),
    ("title", "[king] charles came", True),
    ("surname", "david [king] came", True),
    ("surname", "Peter J. [King] came", True),
    ("work", "a [Woman] (song)", True),
    ("acronym", "sued [MS] for it", True),
    ("figurative", "the nature of [man]", True),
    ("figurative", "that kind of [man]", False),
    ("thing", "this is sooo fucking [gay]", True),
    ("institution", "the [Catholic] Thai church", True),
    ("language", "my [French] uncle", False),
  ],
)
def test_other_senses(sense, text, has_it):
  assert OTHER_SENSES[sense](at(text), KNOWN) is has_it
