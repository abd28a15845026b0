"""Names of what is found about an identity's false positives.

In a module of their own: pages and the command line name them where no NumPy is.
"""

DISPLACED, OK, TOO_LITTLE = "displaced", "ok", "too little evidence"
WITHIN_NOISE = "within training noise"
