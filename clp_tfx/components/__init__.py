"""The TFX components, one file or folder each; `pipeline` connects them.

Executors only resolve URIs and splits; the code they call can be tested without TFX.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
  __name__,
  submod_attrs={
    "anomaly_gate": ["AnomalyGate"],
    "comments_example_gen.big_query": ["BigQueryCommentsGen"],
    "comments_example_gen.comments": ["read_examples"],
    "comments_example_gen.component": ["CommentsExampleGen"],
    "comments_example_gen.examples": ["ExampleConfig"],
    "counterfactual_gen.component": ["CounterfactualGen", "CounterfactualStatistics"],
    "counterfactual_gen.stored_statistics": ["load_statistics"],
    "counterfactual_gen.transforms": ["GenerateCounterfactuals"],
    "probe_evaluator.component": ["ProbeEvaluator"],
    "probe_evaluator.harm_gate": ["HarmGate"],
    "pusher": ["atomic_pusher"],
    "trainer": ["clp_trainer"],
  },
)
