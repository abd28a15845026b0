from clp_tfx.pipeline.labels import judged, named, views

CHECK = {"metric": "auc", "slice": "all", "bound": "at least 0.7", "passed": False}
SUMMARY = {
  "labels": {
    "rude": {"baseline": None, "clp": {"auc": 0.9}, "probes": None},
    "a_rude": {"baseline": None, "clp": {"auc": 0.5}, "probes": {"sentences": 1}},
  },
  "gate": {
    "blessed": False,
    "checks": [CHECK | {"label": "a_rude"}, CHECK | {"label": ""}],
    "failures": [CHECK | {"label": "a_rude", "reason": "a_rude: it is low."}],
    "inactive": ["Measured without a bound: rude."],
    "not_judged": [{"label": "rude", "group": "g"}],
  },
  "training": {
    "clp": [
      {"epoch": 1, "loss": 2.0, "rude_auc": 0.8, "val_rude_auc": 0.7, "a_rude_auc": 0.6}
    ]
  },
  "configuration": {"decision_threshold": {"*": 0.5, "rude": 0.25}, "epochs": 1},
  "seconds": {"Trainer": 1.0},
}


def test_a_label_is_seen_as_the_only_one():
  found = views(SUMMARY)
  assert list(found) == ["rude", "a_rude"]
  rude, other = found.values()
  assert "labels" not in rude
  assert (rude["clp"], rude["probes"]) == ({"auc": 0.9}, None)
  assert rude["seconds"] == SUMMARY["seconds"]
  assert rude["training"]["clp"] == [
    {"epoch": 1, "loss": 2.0, "auc": 0.8, "val_auc": 0.7}
  ]
  assert other["training"]["clp"] == [{"epoch": 1, "loss": 2.0, "auc": 0.6}]
  assert rude["configuration"] == {"decision_threshold": 0.25, "epochs": 1}
  assert other["configuration"]["decision_threshold"] == 0.5
  assert (rude["gate"]["blessed"], other["gate"]["blessed"]) == (True, False)
  assert rude["gate"]["not_judged"] and not other["gate"]["not_judged"]
  assert [each["label"] for each in other["gate"]["checks"]] == ["a_rude"]


def test_a_label_with_a_bound_of_its_own_is_judged():
  assert judged(SUMMARY) == ["a_rude"]


def test_the_only_label_has_no_name():
  one = {"clp": {}, "gate": {}}
  assert views(one) == {"": one}
  assert named("", "It is low.") == "It is low."
  assert named("rude", "It is low.") == "rude: It is low."
