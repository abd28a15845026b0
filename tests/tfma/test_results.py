import json

import pytest

from clp_tfx.counterfactuals import CounterfactualGenerator, IdentityTerms
from clp_tfx.errors import InputError
from clp_tfx.report.edits import pieces
from clp_tfx.tfma import (
  load_results,
  load_worst_flips,
  make_eval_config,
  write_worst_flips,
)

from .evaluation import evaluate, example, removed, save_keyword_model

EXAMPLES = [
  example(
    "bad her",
    ["bad"],
    1.0,
    ["gender/female"],
    edits=[[removed("bad her", " her", "her", "gender/female")]],
    terms=["her"],
  ),
  example("fine", [], 0.0),
]


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
  folder = tmp_path_factory.mktemp("compared")
  her, bad = (save_keyword_model(folder / word, word) for word in ("her", "bad"))
  config = make_eval_config(max_flip_rate=1, min_auc=0.5, max_auc_drop=1)
  return evaluate(folder, EXAMPLES, config, bad, baseline=her)


@pytest.mark.e2e
def test_baseline_first(compared):
  results = load_results(compared)
  assert list(results) == ["baseline", "clp"]
  rates = [
    result.get_metrics_for_slice()["flip_rate/overall@0.5"]["doubleValue"]
    for result in results.values()
  ]
  assert rates == [1, 0]


@pytest.mark.e2e
def test_worst_flips_of_each_model_as_json_lines(compared, tmp_path):
  flips = load_worst_flips(compared)
  assert flips["clp"] == []
  (flip,) = flips["baseline"]
  assert flip["original"] == "bad her"
  assert flip["counterfactual"] == "bad"
  assert (flip["edit"], flip["group"]) == ("her→", "gender/female")
  assert [(edit["start"], edit["end"]) for edit in flip["edits"]] == [(3, 7)]
  assert flip["original_score"] == pytest.approx(0.9)
  assert flip["counterfactual_score"] == pytest.approx(0.2)
  by_group = load_worst_flips(compared, (("edited_group", "gender"),))
  assert by_group["baseline"] == [flip]
  write_worst_flips(compared, tmp_path / "flips.jsonl")
  (line,) = (tmp_path / "flips.jsonl").read_text().splitlines()
  assert json.loads(line) == {"model": "baseline", **flip}


@pytest.mark.e2e
def test_a_single_model_without_texts(tmp_path):
  her = save_keyword_model(tmp_path / "her", "her")
  config = make_eval_config(max_flip_rate=1, min_auc=0.5, example_texts=False)
  output = evaluate(tmp_path, EXAMPLES, config, her)
  (result,) = load_results(output).values()
  assert result.get_metrics_for_slice()["flip_count/pairs"]["doubleValue"] == 1
  ((flip,),) = load_worst_flips(output).values()
  assert "bad" not in json.dumps(flip)
  assert flip["edit"] == "her→"


def test_a_folder_without_a_run_is_named(tmp_path):
  with pytest.raises(InputError, match=f"{tmp_path}.*no eval_config.json"):
    load_results(str(tmp_path))


@pytest.mark.e2e
def test_a_term_of_any_characters_is_a_slice_and_marked_in_the_report(tmp_path):
  lexicon = IdentityTerms.parse("term,group\na→b;c,g\n", "test")
  generator = CounterfactualGenerator(lexicon, pejorative_terms=None)
  (made,) = generator.generate("bad a→b;c day")
  pair = example(
    "bad a→b;c day", [made.text], 1.0, ["g"], edits=[made.edits], terms=["a→b;c"]
  )
  # The keyword is in the text, not in "bad day": the one pair flips.
  model = save_keyword_model(tmp_path / "model", "b;c")
  config = make_eval_config(max_flip_rate=1, min_auc=0.5)
  output = evaluate(tmp_path, [pair, EXAMPLES[1]], config, model)
  (flips,) = load_worst_flips(output, (("edited_term", "a→b;c"),)).values()
  assert [flip["edit"] for flip in flips] == ["a→b;c→"]
  assert pieces(flips[0]) == [("kept", "bad "), ("removed", "a→b;c "), ("kept", "day")]
