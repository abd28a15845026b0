"""What the tests on a cluster need."""

import pytest

from pipelines.flink.cluster import JARS


@pytest.fixture(scope="session", autouse=True)
def flink():
  """Skips where Flink is not set up; make test-flink sets it up first."""
  if not (JARS / ".ready").exists():
    pytest.skip("Flink is not set up: make flink does it.")
