"""Scenes of sentences in which a word is marked."""

from clp_tfx.counterfactuals.english.scene import Scene


def scene(marked: str) -> Scene:
  """Returns the scene of the word in brackets."""
  start, end = marked.index("["), marked.index("]") - 1
  return Scene(marked.replace("[", "").replace("]", ""), start, end)
