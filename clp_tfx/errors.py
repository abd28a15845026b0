"""The errors that are meant for a person and not for a developer."""


class InputError(ValueError):
  """What a user gave cannot be worked with, and the message says what to do.

  The message is one sentence that names the file, column, row or option. The
  command line prints it without a traceback and exits with code 2. It takes a
  single string, so that Beam can carry it from a worker to the caller.
  """


class ComponentError(RuntimeError):
  """A component of a job failed; the message names it and its log."""
