"""Vertex AI: trainings as custom jobs, and pipeline jobs submitted and followed."""
