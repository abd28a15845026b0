"""Gives every word for one group words for one other group.

A text that becomes one about Christians has no mosque of Islam left that became
Judaism: "Muslims and Islam" are "Christians and Christianity", or "Jews and Judaism".
Two groups do not become the same one while another is free.
"""

from collections.abc import Sequence

from clp_tfx.counterfactuals.substitutions import Replacement

# Where groups of one dimension are peoples or beliefs, a second one is another people.
_STRICT = ("nationality/", "race/", "religion/")
_TORN = 0.3


def aligned(choices: Sequence[Sequence[Replacement]], turn: int) -> list[Replacement]:
  """Returns a replacement for each mention.

  Args:
    choices: The replacements that each mention has, best first.
    turn: Number of the counterfactual: its first mention of a group takes its first
      replacement in turn 0, the second in turn 1, and so on.
  """
  if len(choices) == 1:
    return [choices[0][turn % len(choices[0])]]
  becomes: dict[str, str] = {}
  found = []
  for each in choices:
    first = turn % len(each)
    group = each[first].group
    taken = becomes.get(group)
    for index in range(first, first + len(each)):
      choice = each[index % len(each)]
      if taken is None:
        fits = not any(_are_one(choice.becomes, each) for each in becomes.values())
      else:
        fits = _are_one(choice.becomes, taken)
      if fits and _keeps_parts(group, choice.becomes, becomes):
        break
    else:
      choice = each[first]
      if taken is None or group.startswith(_STRICT):
        choice = choice._replace(confidence=min(choice.confidence, _TORN))
    becomes.setdefault(group, choice.becomes)
    found.append(choice)
  return found


def _are_one(group: str, other: str) -> bool:
  """Tells whether a group is another or part of it."""
  return group == other or f"{group}/".startswith(f"{other}/")


def _keeps_parts(group: str, new: str, becomes: dict[str, str]) -> bool:
  """Tells whether a part of a group stays a part: Shia Muslims."""
  return all(
    _are_one(new, other) or _are_one(other, new)
    for one, other in becomes.items()
    if one != group and (_are_one(group, one) or _are_one(one, group))
  )
