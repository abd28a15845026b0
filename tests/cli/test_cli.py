import pytest
from click.testing import CliRunner
from rich.console import Console

from clp_tfx.cli import cli
from clp_tfx.cli.run import figures_table, print_audit, print_summary


def invoke(*args):
  return CliRunner().invoke(cli, list(map(str, args)))


def test_help_says_what_evaluate_takes():
  text = " ".join(invoke("evaluate", "--help").stdout.split())
  assert "MODEL is the folder of any SavedModel" in text
  assert "--score-output" in text and "[default: all]" in text
  assert "3 a bound was missed" in text


def test_help_states_the_defaults():
  text = " ".join(invoke("run", "--help").stdout.split())
  assert "--counterfactual-loss-weight" in text
  assert "0 is plain training. [default: 1.0]" in text
  assert "[default: comment_text]" in text
  assert "Exit codes: 0 pushed, 3 refused by the gate" in text


@pytest.mark.parametrize(
  ("args", "message"),
  [
    (["run", "--epochs", 0], "--epochs to be at least 1"),
    (["run", "--max-flip-rate", 2], "--max-flip-rate to be at most 1"),
    (["run", "--epochs", "many"], "'many' is not a valid integer"),
    (["run", "--nonsense"], "No such option"),
    (["run", "--config", "none.yaml"], "none.yaml cannot be read"),
    (["run", "--baseline", "none", "--min-auc", 0], "Expected --min-auc above 0.5"),
    (["preview", "--identity-terms", "none.csv", "x"], "none.csv"),
    (["preview", "--method", "none", "x"], "'none' is not one of 'ablation'"),
    (["preview", "--max-counterfactuals", 0, "x"], "to be at least 1. Received: 0"),
    (["preview", "--min-confidence", 2, "x"], "--min-confidence to be at most 1"),
    (["preview", "--pejorative-terms", "none.csv", "x"], "none.csv"),
    (["compile"], "--output"),
    (["report", "nowhere"], "nowhere has no summary.json: give the --output folder"),
    (["evaluate"], "No model is given: give the folder of a SavedModel, a .keras"),
    (["evaluate", "model"], "No comments are given: give a file of comments"),
    (["evaluate", "m", "--comments", "c", "--max-auc-drop", 0.1], "with --baseline"),
    (
      ["evaluate", "m", "--comments", "c", "--split", "dev"],
      "not one of 'all', 'test'",
    ),
    (["run", "--counterfactual-loss", "mad"], "'mad' is not one of 'mse', 'mae'"),
    (["run", "--positive-weight", "even"], "a number or one of balanced"),
    (["run", "--decision-threshold", 1], "above 0 and below 1. Received: 1.0"),
  ],
)
def test_bad_usage_is_one_sentence_and_exit_code_2(args, message):
  result = invoke(*args)
  assert result.exit_code == 2
  assert message in result.stderr
  assert "Traceback" not in result.output
  assert len(result.stderr.strip().splitlines()) <= 4


@pytest.mark.parametrize(
  ("args", "option"),
  [
    (["run", "--text-feature", "a", "--text-feature", "b"], "--text-feature"),
    (["run", "--max-flip-rate", "0.1", "--max-flip-rate", "0.2"], "--max-flip-rate"),
    (["evaluate", "m", *["--label-feature", "a"] * 2], "--label-feature"),
    (["run", "--example-texts", "--no-example-texts"], "--example-texts"),
    (["sweep", "--weights", "1", "--weights=2"], "--weights"),
    (["compile", "--output", "a", "--output", "a"], "--output"),
    (["evaluate", "m", "--split", "all", "--split", "test"], "--split"),
    (["preview", "--method", "ablation", "--method", "ablation", "x"], "--method"),
    (["submit", "j", "--region", "a", "--region", "b"], "--region"),
  ],
)
def test_an_option_of_one_value_is_taken_once(args, option):
  result = invoke(*args)
  assert result.exit_code == 2
  assert f"Error: Expected {option} once" in result.stderr
  assert "keep one of them.\n" in result.stderr


def test_a_parameter_of_a_job_is_taken_once():
  result = invoke("replay", "j", "--parameter", "a=1", "--parameter", "a=2")
  assert result.exit_code == 2
  assert "Expected a once. Received it again: keep one." in result.stderr


def test_several_values_are_several():
  options = ["--slices", "a", "--slices", "b", "--output", "/proc/nowhere"]
  assert "/proc/nowhere cannot be written" in invoke("run", *options).stderr


@pytest.mark.parametrize(
  ("args", "takers"),
  [
    (["run", "--image", "i"], "compile"),
    (["run", "--resources", "Trainer=1,1"], "compile"),
    (["run", "--vertex-training", "n1-standard-8"], "compile"),
    (["run", "--vertex-endpoint", "e"], "compile"),
    (["run", "--serving-image", "i"], "compile"),
    (["run", "--weights", "1"], "sweep"),
    (["compile", "--seeds", 2], "sweep"),
    (["preview", "--no-match", "fail", "x"], "run, sweep and compile"),
    (["preview", "--no-example-texts", "x"], "run, compile and evaluate"),
    (["evaluate", "--epochs", 2, "m"], "run, sweep and compile"),
    (
      ["sweep", "--max-flip-rate-of", "gender=0.1"],
      "run, compile and evaluate",
    ),
    (["sweep", "--baseline", "none"], "run, compile, evaluate and probe"),
    (["sweep", "--slices", "a"], "run and compile"),
    (["sweep", "--serving-dir", "d"], "run and compile"),
    (["sweep", "--image", "i"], "compile"),
  ],
)
def test_an_option_of_other_commands_is_refused_by_their_names(args, takers):
  result = invoke(*args)
  assert result.exit_code == 2
  assert (
    f"Error: {args[1]} is an option of clp-tfx {takers}, not of cli {args[0]}.\n"
  ) in result.stderr


def test_choices_are_shown():
  text = invoke("run", "--help").stdout
  assert "--counterfactual-loss [mse|mae|jensen_shannon]" in text
  assert "--positive-weight [LABEL=][NUMBER|balanced]" in text
  assert "--gate-on [upper_bound|point]" in text
  assert "--split [all|test]" in invoke("evaluate", "--help").stdout


@pytest.mark.parametrize("command", ["run", "sweep"])
def test_a_file_may_hold_options_of_other_commands(command, tmp_path):
  path = tmp_path / "config.yaml"
  path.write_text(
    "image: i\nschema_version: '2.1'\ngate: {baseline: blessed, min_pairs: 3}\n"
    "deployment: {output: /proc/nowhere, resources: ['Trainer=1,1']}\n"
  )
  # The output folder is looked at after the configuration is found valid.
  stderr = invoke(command, "--config", path).stderr
  assert "/proc/nowhere cannot be written" in stderr
  text = " ".join(invoke(command, "--help").stdout.split())
  assert "options that do not apply to this command are ignored" in text


def test_an_option_overrides_the_file(tmp_path):
  path = tmp_path / "config.yaml"
  path.write_text("epochs: 0\n")
  refused = invoke("run", "--config", path)
  assert "--epochs to be at least 1" in refused.stderr
  path.write_text("max_flip_rate: 0.3\noutput: /proc/nowhere\n")
  # The output folder is checked only after the configuration is valid.
  assert "/proc/nowhere cannot be written" in invoke("run", "--config", path).stderr


def audited(flip_rate, trained_on, judged=True):
  return {
    "flip_rate": flip_rate,
    "pairs": 40,
    "trained_on": trained_on,
    "judged": judged,
  }


@pytest.mark.parametrize(
  ("groups", "worst", "line"),
  [
    (
      {"[so]": audited(0.5, False), "gender": audited(0.6, True)},
      "[so]",
      "Audit: of the groups not trained on, [so] flips most, 50.0% of 40 pairs "
      "(before: –).\n",
    ),
    (
      {"so": audited(0.5, False, judged=False)},
      None,
      "Audit: no group that was not trained on has enough pairs to judge.\n",
    ),
    ({"gender": audited(0.6, True)}, None, ""),
  ],
)
def test_one_line_says_which_group_was_forgotten(groups, worst, line, capsys):
  before = {"[so]": audited(None, False)}
  summary = {
    "baseline": {"audit": {"group": before}},
    "clp": {"audit": {"group": groups, "worst_not_trained_on": worst}},
  }
  print_audit(Console(), summary)
  print_audit(Console(), {"baseline": None, "clp": {}})
  assert capsys.readouterr().out == line


def test_the_summary_without_a_baseline(capsys):
  clp = {"auc": 0.9, "positive_rate": 0.25, "flip_rate": None, "pairs": 0}
  print_summary(
    {
      "baseline": None,
      "clp": {**clp, "flip_rate_by_group": {}, "pairs_by_group": {}, "left_out": {}},
      "gate": {
        "failures": [{"reason": "There are no [pairs]."}],
        "inactive": ["No bound on [AUC]."],
      },
      "pushed_model": None,
      "report": "out/report.html",
    }
  )
  out = capsys.readouterr().out
  lines = [line.replace("│", "").split() for line in out.split("\n")]
  assert ["AUC", "0.9000"] in lines
  assert ["flip", "rate", "–"] in lines
  assert ["pairs", "0"] in lines
  assert ["There", "are", "no", "[pairs]."] in lines


def test_of_many_groups_the_terminal_shows_those_that_flip_most(capsys):
  figures = {"auc": 0.9, "positive_rate": 0.25, "flip_rate": 0.1, "pairs": 400}
  names = [f"g{number:02}" for number in range(13)]
  pairs = {name: 40 for name in names} | {"g00": 29}
  after = {name: 0.01 * number for number, name in enumerate(names)}
  # g00 has too few pairs, g01 and g03 flip least, and g02 flipped before.
  before = {"g00": 1.0, "g02": 0.5}

  table = figures_table(
    {
      "baseline": {**figures, "flip_rate_by_group": before},
      "clp": {**figures, "flip_rate_by_group": after, "pairs_by_group": pairs},
    },
    "before",
    "after",
  )

  Console().print(table)
  output = capsys.readouterr().out
  shown = ["g02", *names[4:]]
  assert [name for name in names if name in output] == shown
  assert "3 more groups are in the report" in " ".join(output.split())
