"""The treebank reader of benchmarks/pronouns.py, on sentences in UD format."""

import importlib.util
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "benchmarks" / "pronouns.py"
SPEC = importlib.util.spec_from_file_location("pronouns_benchmark", PATH)
pronouns = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(pronouns)

OBJECT, DETERMINER = "object", "possessive_determiner"
PRONOUN = "possessive_pronoun"
MASCULINE = "Gender=Masc|Number=Sing|Person=3|Poss=Yes|PronType=Prs"
FEMININE = "Gender=Fem|Number=Sing|Person=3"


def sentence(text: str | None, *rows: str) -> str:
  """Returns a sentence in CoNLL-U: id, form, UPOS, XPOS, features, relation, misc."""
  lines = ["# sent_id = made-up-1"] + ([f"# text = {text}"] if text else [])
  for row in rows:
    number, form, upos, xpos, features, relation, *misc = row.split()
    head = "0" if relation == "root" else "_" if "-" in number else "1"
    columns = number, form, form.lower(), upos, xpos, features, head, relation, "_"
    lines.append("\t".join([*columns, *(misc or ["_"])]))
  return "\n".join(lines) + "\n\n"


def cases(content: str) -> list[tuple[int, str, str]]:
  found = pronouns.from_conllu(content)
  return [(case.start, case.pronoun, case.role) for case in found]


def test_her_by_tag():
  content = sentence(
    "Her boss saw HER leave.",
    f"1 Her PRON PRP$ Case=Gen|{FEMININE}|Poss=Yes|PronType=Prs nmod:poss",
    "2 boss NOUN NN Number=Sing nsubj",
    "3 saw VERB VBD Tense=Past root",
    f"4 HER PRON PRP Case=Acc|{FEMININE}|PronType=Prs obj",
    "5 leave VERB VB VerbForm=Inf xcomp SpaceAfter=No",
    "6 . PUNCT . _ punct",
  )
  assert cases(content) == [(0, "her", DETERMINER), (13, "her", OBJECT)]


def test_her_by_features_alone():
  content = sentence(
    "her cat bit her",
    "1 her PRON _ Poss=Yes|PronType=Prs nmod:poss",
    "2 cat NOUN _ _ nsubj",
    "3 bit VERB _ _ root",
    "4 her PRON _ Case=Acc|PronType=Prs obj",
  )
  assert cases(content) == [(0, "her", DETERMINER), (12, "her", OBJECT)]


def test_a_coordinated_determiner_stays_one():
  content = sentence(
    "his and her car",
    f"1 his PRON PRP$ Case=Gen|{MASCULINE} nmod:poss",
    "2 and CCONJ CC _ cc",
    f"3 her PRON PRP$ Case=Gen|{FEMININE}|Poss=Yes conj",
    "4 car NOUN NN _ root",
  )
  assert cases(content) == [(0, "his", DETERMINER), (8, "her", DETERMINER)]


@pytest.mark.parametrize("xpos", ["PRP", "PRP$", "_"])
@pytest.mark.parametrize("relation", ["root", "nmod", "obl", "nsubj", "obj"])
def test_his_without_a_noun_is_a_pronoun_whatever_its_tag(xpos, relation):
  content = sentence("His .", f"1 His PRON {xpos} {MASCULINE} {relation}")
  assert cases(content) == [(0, "his", PRONOUN)]


@pytest.mark.parametrize(
  ("upos", "relation"), [("PRON", "nmod:poss"), ("DET", "det"), ("DET", "det:poss")]
)
def test_his_with_a_noun_is_a_determiner(upos, relation):
  content = sentence("His car", f"1 His {upos} PRP$ {MASCULINE} {relation}")
  assert cases(content) == [(0, "his", DETERMINER)]


def test_contracted_words_and_empty_nodes_are_no_words_of_their_own():
  content = sentence(
    "I don't know her's, his.",
    "1 I PRON PRP _ nsubj",
    "2-3 don't _ _ _ _",
    "2 do AUX VBP _ aux",
    "3 n't PART RB _ advmod",
    "4 know VERB VB _ root",
    "4.1 her PRON PRP _ _",
    "5-6 her's _ _ _ _ SpaceAfter=No",
    f"5 her PRON PRP Case=Acc|{FEMININE} obj",
    "6 's PART POS _ case",
    "7 , PUNCT , _ punct",
    f"8 his PRON PRP {MASCULINE} conj SpaceAfter=No",
    "9 . PUNCT . _ punct",
  )
  assert cases(content) == [(13, "her", OBJECT), (20, "his", PRONOUN)]


def test_parts_that_are_spelled_otherwise_do_not_lead_astray():
  content = sentence(
    "ima see her n't him",
    "1-3 ima _ _ _ _",
    "1 I PRON PRP _ nsubj",
    "2 n't AUX VBP _ aux",
    "3 a PART TO _ mark",
    "4 see VERB VB _ root",
    f"5 her PRON PRP Case=Acc|{FEMININE} obj",
  )
  assert cases(content) == [(8, "her", OBJECT)]


def test_a_text_is_joined_where_there_is_none():
  content = sentence(
    None,
    "1-2 can't _ _ _ _",
    "1 ca AUX MD _ aux",
    "2 n't PART RB _ advmod",
    "3 see VERB VB _ root",
    f"4 her PRON PRP Case=Acc|{FEMININE} obj SpaceAfter=No",
    "5 . PUNCT . _ punct",
  )
  assert [case.text for case in pronouns.from_conllu(content)] == ["can't see her."]
  assert cases(content) == [(10, "her", OBJECT)]


def test_sentences_are_measured_apart():
  one = sentence("her", f"1 her PRON PRP Case=Acc|{FEMININE} root")
  assert cases((one + one).replace("\n", "\r\n")) == [(0, "her", OBJECT)] * 2


def test_what_is_measured():
  right = pronouns.Case("I know her.", 7, "her", OBJECT)
  wrong = pronouns.Case("I know her.", 7, "her", DETERMINER)
  figures = pronouns.measured([right, right, right, wrong])
  assert (figures["cases"], figures["right"], figures["accuracy"]) == (4, 3, 0.75)
  assert figures["errors"][0]["text"] == "I know [her]."
