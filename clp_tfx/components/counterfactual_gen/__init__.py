"""Adds counterfactuals to examples: a Beam transform and a TFX component."""
