"""English words and grammar: articles, pronouns and senses, but no matching.

Another language gets its own package next to this one.
"""

from clp_tfx.counterfactuals.english.context import Role
from clp_tfx.counterfactuals.english.pronouns import role_of

__all__ = ["Role", "role_of"]
