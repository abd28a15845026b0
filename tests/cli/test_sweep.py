import pytest
from click.testing import CliRunner

from clp_tfx.cli import cli
from clp_tfx.cli.sweep import _print


@pytest.mark.parametrize(
  ("args", "message"),
  [
    (["--weights", "0.1;1"], "--weights to be numbers of at least 0"),
    (["--weights", "-1"], "--weights to be numbers of at least 0"),
    (["--weights", "nan"], "--weights to be numbers of at least 0"),
    (["--weights", ","], "--weights to be numbers of at least 0"),
    (["--losses", "mse,mad"], "--losses to be some of mse, mae, jensen_shannon"),
    (["--losses", "mse,cosine"], "--losses to be some of mse, mae, jensen_shannon"),
    (["--losses", ""], "--losses to be some of"),
    (["--seeds", "0"], "0 is not in the range"),
    (
      ["--counterfactual-loss-weight", "1"],
      "--counterfactual-loss-weight is an option of clp-tfx run and compile",
    ),
    (["--output", "/proc/nowhere"], "/proc/nowhere cannot be written"),
  ],
)
def test_bad_usage_is_one_sentence_and_exit_code_2(args, message):
  result = CliRunner().invoke(cli, ["sweep", *args])
  assert result.exit_code == 2
  assert message in " ".join(result.stderr.split())
  assert "Traceback" not in result.output


def test_what_is_printed(capsys, tmp_path):
  names = (
    "auc",
    "auc_drop",
    "flip_rate",
    "flip_rate_upper_bound",
    "matched_flip_rate",
    "score_gap",
    "matched_recall",
  )
  row = {"name": "clp-mse-1"}
  row |= {name: {"mean": 0.25, "deviation": 0.125} for name in names}
  result = {
    "eval": [row],
    "test": [],
    "seeds": [1, 2],
    "recommended": "clp-mse-1",
    "reason": "The smallest [of all].",
    "plot": "out/sweep.svg",
  }
  _print(result, tmp_path)
  printed = capsys.readouterr().out
  assert "eval split, mean ± deviation over 2 seeds" in " ".join(printed.split())
  assert "test split" not in printed
  assert "0.2500" in printed
  assert "The smallest [of all]." in printed
