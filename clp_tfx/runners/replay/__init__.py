"""Replays a compiled job on this machine, a fresh process per component."""

from clp_tfx.runners.replay.job import Job, Task, read_job
from clp_tfx.runners.replay.replay import replay_job

__all__ = ["Job", "Task", "read_job", "replay_job"]
