"""Random comments and terms, with many cases that are hard to match."""

import random

WORDS = (
  *("a", "an", "the", "of", "with", "and", "or", "not", "is", "you", "people"),
  *("person", "men", "women", "man", "woman", "he", "she", "her", "his", "him"),
  *("hers", "gay", "lesbian", "black", "white", "old", "young", "deaf", "king"),
  *("queen", "american", "african", "mother", "father", "in", "law", "son", "trans"),
  *("jew", "muslim", "there", "batman", "human", "shell", "heirloom", "man-made"),
  *("mother-in-law", "self-made", "www", "http", "https", "s", "d", "re"),
)
OTHER_WORDS = (
  *("\u00e9l", "\u00e9migr\u00e9", "ni\u00f1o", "fianc\u00e9e", "\u00dcbersetzer"),
  *(
    "\u043c\u0443\u0436\u0447\u0438\u043d\u0430",
    "\u03ac\u03bd\u03b4\u03c1\u03b1\u03c2",
  ),
  *(
    "\u05d0\u05b7\u05d9\u05e9",
    "\u4eba",
    "\u1eadx",
    "\u0928\u093e\u0930\u0940",
    "x\u030c",
  ),
  *("o'hara", "m\u00e4nnlich"),
)
MARKS = (
  *("'s", "\u2019s", "'ll", "'D", "'", "\u2019", "-", "\u2010", "*", "**", "_", "."),
  *(", ", "! ", "? ", ": ", "; ", "...", " (", ") ", ' "', '" ', "\u201c", "\u201d"),
  *("/", "\n", "\r\n", "\t", "  ", "\u00a0", "\u2028", "\u2014", "http://", "www."),
  *("\u0301", "\u0323", "\u200d", "\u00ad", "\ufe0f", "\u2764", "\U0001f3f3", "\x1c"),
  *("\u212aing", "\u0130", "\u212bm", "\udce9", "\udcc3", "\udcff", "\u0344", "(", "#"),
)


def terms(count, seed=0):
  """Returns distinct terms of one to three words."""
  chance = random.Random(seed)
  syllables = ("ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zan", "\u00e9")
  odd = (".*", "(gay", "lgbt+", "s/he", "lady's maid", "\U0001f3f3", "'s")
  made = dict.fromkeys((*WORDS[10:40], *OTHER_WORDS, *odd))
  while len(made) < count:
    words = [
      chance.choice(WORDS)
      if chance.random() < 0.6
      else "".join(chance.choices(syllables, k=chance.randint(2, 4)))
      for _ in range(chance.choice((1, 1, 2, 2, 3)))
    ]
    made[chance.choice((" ", " ", " ", "-")).join(words)] = None
  return list(made)[:count]


def comments(count, seed=0):
  """Returns texts as bytes, not all of them UTF-8."""
  chance = random.Random(seed)
  vocabulary = [*(WORDS * 4), *OTHER_WORDS] + terms(500, seed=1)
  return [_comment(chance, vocabulary) for _ in range(count)]


def _comment(chance, vocabulary):
  parts = []
  for _ in range(chance.randint(0, 30)):
    word = chance.choice(vocabulary)
    parts.append(chance.choice((word, word, word, word.title(), word.upper())))
    parts.append(chance.choice(MARKS) if chance.random() < 0.3 else " ")
  return "".join(parts).encode("utf-8", "surrogateescape")
