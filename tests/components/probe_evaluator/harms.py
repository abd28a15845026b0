"""Figures that keep every bound on harm, by hand."""

from clp_tfx.components.probe_evaluator.harm_gate import HarmGate

GATE = HarmGate(
  threshold=0.5,
  max_displacement=0.1,
  max_identity_spread=0.3,
  max_recall_drop=0.1,
  scores_probes=True,
  judges_probes=True,
  judges_comments=True,
  min_count=30,
  trained_on=("gay",),
  inactive=(),
)


def probes():
  """Returns figures as `summarize` does, as far as bounds use them."""
  return {
    "model": {"false_positive_rate": 0.2, "worst_distance": 0.1, "recall": 0.6},
    "baseline": {"recall": 0.6},
    "identities": [
      {
        "identity": name,
        "model": {"false_positive_rate": rate},
        "worst": {"text": f"I know {name} people."},
        "displacement": {"rise": 0.05, "detectable": 0.09, "verdict": "ok"},
      }
      for name, rate in (("deaf", 0.3), ("gay", 0.1))
    ],
    "groups": [
      {
        "group": "disability",
        "model": {"matched": {"recall": 0.6}},
        "baseline": {"recall": 0.6},
      }
    ],
  }


def comments(flip_rate=0.1, false_negative_rate=0.2):
  """Returns figures of a model as `group_figures` does."""
  bounds = [max(0, flip_rate - 0.05), flip_rate + 0.05]
  return {
    "audit": {
      "group": {
        "race": {"flip_rate": flip_rate, "flip_rate_bounds": bounds, "pairs": 200},
        "age": {"flip_rate": None, "flip_rate_bounds": [None, None], "pairs": 29},
      }
    },
    "bias_auc": {
      "identity_group": {
        "race": {"false_negative_rate": false_negative_rate, "positives": 100},
        "age": {"false_negative_rate": 1.0, "positives": 29},
      }
    },
    "matched_threshold": 0.4,
  }
