"""What people look at: the report page and the Fairness Indicators component."""

from clp_tfx.report.fairness_indicators import fairness_indicators_html, slicing_metrics
from clp_tfx.report.notebook import render_fairness_indicators
from clp_tfx.report.report import write_report

__all__ = [
  "fairness_indicators_html",
  "render_fairness_indicators",
  "slicing_metrics",
  "write_report",
]
