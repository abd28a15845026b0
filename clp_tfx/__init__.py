"""Counterfactual Logit Pairing (CLP) for TFX pipelines."""

__version__ = "0.1.0"
