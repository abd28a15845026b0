"""The report page, charts and the Fairness Indicators component.

This package only displays metrics; it does not compute any.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
  __name__,
  submod_attrs={
    "bars": ["Bar", "bars_svg"],
    "fairness_indicators": ["fairness_indicators_html", "slicing_metrics"],
    "notebook": ["render_fairness_indicators", "render_pairs"],
    "report": ["write_report"],
    "results": ["PipelineArtifacts", "write_pipeline_results"],
    "trade_off": ["Point", "trade_off_svg"],
  },
)
