"""A local Apache Flink cluster with Beam's job server and workers, as processes."""
