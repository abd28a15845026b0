"""Runs a pipeline locally, as a compiled job, as a replay, or on Vertex.

`pipeline` defines the pipeline; nothing here changes the definition.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
  __name__,
  submod_attrs={
    "console": ["logs_in"],
    "demo_comments": ["write_demo_comments"],
    "kubeflow": ["compile_job"],
    "local": ["prepare_data", "run_locally"],
    "replay.replay": ["replay_job"],
  },
)
