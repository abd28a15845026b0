"""Apache Flink on this machine, with Beam's job server and workers in processes."""
