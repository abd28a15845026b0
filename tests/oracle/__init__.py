"""Simple reference implementations to test the package against."""
