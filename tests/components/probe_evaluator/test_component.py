"""The executor withdraws the Evaluator's blessing, and never grants one."""

import dataclasses

import pytest
from tensorflow_model_analysis.proto.config_pb2 import EvalConfig
from tfx.components.evaluator import executor
from tfx.types import Channel, standard_artifacts

from clp_tfx.components.probe_evaluator import component
from clp_tfx.components.probe_evaluator.harm_gate import load_harms
from clp_tfx.probes import templates

from .harms import GATE, comments, probes


def artifact(kind, folder):
  folder.mkdir(exist_ok=True)
  made = kind()
  made.uri = str(folder)
  return made


@pytest.fixture
def run(tmp_path, monkeypatch):
  """Returns a function that runs the executor; returns what it did to the blessing."""

  def run(blessed, figures, **gate):
    def evaluate(self, input_dict, output_dict, exec_properties):
      (blessing,) = output_dict["blessing"]
      name = "BLESSED" if blessed else "NOT_BLESSED"
      (tmp_path / "blessing" / name).touch()
      blessing.set_int_custom_property("blessed", int(blessed))

    def measured(gate, models, text_feature, matched):
      assert [path.partition(str(tmp_path))[2] for path in models] == [
        "/model/Format-Serving",
        "/control/Format-Serving",
      ]
      assert (text_feature, matched) == ("body", 0.4)
      return figures

    monkeypatch.setattr(executor.Executor, "Do", evaluate)
    monkeypatch.setattr(component, "measured", measured)
    monkeypatch.setattr(component, "group_figures", lambda *_: (comments(), comments()))
    blessing = artifact(standard_artifacts.ModelBlessing, tmp_path / "blessing")
    evaluation = artifact(standard_artifacts.ModelEvaluation, tmp_path / "evaluation")
    component.Executor().Do(
      {
        "model": [artifact(standard_artifacts.Model, tmp_path / "model")],
        "baseline_model": [artifact(standard_artifacts.Model, tmp_path / "control")],
      },
      {"blessing": [blessing], "evaluation": [evaluation]},
      {
        "harm_gate": dataclasses.replace(GATE, **gate).to_json(),
        "text_feature": "body",
      },
    )
    assert load_harms(evaluation.uri)[1] == figures
    (name,) = [path.name for path in (tmp_path / "blessing").iterdir()]
    return name, blessing.get_int_custom_property("blessed")

  return run


def test_a_model_that_harms_nobody_stays_blessed(run):
  assert run(True, probes()) == ("BLESSED", 1)


def test_a_model_that_harms_somebody_is_not(run):
  figures = probes()
  figures["identities"][0]["displacement"] |= {"rise": 0.3, "verdict": "displaced"}
  assert run(True, figures) == ("NOT_BLESSED", 0)


def test_a_model_without_figures_is_not(run):
  assert run(True, None) == ("NOT_BLESSED", 0)


def test_what_the_evaluator_refused_stays_refused(run):
  assert run(False, probes()) == ("NOT_BLESSED", 0)


def test_another_suite_is_another_evaluation(monkeypatch):
  def made():
    examples, model = (
      Channel(type=kind)
      for kind in (standard_artifacts.Examples, standard_artifacts.Model)
    )
    return component.ProbeEvaluator(examples, model, None, EvalConfig(), GATE)

  before = made().exec_properties
  monkeypatch.setattr(templates, "load_templates", lambda: ())
  assert made().exec_properties != before


def test_the_settings_of_labels_travel_by_name():
  gates = {"rude": GATE, "threat": dataclasses.replace(GATE, threshold=0.25)}
  examples, model = (
    Channel(type=kind)
    for kind in (standard_artifacts.Examples, standard_artifacts.Model)
  )
  made = component.ProbeEvaluator(examples, model, None, EvalConfig(), gates)
  assert component._gates(made.exec_properties["harm_gate"]) == gates
  assert component._gates(GATE.to_json()) == {"": GATE}
