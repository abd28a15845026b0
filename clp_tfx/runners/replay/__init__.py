"""Replays a compiled job on this machine, with a new process per component."""
