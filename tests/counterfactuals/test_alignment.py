from clp_tfx.counterfactuals.alignment import aligned
from clp_tfx.counterfactuals.mentions import Mention
from clp_tfx.counterfactuals.substitutions import Replacement


def choices(group: str, *becomes: str) -> list[Replacement]:
  """Returns replacements for a mention of a group, named as what they become."""
  mention = Mention(0, 1, "x", group, 1)
  return [Replacement(mention, 1, to, "", 1.0, True, group, to) for to in becomes]


def terms(*some: list[Replacement], turn: int = 0) -> list[str]:
  return [each.term for each in aligned(some, turn)]


def test_a_mention_alone_takes_its_replacements_in_turn():
  one = choices("a", "b", "c")
  assert [terms(one, turn=turn) for turn in (0, 1, 2)] == [["b"], ["c"], ["b"]]


def test_mentions_of_a_group_become_the_same_group():
  first, second = choices("a", "b", "c"), choices("a", "c", "b")
  assert terms(first, second) == ["b", "b"]
  assert terms(first, second, turn=1) == ["c", "c"]


def test_a_part_of_the_group_will_do():
  assert terms(choices("a", "b"), choices("a", "c", "b/part")) == ["b", "b/part"]


def test_two_groups_do_not_become_the_same_one():
  assert terms(choices("a", "b", "c"), choices("d", "b", "c")) == ["b", "c"]


def test_groups_swap():
  assert terms(choices("a", "b"), choices("b", "a")) == ["b", "a"]


def test_what_cannot_be_kept_apart_is_doubtful():
  found = aligned([choices("a", "b"), choices("c", "b")], 0)
  assert [each.confidence for each in found] == [1.0, 0.3]


def test_a_people_that_cannot_stay_one_is_doubtful():
  nation = [choices("nationality/a", "b"), choices("nationality/a", "c")]
  assert [each.confidence for each in aligned(nation, 0)] == [1.0, 0.3]
  # "A peasant" and "the poor": an aristocrat and the rich are no contradiction.
  wealth = [choices("class/a", "b"), choices("class/a", "c")]
  assert [each.confidence for each in aligned(wealth, 0)] == [1.0, 1.0]
