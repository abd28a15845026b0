"""Text in, counterfactuals out: lexicons, matching, edits and English grammar.

Imports neither TensorFlow nor Beam, and must not start to.
"""

from clp_tfx.counterfactuals.edits import Edit, edits_from_json, edits_to_json
from clp_tfx.counterfactuals.generator import CounterfactualGenerator
from clp_tfx.counterfactuals.generator_options import METHODS, GeneratorOptions
from clp_tfx.counterfactuals.identity_term import IdentityTerm, groups_with_ancestors
from clp_tfx.counterfactuals.lexicon import IdentityTerms, built_in_lexicons
from clp_tfx.counterfactuals.matcher import TermMatcher
from clp_tfx.counterfactuals.mentions import Mention, MentionFinder
from clp_tfx.counterfactuals.outcome import SKIP_REASONS, Counterfactual, Outcome

__all__ = [
  "METHODS",
  "SKIP_REASONS",
  "Counterfactual",
  "CounterfactualGenerator",
  "Edit",
  "GeneratorOptions",
  "IdentityTerm",
  "IdentityTerms",
  "Mention",
  "MentionFinder",
  "Outcome",
  "TermMatcher",
  "built_in_lexicons",
  "edits_from_json",
  "edits_to_json",
  "groups_with_ancestors",
]
