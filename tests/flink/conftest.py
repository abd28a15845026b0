"""Fixtures for the tests on a cluster."""

import pytest

from pipelines.flink.cluster import JARS


@pytest.fixture(scope="session", autouse=True)
def flink():
  """Skips the tests if Flink is not installed; make test-flink installs it first."""
  if not (JARS / ".ready").exists():
    pytest.skip("Flink is not set up: make flink does it.")
