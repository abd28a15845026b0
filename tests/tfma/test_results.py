import pytest

from clp_tfx.errors import InputError
from clp_tfx.tfma import load_results, make_eval_config

from .evaluation import evaluate, example, save_keyword_model

EXAMPLES = [example("bad her", ["bad"], 1.0), example("fine", [], 0.0)]


def test_baseline_first(tmp_path):
  her, bad = (save_keyword_model(tmp_path / word, word) for word in ("her", "bad"))
  config = make_eval_config(max_flip_rate=1, min_auc=0.5, max_auc_drop=1)
  results = load_results(evaluate(tmp_path, EXAMPLES, config, bad, baseline=her))
  assert list(results) == ["baseline", "clp"]
  rates = [
    result.get_metrics_for_slice()["flip_rate/overall@0.5"]["doubleValue"]
    for result in results.values()
  ]
  assert rates == [1, 0]


def test_a_single_model(tmp_path):
  bad = save_keyword_model(tmp_path / "bad", "bad")
  config = make_eval_config(max_flip_rate=1, min_auc=0.5)
  (result,) = load_results(evaluate(tmp_path, EXAMPLES, config, bad)).values()
  assert result.get_metrics_for_slice()["flip_count/pairs"]["doubleValue"] == 1


def test_a_folder_without_a_run_is_named(tmp_path):
  with pytest.raises(InputError, match=f"{tmp_path}.*no eval_config.json"):
    load_results(str(tmp_path))
