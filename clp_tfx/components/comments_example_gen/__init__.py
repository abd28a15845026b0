"""Reads labelled comments from files or a BigQuery table into a pipeline."""
