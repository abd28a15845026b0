"""The worst pairs, as they are laid out; tests/tfma/ has how they are chosen."""

from clp_tfx.report.worst_pairs import worst_pairs

MODELS = {"baseline": "Baseline", "clp": "CLP"}
# A quarter of 8 pairs is 2.
SUMMARY = {
  "baseline": {"flip_rate": 0.25, "pairs": 8},
  "clp": {"flip_rate": 0.0, "pairs": 8},
}
TEXTS = {"original": "a gay man", "counterfactual": "a man"}
PAIR = {**TEXTS, "edits": [{"start": 2, "end": 6, "replacement": ""}]}


def test_the_flips_of_one_model_and_the_widest_gaps_of_another():
  kept = {"clp": [{**PAIR, "flips": False}], "baseline": [{**PAIR, "flips": True}]}
  before, after = worst_pairs(kept, MODELS, SUMMARY)
  assert (before["name"], before["title"]) == ("Baseline", "2 of 8 pairs flip")
  assert (after["name"], after["title"]) == (
    "CLP",
    "no pair flips; the widest distances",
  )
  assert before["texts"] and after["texts"]
  (pair,) = after["pairs"]
  assert pair["pieces"] == [("kept", "a "), ("removed", "gay "), ("kept", "man")]


def test_what_version_0_1_kept_are_flips():
  before, after = worst_pairs({"clp": [], "baseline": [PAIR]}, MODELS, SUMMARY)
  assert before["title"] == "2 of 8 pairs flip"
  assert after["title"] == "no pair flips" and after["pairs"] == []


def test_a_model_alone_has_any_name():
  summary = {"baseline": None, "clp": SUMMARY["clp"]}
  (alone,) = worst_pairs({"model": [{"flips": False}]}, {"clp": "Model"}, summary)
  assert (alone["name"], alone["texts"], alone["pairs"][0]["pieces"]) == (
    "Model",
    False,
    [],
  )


def test_an_evaluation_that_kept_none():
  assert worst_pairs({}, MODELS, SUMMARY) is None
