import pytest

from clp_tfx.pipeline.verdict import summarize
from clp_tfx.tfma import make_eval_config
from clp_tfx.tfma.intervals import ClusterSums, lower_bound, upper_bound
from clp_tfx.tfma.placebo_flips import placebo_places, placebo_texts

from .evaluation import evaluate, example, removed, save_keyword_model


def paired(text, stretch, term, group, label=0.0):
  """Returns an example whose pair leaves out a stretch."""
  return example(
    text,
    [text.replace(stretch, "", 1)],
    label,
    [group],
    edits=[[removed(text, stretch, term, group)]],
    terms=[term],
  )


# A model that looks for "sky" scores it .9 and all else .2. Of the words with three
# letters, "sky" is the nearest to "gay" and "tan" to "she"; "queer" has no such word.
EXAMPLES = [
  paired("a gay sky tan", "gay ", "gay", "so/gay"),
  paired("tan she", " she", "she", "gender/female"),
  paired("queer", "queer", "queer", "so/queer"),
  example("sky", [], 1.0),
]


@pytest.mark.e2e
def test_placebos_stand_beside_the_edits_of_the_same_pairs(tmp_path):
  sky, gay = (save_keyword_model(tmp_path / word, word) for word in ("sky", "gay"))
  config = make_eval_config(has_baseline=True)
  summary = summarize(evaluate(tmp_path, EXAMPLES, config, sky, gay), 0.5)
  before, after = summary["baseline"], summary["clp"]
  assert before["pairs"] == after["pairs"] == 3
  found = {
    name: (
      each["placebo"]["pairs"],
      each["placebo"]["flip_rate"],
      each["placebo"]["flip_rate_of_edits"],
      round(each["placebo"]["counterfactual_gap"], 6),
      round(each["placebo"]["counterfactual_gap_of_edits"], 6),
    )
    for name, each in summary.items()
    if name in ("clp", "baseline")
  }
  # Without "sky" the candidate falls from .9 to .2 in the first of two comments;
  # without "gay" the baseline does.
  assert found == {"clp": (2, 0.5, 0, 0.35, 0), "baseline": (2, 0, 0.5, 0, 0.35)}
  # Two comments with a pair each, of which one flips.
  sums = ClusterSums(2, 1, 2, 1, 2, 2, 1, 1)
  assert after["placebo"]["flip_rate_bounds"] == pytest.approx(
    [float(bound(sums, 0.95)) for bound in (lower_bound, upper_bound)]
  )
  rates = {
    name: each.get("flip_rate") for name, each in after["placebo_by_group"].items()
  }
  assert rates == {
    "so": 1,
    "so/gay": 1,
    "so/queer": None,
    "gender": 0,
    "gender/female": 0,
  }
  assert after["placebo_by_term"]["gay"]["flip_rate"] == 1


def test_places_are_padded():
  assert placebo_places([[2, None], [], [1]]).tolist() == [[2, -1], [-1, -1], [1, -1]]
  assert placebo_places([[], []]).shape == (2, 0)


def test_a_pair_without_edits_has_no_placebo():
  assert placebo_texts(b"a gay sky", [], [b"gay"]) == []
  assert placebo_texts(b"a gay sky", [b"[]"], [b"gay"]) == [None]
