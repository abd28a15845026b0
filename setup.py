"""For pip, and for Beam's --setup_file; the metadata is in pyproject.toml."""

from setuptools import setup

setup()
