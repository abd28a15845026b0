import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.e2e


def test_two_replicas_train_as_one():
  done = subprocess.run(
    [sys.executable, Path(__file__).with_name("mirrored.py")],
    check=True,
    stdout=subprocess.PIPE,
    text=True,
  )
  result = json.loads(done.stdout.splitlines()[-1])
  (one, one_history), (two, two_history) = result["one"], result["two"]
  for a, b in zip(one, two, strict=True):
    assert np.array(a) == pytest.approx(np.array(b), abs=1e-6)
  for name in ("loss", "counterfactual_loss", "flip_rate"):
    assert one_history[name] == pytest.approx(two_history[name], abs=1e-5)
  assert "cannot be split" in result["refusal"]
