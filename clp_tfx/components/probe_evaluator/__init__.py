"""The stock Evaluator with probes: who gains and who loses enters the same blessing."""
