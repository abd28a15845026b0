"""The standard pipeline: its configuration, its definition and its verdict.

Where it runs is `runners`' business; `create_pipeline` runs nothing.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
  __name__,
  submod_attrs={
    "config": ["PipelineConfig", "load_config"],
    "pipeline": ["create_pipeline"],
    "output": ["prepare_output"],
  },
)
