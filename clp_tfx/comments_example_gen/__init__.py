"""Reads labelled comments from CSV, Parquet and TFRecord files into a pipeline."""

from clp_tfx.comments_example_gen.comments import check_comments
from clp_tfx.comments_example_gen.component import CommentsExampleGen

__all__ = ["CommentsExampleGen", "check_comments"]
