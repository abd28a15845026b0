"""Errors for users rather than developers."""


class InputError(ValueError):
  """The user's input cannot be used; the message says what to do.

  The message is one sentence that names the file, column, row or option. The
  command line prints it without a traceback and exits with code 2. The error takes
  a single string so that Beam can pass it from a worker to the caller.
  """


class ComponentError(RuntimeError):
  """A component of a job failed; the message names it and its log."""
