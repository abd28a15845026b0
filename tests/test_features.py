import subprocess
import sys

import pytest


@pytest.mark.parametrize(
  "module",
  [
    "clp_tfx",
    "clp_tfx.code_digest",
    "clp_tfx.counterfactuals.generator",
    "clp_tfx.runners.demo_comments",
    "clp_tfx.errors",
    "clp_tfx.features",
    "clp_tfx.counterfactuals.lexicon",
    "clp_tfx.options",
  ],
)
def test_lowest_layer_imports_neither_tensorflow_nor_beam(module):
  code = (
    f"import sys, {module}\n"
    "print(sorted({'tensorflow', 'keras', 'apache_beam', 'tfx'} & set(sys.modules)))"
  )
  result = subprocess.run(
    [sys.executable, "-c", code], capture_output=True, text=True, check=True
  )
  assert result.stdout == "[]\n"
