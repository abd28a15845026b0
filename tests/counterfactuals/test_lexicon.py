import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clp_tfx.counterfactuals.identity_term import (
  IdentityTerm,
  groups_with_ancestors,
  normalized,
)
from clp_tfx.counterfactuals.lexicon import IdentityTerms, built_in_lexicons
from clp_tfx.counterfactuals.sense_columns import Sense
from clp_tfx.errors import InputError

HEADER = "term,group\n"


def parse(rows: str) -> IdentityTerms:
  return IdentityTerms.parse(HEADER + rows, source="terms.csv")


def fault(csv_text: str) -> str:
  with pytest.raises(InputError) as error:
    IdentityTerms.parse(csv_text, source="terms.csv")
  return str(error.value)


def test_built_in_lexicon():
  lexicon = IdentityTerms.load("gender_and_sexual_orientation")
  by_group = {}
  for row in lexicon.terms:
    by_group.setdefault(row.group, set()).add(row.term)
  assert sum(map(len, by_group.values())) == 50
  assert by_group.keys() == {
    "gender/female",
    "gender/male",
    "sexual_orientation/homosexual",
  }
  assert by_group["sexual_orientation/homosexual"] == {"gay", "lesbian"}
  assert {"she", "her", "waitress", "grannie"} <= by_group["gender/female"]
  assert {"he", "his", "waiter", "heir"} <= by_group["gender/male"]
  assert "gender_and_sexual_orientation" in built_in_lexicons()


def test_terms_are_normalized_and_keep_their_order():
  # E and a combining acute accent compose; the curly apostrophe becomes the plain one.
  rows = ' Gay ,a/b\n"African \t American",c\nCAFE\u0301,d\nO\u2019Hara,e\n'
  assert parse(rows).terms == (
    IdentityTerm("gay", "a/b"),
    IdentityTerm("african american", "c"),
    IdentityTerm("caf\u00e9", "d"),
    IdentityTerm("o'hara", "e"),
  )


def test_columns_may_come_in_any_order():
  (row,) = IdentityTerms.parse("group,term\nx/y,man\n", "s").terms
  assert row == IdentityTerm("man", "x/y")


def test_byte_order_mark_and_blank_lines_are_no_fault(tmp_path):
  path = tmp_path / "terms.csv"
  path.write_bytes(b"\xef\xbb\xbfterm,group\r\n\r\nman,x\r\n")
  assert IdentityTerms.load(str(path)).terms == (IdentityTerm("man", "x"),)


def test_a_lexicon_of_any_file_system_that_beam_knows(memory_files):
  memory_files["memory://b/terms.csv"] = b"term,group\nman,x\n"
  lexicon = IdentityTerms.load("memory://b/terms.csv")
  assert lexicon.terms == (IdentityTerm("man", "x"),)
  assert lexicon.source == "memory://b/terms.csv"


def test_a_remote_lexicon_that_is_not_there(memory_files):
  for path in ("memory://b/terms.csv", "nowhere://terms.csv"):
    with pytest.raises(InputError, match=f"{path}.*check the name or path"):
      IdentityTerms.load(path)


FULL_HEADER = "term,role,counterparts,group,language,connotation\n"


def test_every_column():
  rows = (
    "Her,object,Him,f,,\n"
    "her, Possessive_Determiner ,his,f,EN,neutral\n"
    "him,object,,m,en,\n"
    "his,,her,m,,\n"
    "frau,noun,mann | herr,f,de,\n"
    "mann,noun,,m,de,\n"
    "herr,,,m,de,\n"
    "slur,noun,,m,en,Pejorative\n"
  )
  her, his_her, him, his, frau, _, herr, slur = IdentityTerms.parse(
    FULL_HEADER + rows, "s"
  ).terms
  assert her == IdentityTerm("her", "f", ("him",), "object", "neutral", "en")
  assert (his_her.term, his_her.role) == ("her", "possessive_determiner")
  assert (him.counterparts, his.role) == ((), "")
  assert frau == IdentityTerm("frau", "f", ("mann", "herr"), "noun", "neutral", "de")
  assert herr.role == ""
  assert slur.connotation == "pejorative"


def test_faults_of_the_optional_columns():
  message = fault(
    FULL_HEADER + "a,verb,,x,en,\n"  # 2
    "b,noun,,x,en,rude\n"  # 3
    "c,noun,,x,english!,\n"  # 4
    "d,noun,,x,,\n"  # 5
    "D,noun,,x,EN,\n"  # 6
    "e,noun,f|f,x,,\n"  # 7
    "g,noun,G,x,,\n"  # 8
  )
  for line, what in (
    (2, "unknown role 'verb' (expected subject, object"),
    (3, "unknown connotation 'rude' (expected neutral or pejorative)"),
    (4, "malformed language 'english!'"),
    (6, "duplicate term 'd' as noun (first on line 5)"),
    (7, "counterpart twice in 'f|f'"),
    (8, "term 'g' is its own counterpart"),
  ):
    assert f"line {line}: {what}" in message


def test_faults_between_rows():
  message = fault(
    FULL_HEADER + "her,object,him|nobody,f,,\n"  # 2
    "her,possessive_determiner,him,m,,\n"  # 3
    "him,object,frau,m,,\n"  # 4
    "frau,object,,f,de,\n"  # 5
    "lady,noun,slur,f,,\n"  # 6
    "slur,noun,,m,,pejorative\n"  # 7
    "slur,adjective,,m,,\n"  # 8
    "dad,noun,mum||,m,,\n"  # 9
    "mum,,dad,m,,\n"  # 10
  )
  for line, what in (
    (2, "counterpart 'nobody' of 'her' is not a term of this lexicon"),
    (3, "term 'her' with group 'm', but 'f' on line 2"),
    (3, "counterpart 'him' of 'her' has no row for the role possessive_determiner"),
    (
      4,
      "counterpart 'frau' of 'him' is not a term of this lexicon in the same language",
    ),
    (6, "counterpart 'slur' of 'lady' is pejorative"),
    (8, "term 'slur' with connotation 'neutral', but 'pejorative' on line 7"),
  ):
    assert f"line {line}: {what}" in message
  for line in (5, 7, 10):
    assert f"line {line}:" not in message


def test_a_large_lexicon_is_a_lexicon():
  rows = (f"term {n},noun,term {n ^ 1},group/{n % 7},en,\n" for n in range(5_000))
  lexicon = IdentityTerms.parse(FULL_HEADER + "".join(rows), "s")
  assert lexicon.terms[4_998].counterparts == ("term 4999",)


def test_all_faults_are_named_at_once_with_their_lines():
  # The quoted term spans lines 6 and 7, so that the next row is on line 8.
  message = fault(
    "term,group\n"  # 1
    "gay,x/\n"  # 2
    "man,a\n"  # 3
    " MAN ,a\n"  # 4
    ",a\n"  # 5
    '"two\nlines",a\n'  # 6
    "boy,\n"  # 8
    "girl,a,b\n"  # 9
    "x;y\u2192+,a\n"  # 10: Every character stands for itself.
    'dad,"a\n'  # 11
  )
  for line, what in (
    (2, "malformed group 'x/'"),
    (4, "duplicate term 'man' (first on line 3)"),
    (5, "empty term"),
    (6, "line break in term"),
    (8, "empty group"),
    (9, "3 cells instead of 2"),
    (11, "unclosed quote"),
  ):
    assert f"line {line}: {what}" in message
  assert "'terms.csv'" in message
  assert "line 3:" not in message
  assert "line 10:" not in message


def test_many_faults_are_counted():
  message = fault(HEADER + ",a\n" * 25)
  assert "line 21: empty term; and 5 more." in message


@pytest.mark.parametrize(
  ("csv_text", "what"),
  [
    ("", "no rows"),
    (HEADER, "no rows"),
    ("man,male\n", "no header"),
    ("term,label\nman,x\n", "missing column 'group'; unknown column 'label'"),
    ("term,group,notes\nman,x,en\n", "unknown column 'notes'"),
    ("term,group,term\nman,x,man\n", "repeated column 'term'"),
    ("term,group\nman,Gender\n", "malformed group 'Gender'"),
    ("term,group\nman,a+b\n", "malformed group 'a+b'"),
    ("term,group\nman,a//b\n", "malformed group 'a//b'"),
    ("term,group\nma\0n,a\n", "line contains NUL"),
  ],
)
def test_faulty_files(csv_text, what):
  assert what in fault(csv_text)


def test_not_utf8(tmp_path):
  path = tmp_path / "terms.csv"
  path.write_bytes(b"term,group\nman,a\ncaf\xe9,b\n")
  with pytest.raises(InputError, match="UTF-8, but line 3 is not"):
    IdentityTerms.load(str(path))


@pytest.mark.parametrize("name", ["no_such_lexicon", ".", "a\0b", ""])
def test_no_such_lexicon(name):
  with pytest.raises(InputError, match="built-in gender_and_sexual_orientation"):
    IdentityTerms.load(name)


def test_digest_follows_the_content_only():
  digest = parse("man,a\nwoman,b\n").digest()
  assert digest == IdentityTerms.parse("group,term\na, MAN\nb,Woman\n", "x").digest()
  assert digest != parse("man,b\nwoman,a\n").digest()
  assert digest != parse("man,a\n").digest()
  with_counterparts = "term,group,counterparts\nman,a,woman\nwoman,b,\n"
  assert digest != IdentityTerms.parse(with_counterparts, "x").digest()


def test_the_digest_covers_the_senses_and_is_the_one_it_was_without():
  plain = parse("man,a\nwoman,b\n")
  # As it was before there were such columns.
  rows = "man\ta\t\t\tneutral\ten\nwoman\tb\t\t\tneutral\ten"
  assert plain.digest() == hashlib.sha256(rows.encode()).hexdigest()
  digests = {plain.digest()}
  for columns in ("x,,,,,,", ",x,,,,,", ",,x,,,,", ",,,x,,,", ",,,,lower,,"):
    digests.add(with_senses(f"man,a,{columns}\nwoman,b,,,,,,,\n").digest())
  digests.add(with_senses("man,a,,,,,,people,\nwoman,b,,,,,,,\n").digest())
  digests.add(with_senses("man,a,,,,,,,address\nwoman,b,,,,,,,\n").digest())
  assert len(digests) == 8


def test_senses_are_read_normalised():
  row = with_senses("old,a,So|very  so,,,Ahead,Lower,people|is,\n").terms[0]
  assert row.sense == Sense(
    follows=("so", "very so"),
    not_before=("ahead",),
    case="lower",
    only_person=("people", "is"),
  )


@pytest.mark.parametrize(
  ("row", "fault"),
  [
    (
      "old,a,,,,,title,,",
      "unknown case 'title' (expected capital or lower or nothing)",
    ),
    ("old,a,,,,,,men,", "unknown only_person 'men' (expected people, the, is, one"),
    ("old,a,,,,,,,noun", "unknown not_as 'noun' (expected address, title"),
    ("old,a,so|,,,,,,", "empty word in follows"),
    ("old,a,,,,x||y,,,", "empty word in not_before"),
  ],
)
def test_faults_of_senses(row, fault):
  with pytest.raises(InputError, match=re.escape(f"line 2: {fault}")):
    with_senses(f"{row}\n")


def test_english_senses_are_for_english_terms():
  text = "term,group,language,only_person\nalt,a,de,people\n"
  with pytest.raises(InputError, match="line 2: only_person in the language 'de'"):
    IdentityTerms.parse(text, "x")


def test_rows_of_a_term_agree_in_its_senses():
  text = "term,group,role,case\nold,a,noun,lower\nold,a,adjective,\n"
  with pytest.raises(InputError, match="line 3: term 'old' with other sense columns"):
    IdentityTerms.parse(text, "x")


def with_senses(rows):
  columns = "follows,precedes,not_after,not_before,case,only_person,not_as"
  return IdentityTerms.parse(f"term,group,{columns}\n{rows}", "x")


def test_groups_with_ancestors():
  assert groups_with_ancestors("gender") == ("gender",)
  assert groups_with_ancestors("a/b/c") == ("a", "a/b", "a/b/c")


@given(st.text())
def test_normalized_is_idempotent(text):
  assert normalized(normalized(text)) == normalized(text)


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_is_a_lexicon_or_an_input_error(text):
  try:
    assert IdentityTerms.parse(text, "s").terms
  except InputError as error:
    assert "'s'" in str(error)
