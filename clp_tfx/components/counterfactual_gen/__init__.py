"""Counterfactuals added to examples: a Beam transform and a TFX component."""
