"""What belongs to English: its words, articles and pronouns, and nothing that matches.

Another language gets a package of its own beside this one.
"""

from clp_tfx.counterfactuals.english.context import Role
from clp_tfx.counterfactuals.english.pronouns import role_of

__all__ = ["Role", "role_of"]
