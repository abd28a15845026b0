"""Any SavedModel that scores texts, measured as the pipeline measures its own."""
