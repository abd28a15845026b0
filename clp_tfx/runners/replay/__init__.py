"""Replays a compiled job on this machine, a fresh process per component."""
