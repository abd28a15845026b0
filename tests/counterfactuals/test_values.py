import pytest

from clp_tfx.counterfactuals import CounterfactualGenerator, IdentityTerms
from clp_tfx.errors import InputError

HEADER = "term,group,counterparts,connotation,match,role\n"
ADULT = (
  "Male,sex/male,Female,,value,\n"
  "Female,sex/female,Male,,value,\n"
  "Black,race/black,White,,value,\n"
  "White,race/white,Black|Asian-Pac-Islander,,value,\n"
  "Asian-Pac-Islander,race/asian,,,value,\n"
  "Other,race/other,,,value,\n"
  "Oriental,race/asian,,pejorative,value,\n"
  "men,sex/male,women,,,\n"
  "women,sex/female,men,,,\n"
)
TERMS = IdentityTerms.parse(HEADER + ADULT, "adult")


def made(text, method):
  generator = CounterfactualGenerator(TERMS, method, pejorative_terms=None)
  return [each.text for each in generator.generate(text)]


@pytest.mark.parametrize(
  ("text", "found"),
  [
    ("Male", ["Female"]),
    ("White", ["Black", "Asian-Pac-Islander"]),
    # Spelled as in the lexicon, and the whole text: here are no words of it.
    ("male", []),
    ("Male ", []),
    ("a Male", []),
    ("Asian-Pac-Islander", []),
    ("Oriental", []),
    ("", []),
    # Words are looked for as ever.
    ("Men only", ["Women only"]),
    ("Male men", ["Male women"]),
  ],
)
def test_substitution_replaces_the_whole_value(text, found):
  assert made(text, "substitution") == found


def test_the_other_categories_of_a_group_come_after_the_counterparts():
  others = ["Black", "Asian-Pac-Islander", "Other"]
  assert made("White", "substitution_within_group") == others
  assert made("Other", "substitution_within_group") == [
    *("Black", "White", "Asian-Pac-Islander")
  ]
  # No word becomes a category.
  assert made("men", "substitution_within_group") == ["women"]


@pytest.mark.parametrize(
  "method", ["ablation", "ablation_by_group", "ablation_by_term", "neutral"]
)
def test_other_methods_empty_the_value(method):
  assert made("Male", method) == [""]


def test_mentions_and_edits_have_the_spelling_of_the_lexicon():
  generator = CounterfactualGenerator(TERMS, "substitution", pejorative_terms=None)
  texts = ["Male", "nobody", "women, men", "Oriental"]
  found = generator.find_all([text.encode() for text in texts])
  assert found == [generator.find(text) for text in texts]
  assert [[each.term for each in some] for some in found] == [
    *(["Male"], [], ["women", "men"], ["Oriental"])
  ]
  outcome = generator.outcome("Male", found[0])
  (edit,) = outcome.counterfactuals[0].edits
  assert edit[:4] == (0, 4, "Female", "Male")
  assert (edit.group, edit.rule, edit.confidence) == ("sex/male", "counterpart", 1)
  assert generator.outcome("Oriental", found[3]).skipped == "pejorative"
  assert generator.outcome("Other").skipped == "no_counterpart"


def test_a_lexicon_of_categories_alone_in_any_script():
  terms = IdentityTerms.parse(HEADER + "♀,g/f,♂,,value,\n♂,g/m,♀,,value,\n", "signs")
  generator = CounterfactualGenerator(terms, "substitution")
  assert generator.find("Male ♀") == []
  ((mention,),) = generator.find_all(["♀".encode()])
  assert (mention.start, mention.end) == (0, 1)
  assert [each.text for each in generator.generate("♀")] == ["♂"]


@pytest.mark.parametrize(
  ("rows", "message"),
  [
    ("a,g,,,exact,", "unknown match 'exact' (expected words or value or nothing)"),
    ("A,g,,,value,noun", "value 'A' with a role or sense columns"),
    ("A,g,b,,value,\nB,g/b,,,value,", "counterpart 'b' of 'A' is not a value of this"),
    (
      "a,g,b,,,\nb,g/b,,,value,",
      "'b' of 'a' is not a term of this lexicon in the same",
    ),
    ("a,g,,,value,\na,g,,,,noun", "term 'a' with match 'words', but 'value' on line 2"),
  ],
)
def test_faults_of_categories(rows, message):
  with pytest.raises(InputError) as error:
    IdentityTerms.parse(HEADER + rows, "faulty")
  assert message in str(error.value)


def test_the_digest_tells_a_category_from_a_word():
  def digest(match):
    return IdentityTerms.parse(f"{HEADER}men,sex,,,{match},\n", "m").digest()

  assert digest("") == digest("words") != digest("value")
