"""The standard pipeline: configuration, definition and verdict.

`create_pipeline` runs nothing; `runners` does.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
  __name__,
  submod_attrs={
    "config": ["PipelineConfig", "load_config"],
    "local_beam_runner": ["LocalBeamRunner"],
    "pipeline": ["create_pipeline"],
    "output": ["prepare_output"],
  },
)
