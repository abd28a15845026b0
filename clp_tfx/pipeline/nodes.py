"""What the nodes of the pipeline are called."""

EXAMPLE_GEN_ID = "CommentsExampleGen"
"""What gives the comments, whatever they are read from."""
CONTROL_ID = "ControlTrainer"
RESOLVER_ID = "LatestBlessedModel"
"""Of it, TFX makes several tasks of a job, whose names begin so."""
MODELS = {"clp": "Trainer", "baseline": CONTROL_ID}
"""The Trainers, by what reports call their models."""
