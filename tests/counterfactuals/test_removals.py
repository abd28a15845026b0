import pytest

from clp_tfx.counterfactuals.edits import applied
from clp_tfx.counterfactuals.mentions import Mention
from clp_tfx.counterfactuals.removals import Removal, removal_edits, without_head


def removal(text: str, word: str, noun: bool = True) -> Removal:
  start = text.index(word)
  end = start + len(word)
  return Removal(Mention(start, end, word, "group", end), noun, english=True)


@pytest.mark.parametrize(
  ("text", "words", "expected", "labels"),
  [
    ("A gay man came.", ["gay", "man"], "came.", ["a\u2192", "gay\u2192", "man\u2192"]),
    ("An old man left.", ["old"], "A man left.", ["an\u2192a", "old\u2192"]),
    ("So he a boy.", ["he", "boy"], "So.", ["he\u2192", "a\u2192", "boy\u2192"]),
    ("man, go", ["man"], ", go", ["man\u2192"]),
    ("(man) go", ["man"], "() go", ["man\u2192"]),
    ("  man go", ["man"], "  go", ["man\u2192"]),
    ("go man\ngo", ["man"], "go\ngo", ["man\u2192"]),
    ("man", ["man"], "", ["man\u2192"]),
  ],
)
def test_removal_edits(text, words, expected, labels):
  edits = removal_edits(text, [removal(text, word) for word in words])
  assert applied(text, edits) == expected
  assert [edit.label for edit in edits] == labels


@pytest.mark.parametrize(
  ("text", "term", "left_out"),
  [
    ("Black people vote", "black people", "Black"),
    ("Black panthers vote", "black panthers", "Black panthers"),
    ("The ladies' room", "ladies", "ladies'"),
  ],
)
def test_without_head(text, term, left_out):
  start = text.lower().index(term)
  end = start + len(term)
  mention = without_head(text, Mention(start, end, term, "group", end))
  assert text[mention.start : mention.end] == left_out
