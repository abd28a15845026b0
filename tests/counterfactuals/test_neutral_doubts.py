import pytest

from clp_tfx.counterfactuals.generator import CounterfactualGenerator
from clp_tfx.counterfactuals.lexicon import IdentityTerms

GENERATOR = CounterfactualGenerator(IdentityTerms.load("identity_en"), "neutral")


def confidence(text: str) -> float:
  (counterfactual,) = GENERATOR.generate(text)
  return counterfactual.confidence


@pytest.mark.parametrize(
  ("text", "expected"),
  [
    ("Jews and Muslims came.", 0.3),  # People.
    ("Jews came, and Muslims left.", 0.3),  # People came, and other people left.
    ("A gay teacher saw a deaf teacher.", 0.3),
    ("A gay teacher saw a teacher.", 0.3),
    ("Some people like women.", 0.3),
    ("I am gay.", 0.5),
    ("I am a Muslim.", 0.5),
    ("The film is about gay bars.", 0.5),
    ("Men and women came.", 0.9),
    ("Women and children came.", 0.9),
    ("A gay friend saw a deaf nurse.", 0.95),
    ("Jews came. Muslims left.", 0.3),
    ("These men came. These women left.", 0.9),
    ("Men came.", 0.5),  # Who came?
    ("Some Jews came. He sang. Some Muslims left.", 0.9),
    ("Some whites hate nonwhites.", 0.3),
    ("Some Muslims like Muslim songs.", 0.3),
    ("They are deaf, rude, or both.", 0.3),
    ("A European and German baker sang.", 0.3),
    ("Ordain these women.", 0.5),
    ("Girl is late when she sings.", 0.5),
  ],
)
def test_what_a_careful_person_would_not_write_is_doubtful(text, expected):
  assert confidence(text) == expected
