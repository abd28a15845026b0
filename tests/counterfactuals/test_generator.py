import collections
import csv
import gzip
import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clp_tfx.counterfactuals.edits import applied
from clp_tfx.counterfactuals.generator import CounterfactualGenerator
from clp_tfx.counterfactuals.generator_options import METHODS, CounterfactualOptions
from clp_tfx.counterfactuals.identity_term import BLANKS
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.counterfactuals.mentions import distinct_groups, distinct_terms
from clp_tfx.counterfactuals.outcome import SKIP_REASONS, Counterfactual
from clp_tfx.errors import InputError

REAL_COMMENTS = Path(__file__).parents[3] / "shared" / "data" / "comments.csv.gz"
LINE_BREAKS = "\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
GENERATOR = CounterfactualGenerator(IdentityTerms.load("gender_and_sexual_orientation"))


def generator(*rows: str) -> CounterfactualGenerator:
  return CounterfactualGenerator(
    IdentityTerms.parse("\n".join(("term,group", *rows)), "test")
  )


def ablated(text: str) -> str:
  (counterfactual,) = GENERATOR.generate(text)
  return counterfactual.text


def brief(text: str) -> list[tuple[str, str, str]]:
  return [(each.text, each.group, each.edit) for each in GENERATOR.generate(text)]


def terms(text: str) -> list[str]:
  return distinct_terms(GENERATOR.find(text))


def test_one_term():
  assert brief("I'm a gay person") == [
    ("I'm a person", "sexual_orientation/homosexual", "gay\u2192")
  ]


def test_all_terms_are_removed_at_once():
  # Edits are in text order, including repeated ones; groups are sorted and distinct.
  assert brief("My lesbian said she saw Men like a Man, and she left") == [
    (
      "My said saw Men like, and left",
      "gender/female+gender/male+sexual_orientation/homosexual",
      "lesbian\u2192;she\u2192;a\u2192;man\u2192;she\u2192",
    )
  ]


def test_terms_and_groups_found():
  mentions = GENERATOR.find("SHE is a lesbian, she says; he's not")
  assert distinct_terms(mentions) == ["she", "lesbian", "he"]
  assert distinct_groups(mentions) == [
    "gender",
    "gender/female",
    "gender/male",
    "sexual_orientation",
    "sexual_orientation/homosexual",
  ]


@pytest.mark.parametrize(
  "text",
  [
    "",
    " \n\t",
    "there batman human shell heirloom theme other mankind",
    "man-made, father-in-law, ex-wife, he\u2010man, non\u2011gay",
    "he_man _gay_ he2 2he",
    "rock'man O'Lady gay'france",
    "woman's-rights he-he-he f**king wo*man",
    "he\u0301 he\u200d he\u200cx ma\u00adn \u00e9he he\u00e9 \u092e\u0939he he\u093e",
    "he\U0001d165 he\ufe0f",
    "caf\udce9he he\udce9",
    "https://he.example.org/gay?man, HTTP://gay.example www.gay.example",
    "her\u0130 \u0130he",
  ],
)
def test_no_term(text):
  assert GENERATOR.find(text) == []
  assert GENERATOR.generate(text) == []


@pytest.mark.parametrize(
  ("text", "found"),
  [
    ("GAY Gay gAy", ["gay"]),
    ("he/she (him) \u201cher\u201d [man]", ["he", "she", "him", "her", "man"]),
    ("a man--woman ... boy\u2014girl", ["man", "woman", "boy", "girl"]),
    ("- he -she his- ''lady''", ["he", "she", "his", "lady"]),
    ("\u2764\ufe0fgay \U0001f3f3\ufe0f\u200d\U0001f308lesbian", ["gay", "lesbian"]),
    ("\u4e2d he \u05d0 she", ["he", "she"]),
    ("\u212aing", ["king"]),  # The Kelvin sign is a capital K.
    ("*Lady* **king**", ["lady", "king"]),
    ("he,she.him:her", ["he", "she", "him", "her"]),
  ],
)
def test_whole_words_in_any_case(text, found):
  assert terms(text) == found


@pytest.mark.parametrize(
  ("text", "counterfactual"),
  [
    ("She's here", "here"),
    ("the WOMAN\u2019S hat", "the hat"),
    ("he'll go, she'd stay", "go, stay"),
    ("he's", ""),
    ("'he said'", "'said'"),
    ("the 'man'", "the ''"),
  ],
)
def test_clitics_go_with_the_word(text, counterfactual):
  assert ablated(text) == counterfactual


@pytest.mark.parametrize(
  ("text", "counterfactual"),
  [
    ("I am a lesbian", "I am"),
    ("I am gay.", "I am."),
    ("gay", ""),
    (" he \t she ", ""),
    ("he he he", ""),
    ("He said yes", "said yes"),
    ("no he", "no"),
    ("one\nhe two", "one\ntwo"),
    ("one he\ntwo", "one\ntwo"),
    ("one\nhe\ntwo", "one\n\ntwo"),
    ("one\r\n  he said\r\ntwo  ", "one\r\n  said\r\ntwo  "),
    ("my  gay  man  b", "my b"),
    ("my gay, happy man!", "my, happy!"),
    ("is (he said) so", "is (said) so"),
    ("is (so she) so", "is (so) so"),
    ('a "gay" b "he said" c', 'a "" b "said" c'),
    ("what if he ?", "what if ?"),  # The space before ? was in the text.
    ("I am gay :)", "I am :)"),
    ("  gay. b", ". b"),
    ("he,she", ","),
    ("a he/she b", "a / b"),
    ("at\u00a0gay\u00a0bars", "at\u00a0bars"),
  ],
)
def test_blanks_are_repaired(text, counterfactual):
  assert ablated(text) == counterfactual


def test_longest_of_the_leftmost_terms_is_taken():
  found = generator("gay,a", "gay man,b", "man about town,c", "trans,d").find
  assert [m.term for m in found("a gay man about town")] == ["gay man"]
  assert [m.term for m in found("gay trans man about town")] == [
    "gay",
    "trans",
    "man about town",
  ]


def test_terms_of_several_words():
  find = generator("african american,a", "african,b").find
  assert [m.term for m in find("An African \t AMERICAN's view")] == ["african american"]
  for text in ("African\nAmerican", "African, American"):
    assert [m.term for m in find(text)] == ["african"]
  assert find("south-african african_american africanamerican") == []


def test_metacharacters_stand_for_themselves():
  lexicon = generator(".*,a", "(gay,b", "lgbt+,c", "a.b,d", "[x],e", "s/he,f", "\\w,g")
  assert lexicon.find("gay lgbt axb x she w") == []
  found = lexicon.find(".* (gay LGBT+ A.B [x] s/he \\w")
  assert "".join(mention.group for mention in found) == "abcdefg"


def test_compounds_and_apostrophes_that_a_lexicon_lists():
  found = generator("mother-in-law,a", "lady's maid,b", "o'hara,c").find
  text = "My mother\u2010in-law's lady\u2019s maid O\u2019Hara, a mother"
  assert [m.term for m in found(text)] == ["mother-in-law", "lady's maid", "o'hara"]


def test_composed_and_decomposed_letters_are_the_same():
  lexicon = generator("caf\u00e9,a")
  assert lexicon.generate("a CAFE\u0301 b")[0].text == "a b"
  assert lexicon.generate("a CAF\u00c9 b")[0].text == "a b"


def test_bytes_that_are_not_utf8_stay():
  text = b"\xff a gay \xc3( man\xff".decode("utf-8", "surrogateescape")
  edited = ablated(text).encode("utf-8", "surrogateescape")
  assert edited == b"\xff a \xc3( man\xff"


def test_given_mentions_are_taken():
  text = "he and she"
  assert GENERATOR.generate(text, GENERATOR.find(text)[1:])[0].text == "he and"


def check_invariants(text: str) -> None:
  mentions = GENERATOR.find(text)
  counterfactuals = GENERATOR.generate(text)
  is_pejorative = any(mention.pejorative for mention in mentions)
  assert len(counterfactuals) == (bool(mentions) and not is_pejorative)
  end = 0
  for mention in mentions:
    assert end <= mention.start < mention.term_end <= mention.end
    end = mention.end
  for counterfactual in counterfactuals:
    check_edits(text, counterfactual)
    edited = counterfactual.text
    assert GENERATOR.find(edited) == []
    # Only the spaces of the original text remain.
    for unwanted in (
      f"[{BLANKS}][{BLANKS}]",
      f"[{BLANKS}][.,;:!?)]",
      f"(?:^|(?<=[{LINE_BREAKS}]))[{BLANKS}]",
      f"[{BLANKS}](?:$|(?=[{LINE_BREAKS}]))",
    ):
      assert len(re.findall(unwanted, edited)) <= len(re.findall(unwanted, text))


def check_edits(text: str, counterfactual: Counterfactual) -> None:
  """Only edits change the text, and only terms, spaces and articles are edited."""
  rebuilt, end = "", 0
  for edit in counterfactual.edits:
    assert end <= edit.start < edit.end
    assert edit.label
    assert 0 < edit.confidence <= 1
    if not edit.term:
      assert text[edit.start : edit.end].strip(BLANKS).lower() in ("a", "an", "the")
    rebuilt += text[end : edit.start] + edit.replacement
    end = edit.end
  assert rebuilt + text[end:] == counterfactual.text


TERMS = [row.term for row in IdentityTerms.load("gender_and_sexual_orientation").terms]
PARTS = ["'s", "\u2019s", "'ll", "x", "I", "\u00e9", "\u0301", "\u200d", "\udce9"]
ARTICLES = ["a", "An", "the", "THE"]
MARKS = list(" \t\n\r\u00a0\u2028-'\u2019*/.,;:!?()[]\"\u201c\u201d_2\u2010")
SNIPPETS = st.sampled_from(TERMS + PARTS + ARTICLES + MARKS)


@given(st.lists(SNIPPETS | st.text(max_size=3), max_size=20).map("".join))
@example("he 'he'' he-")
def test_invariants(text):
  check_invariants(text)


@given(st.text(st.characters(codec="ascii")))
def test_case_makes_no_difference(text):
  spans = [mention[:2] for mention in GENERATOR.find(text)]
  assert [mention[:2] for mention in GENERATOR.find(text.upper())] == spans


@pytest.mark.parametrize(
  "unit",
  "he_|_|'|he's|he'_|'s|he-|he,\n|he*|*|he\u0301|w|\0|http://|(he)|_he_\u0301|he's*_"
  "".replace("_", " ").split("|"),
)
def test_time_is_linear_in_the_text(unit):
  text = unit * (50_000 // len(unit))
  start = time.perf_counter()
  GENERATOR.generate(text)
  # A fifth of a second; anything quadratic would take much longer.
  assert time.perf_counter() - start < 10


def test_real_comments():
  if not REAL_COMMENTS.exists():
    pytest.skip(f"{REAL_COMMENTS} is not there")
  with gzip.open(REAL_COMMENTS, "rt", encoding="utf-8", newline="") as file:
    texts = [row["comment_text"] for row in csv.DictReader(file)]
  for text in texts:
    check_invariants(text)


# One counterpart and one role for each term.
PAIRED = """term,group,counterparts,role
he,m,she,subject
she,f,he,subject
himself,m,herself,reflexive
herself,f,himself,reflexive
man,m,woman,noun
woman,f,man,noun
men,m,women,noun
women,f,men,noun
heir,m,heiress,noun
heiress,f,heir,noun
uncle,m,aunt,noun
aunt,f,uncle,noun
irish,i,dutch,adjective
dutch,d,irish,adjective
"""
SWAP = CounterfactualGenerator(IdentityTerms.parse(PAIRED, "s"), "substitution")
PAIRED_TERMS = [line.split(",")[0] for line in PAIRED.split()[1:]]
SWAP_SNIPPETS = st.sampled_from(
  PAIRED_TERMS
  + [term.upper() for term in PAIRED_TERMS]
  + [term.title() for term in PAIRED_TERMS]
  + ["a", "An", "the", "'s", "\u2019ll", "x", "\U0001f602", "\udcff", "e\u0301"]
  + list(" \n\t.,;'\"-/")
)


def without_articles(text: str) -> str:
  return re.sub(r"(?i)\ban?\b", "a", text)


@given(st.lists(SWAP_SNIPPETS, max_size=20).map(" ".join))
def test_substituting_twice_gives_the_original_up_to_articles(text):
  for once in SWAP.generate(text):
    check_swap_edits(text, once)
    # Each dimension is changed alone, so one of them leads back.
    twice = [without_articles(each.text) for each in SWAP.generate(once.text)]
    assert without_articles(text) in twice


@given(st.lists(SWAP_SNIPPETS | st.text(max_size=3), max_size=20).map("".join))
def test_nothing_changes_outside_of_substitutions(text):
  for each in SWAP.generate(text):
    check_swap_edits(text, each)


def check_swap_edits(text: str, counterfactual: Counterfactual) -> None:
  rebuilt, end = "", 0
  for edit in counterfactual.edits:
    assert end <= edit.start < edit.end
    original = text[edit.start : edit.end]
    if edit.term:
      assert original.lower() == edit.term
      assert edit.replacement.lower() in PAIRED_TERMS
    else:
      assert {original.lower(), edit.replacement.lower()} == {"a", "an"}
    rebuilt += text[end : edit.start] + edit.replacement
    end = edit.end
  assert rebuilt + text[end:] == counterfactual.text


ENGLISH = {
  method: CounterfactualGenerator(IdentityTerms.load("identity_en"), method)
  for method in METHODS
}
ENGLISH_TERMS = [row.term for row in IdentityTerms.load("identity_en").terms]


@given(
  st.sampled_from(METHODS),
  st.lists(
    st.sampled_from(ENGLISH_TERMS) | SNIPPETS | st.text(max_size=3), max_size=12
  ).map(" ".join),
)
def test_no_input_raises_and_the_cap_holds(method, text):
  outcome = ENGLISH[method].outcome(text)
  texts = [each.text for each in outcome.counterfactuals]
  assert len(set(texts)) == len(texts) <= CounterfactualOptions.max_counterfactuals
  assert text not in texts or method.startswith("ablation")
  assert outcome.skipped in ("", *SKIP_REASONS)
  for each in outcome.counterfactuals:
    assert 0 < each.confidence <= 1
    assert applied(text, each.edits) == each.text


def test_a_pejorative_term_excludes_a_text():
  rows = "term,group,connotation\nman,m,\nbrute,m,pejorative\nvermin,x,pejorative\n"
  more = IdentityTerms.parse(rows.replace("man,m,", "man,m,pejorative"), "more")
  own = CounterfactualGenerator(IdentityTerms.parse(rows, "own"), pejorative_terms=None)
  plain = CounterfactualGenerator(
    IdentityTerms.parse("term,group\nman,m\n", "plain"), pejorative_terms=more
  )
  for each in (own, plain):
    outcome = each.outcome("the man is a Brute")
    assert (outcome.counterfactuals, outcome.skipped) == ([], "pejorative")
    assert distinct_terms(outcome.mentions) == ["man"]
    # Terms that the lexicon lists as neutral stay neutral.
    assert each.outcome("one man").skipped == ""


def test_pejorative_terms_of_other_languages_do_not_count():
  rows = "term,group,connotation,language\nbrute,m,pejorative,en\n"
  german = IdentityTerms.parse("term,group,language\nmann,m,de\n", "de")
  more = IdentityTerms.parse(rows, "more")
  assert CounterfactualGenerator(german, pejorative_terms=more).find("brute") == []


def test_members_of_the_group_come_after_the_counterparts():
  rows = """term,group,counterparts,role
muslim,religion/muslim,christian,adjective
christian,religion/christian,,adjective
muslims,religion/muslim,,noun
jewish,religion/jewish,,adjective
gay,orientation,,adjective
"""
  lexicon = IdentityTerms.parse(rows, "s")
  members = CounterfactualGenerator(lexicon, "substitution_within_group")
  found = members.generate("a jewish or muslim teacher")
  assert [each.text for each in found] == [
    "a muslim or christian teacher",
    "a christian or jewish teacher",
  ]
  assert [each.confidence for each in found] == [0.6, 0.6]
  capped = CounterfactualGenerator(
    lexicon, "substitution_within_group", max_counterfactuals=1
  )
  assert [each.text for each in capped.generate("a muslim")] == ["a christian"]
  assert members.outcome("gay").skipped == "no_counterpart"


@pytest.mark.parametrize(
  "parameters",
  [
    {"method": "magic"},
    {"max_counterfactuals": 0},
    {"min_confidence": -0.1},
    {"min_confidence": float("nan")},
    {"pejorative_terms": "no_such_list"},
  ],
)
def test_parameters_out_of_range(parameters):
  with pytest.raises(InputError):
    CounterfactualGenerator(IdentityTerms.parse("term,group\na,b\n", "s"), **parameters)


@pytest.mark.parametrize(
  ("options", "message"),
  [
    ({"method": "other"}, "Expected 'method' to be one of ablation, "),
    ({"max_counterfactuals": 0}, "'max_counterfactuals' to be at least 1. Received: 0"),
    ({"min_confidence": 1.5}, "'min_confidence' to be at most 1. Received: 1.5"),
    ({"min_confidence": float("nan")}, "'min_confidence' to be at least 0"),
  ],
)
def test_arguments_are_checked_as_the_options_declare(options, message):
  with pytest.raises(InputError) as error:
    CounterfactualGenerator(IdentityTerms.load("identity_en"), **options)
  assert message in str(error.value)


def test_a_weak_rule_weakens_every_edit():
  # "is" says 0.9 for a pronoun.
  columns = "term,group,counterparts,role,only_person"
  terms = IdentityTerms.parse(
    f"{columns}\nold,a,young,adjective,people|is\nyoung,b,old,adjective,people|is\n",
    "x",
  )
  for method in ("ablation", "substitution"):
    strong, weak = (
      CounterfactualGenerator(terms, method).generate(text)[0].confidence
      for text in ("the old man", "he is old")
    )
    assert (strong, weak) == (1.0, 0.9)


def test_refusals_are_counted_by_rule():
  terms = IdentityTerms.parse("term,group,not_before\nmother,a,tongue\n", "x")
  refusals = collections.Counter()
  found = CounterfactualGenerator(terms).find_all(
    [b"my mother", b"mother tongue, mother tongue"], refusals
  )
  assert [len(mentions) for mentions in found] == [1, 0]
  assert refusals == {"not_before": 2}


@pytest.mark.parametrize(
  ("text", "ablated", "substituted"),
  [
    ("I saw Mr. Smith.", "I saw Smith.", "I saw Mrs. Smith."),
    ("a woman&#39;s car", "a car", "a man&#39;s car"),
    ("s/he and (wo)man at gay.com, #gay", None, None),
  ],
)
def test_spellings(text, ablated, substituted):
  terms = IdentityTerms.load("identity_en")
  for method, expected in (("ablation", ablated), ("substitution", substituted)):
    made = CounterfactualGenerator(terms, method).generate(text)
    assert [each.text for each in made] == ([expected] if expected else [])
