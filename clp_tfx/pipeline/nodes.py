"""Names of the pipeline's nodes."""

EXAMPLE_GEN_ID = "CommentsExampleGen"
"""The component that reads the comments, from files or from BigQuery."""
EVALUATOR_ID = "Evaluator"
CONTROL_ID = "ControlTrainer"
RESOLVER_ID = "LatestBlessedModel"
"""In a compiled job, TFX splits it into several tasks whose names start with this."""
MODELS = {"clp": "Trainer", "baseline": CONTROL_ID}
"""The Trainers by the name of their model in reports."""
