"""Probes: functional tests of a classifier, sentences about people that we wrote.

Needs neither TensorFlow nor Beam: any function from texts to scores can be measured.
Models and files of comments belong in `evaluation`.
"""
