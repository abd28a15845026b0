"""What a team copies and edits: runners on `clp_tfx.pipeline.create_pipeline`."""
