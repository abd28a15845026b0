"""Vertex AI: trains in custom jobs, and submits and follows pipeline jobs."""
