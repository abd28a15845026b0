"""Where a pipeline runs: on this machine, as a compiled job, replayed, or on Vertex.

What the pipeline consists of is `pipeline`'s; nothing here changes that.
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
