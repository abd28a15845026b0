"""Runners for `clp_tfx.pipeline.create_pipeline`, for teams to copy and edit."""
