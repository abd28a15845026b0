"""What belongs to English: its words, articles and pronouns, and nothing that matches.

Another language gets a package of its own beside this one.
"""
