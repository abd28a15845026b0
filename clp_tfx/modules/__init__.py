"""Functions that TFX loads by dotted name; no classes."""
