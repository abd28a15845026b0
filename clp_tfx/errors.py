"""Errors for users rather than developers."""


class InputError(ValueError):
  """The user's input cannot be used; the message says what to do.

  The message is one sentence that names the file, column, row or option. The
  command line prints it without a traceback and exits with code 2. The error takes
  a single string so that Beam can pass it from a worker to the caller.

  Example:
    >>> from clp_tfx.counterfactuals import IdentityTerms
    >>> try:
    ...   IdentityTerms.load("no_such_file.csv")
    ... except InputError as error:
    ...   print(str(error)[:35])
    Expected lexicon 'no_such_file.csv'
  """


class ComponentError(RuntimeError):
  """A component of a job failed; the message names it and its log.

  Example:
    >>> raise ComponentError("Trainer failed; its log is out/Trainer.log.")
    Traceback (most recent call last):
    clp_tfx.errors.ComponentError: Trainer failed; its log is out/Trainer.log.
  """
