"""Text in, counterfactuals out: lexicons, matching, edits and English grammar.

Needs neither TensorFlow nor Beam, and nothing that does may come in.
"""
