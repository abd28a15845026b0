"""Where a pipeline runs: on this machine, as a compiled job, replayed, or on Vertex.

What the pipeline consists of is `pipeline`'s; nothing here changes that.
"""
