"""Reads labelled comments from files, or a table in BigQuery, into a pipeline."""

from clp_tfx.components.comments_example_gen.big_query import SCHEME as BIG_QUERY_SCHEME
from clp_tfx.components.comments_example_gen.big_query import BigQueryCommentsGen
from clp_tfx.components.comments_example_gen.comments import check_comments
from clp_tfx.components.comments_example_gen.component import CommentsExampleGen
from clp_tfx.components.comments_example_gen.examples import ExampleConfig

__all__ = [
  "BIG_QUERY_SCHEME",
  "BigQueryCommentsGen",
  "CommentsExampleGen",
  "ExampleConfig",
  "check_comments",
]
