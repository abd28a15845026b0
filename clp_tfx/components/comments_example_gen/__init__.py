"""Reads labelled comments from files, or a table in BigQuery, into a pipeline."""
