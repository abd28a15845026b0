"""The TFX components, a file or folder each; how they are joined is `pipeline`'s."""
