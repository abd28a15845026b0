import pytest

from clp_tfx.components.counterfactual_gen.generation import Generation
from clp_tfx.counterfactuals.edits import applied
from clp_tfx.counterfactuals.generator_options import GeneratorOptions
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.errors import InputError

LEXICON = IdentityTerms.parse(
  "term,group,counterparts,connotation\n"
  "he,gender/male,she,\nshe,gender/female,he,\nking,gender/male,,\nslur,x,,pejorative\n",
  "test",
)


def rewrite(text: str) -> list[str]:
  if "boom" in text:
    raise RuntimeError("no model")
  return [text, text.upper(), text.upper(), text + "!", text + "?"]


def not_a_list(text: str) -> str:
  return text


def not_texts(text: str) -> list:
  return [text, 1]


def outcomes(*texts: str, is_training: bool = True, label: float = 0.0, **options):
  """Returns (counterfactuals, reason) for each text."""
  generation = Generation(LEXICON, None, GeneratorOptions(**options), is_training)
  made = generation.start().outcomes([t.encode() for t in texts], lambda row: label)
  return [([each.text for each in one.counterfactuals], one.skipped) for one in made]


def test_method_and_reasons():
  assert outcomes("He left", "there", "he, slur", "king", method="substitution") == [
    (["She left"], ""),
    ([], ""),
    ([], "pejorative"),
    ([], "no_counterpart"),
  ]


def test_own_function():
  name = f"{__name__}.rewrite"
  # Drops the text itself and the duplicate, and keeps at most two.
  assert outcomes("he", "there", "slur", "boom he", "he", counterfactual_fn=name,
                  max_counterfactuals=2) == [
    (["HE", "he!"], ""),
    ([], ""),
    ([], "pejorative"),
    ([], "failed: RuntimeError"),
    (["HE", "he!"], ""),
  ]  # fmt: skip
  generation = Generation(
    LEXICON, None, GeneratorOptions(counterfactual_fn=name), is_training=True
  )
  (made,) = generation.start().outcomes([b"he or she"], lambda row: None)
  counterfactual = made.counterfactuals[0]
  assert counterfactual.group == "gender/female+gender/male"
  assert counterfactual.edit == "he\u2192\u2026;she\u2192\u2026"
  assert [(each.replacement, each.term) for each in counterfactual.edits] == [
    ("HE", "he"),
    ("OR", ""),
    ("SHE", "she"),
  ]
  assert applied("he or she", counterfactual.edits) == counterfactual.text


@pytest.mark.parametrize(
  ("function", "received"),
  [("not_a_list", "Received: str;"), ("not_texts", "Received: list with a int in it;")],
)
def test_own_function_that_returns_no_texts_stops(function, received):
  with pytest.raises(InputError, match=f"{function} to return a list of .*{received}"):
    outcomes("he", counterfactual_fn=f"{__name__}.{function}")


@pytest.mark.parametrize("name", ["no_such_module.f", f"{__name__}.no_such_function"])
def test_own_function_that_is_not_there(name):
  with pytest.raises(InputError, match="Expected .* to be a function"):
    outcomes("he", counterfactual_fn=name)


def test_label_filter():
  settings = {"only_when_label_below": 0.5}
  assert outcomes("he", label=0.49, **settings) == [([""], "")]
  assert outcomes("he", "slur he", label=0.5, **settings) == [
    ([], "label"),
    ([], "pejorative"),
  ]
  assert outcomes("he", label=None, **settings) == [([], "label")]
  assert outcomes("he", label=1.0, is_training=False, **settings) == [([""], "")]


def raises_the_text(text: str) -> list[str]:
  try:
    raise KeyError(text)
  except KeyError as error:
    raise ValueError(f"cannot rewrite {text}") from error


def test_what_a_function_says_of_a_text_is_not_logged(caplog):
  name = f"{__name__}.raises_the_text"
  assert outcomes("he zebrafish", counterfactual_fn=name) == [
    ([], "failed: ValueError")
  ]
  assert "ValueError" in caplog.text and "raises_the_text" in caplog.text
  assert "zebrafish" not in caplog.text


def test_a_method_without_rules_for_the_language_is_refused_before_any_worker_starts():
  german = IdentityTerms.load("identity_de")
  with pytest.raises(InputError, match="has no rules for other languages"):
    Generation(german, None, GeneratorOptions(method="neutral"), is_training=True)


def test_the_label_excludes_rows_of_several_columns():
  def skipped(label):
    options = GeneratorOptions(also_edited=["b"], only_when_label_below=0.5)
    generator = Generation(LEXICON, None, options, is_training=True).start()
    columns = [[b"he", b"x", b"x"], [b"x", b"she", b"x"]]
    made = generator.joint_outcomes(columns, lambda row: label)
    return [(len(each.counterfactuals), each.skipped) for each in made]

  assert skipped(0.1) == [(1, ""), (1, ""), (0, "")]
  assert skipped(0.5) == [(0, "label"), (0, "label"), (0, "")]


@pytest.mark.parametrize(
  ("options", "message"),
  [
    ({"text_feature": "a"}, "other columns than that of the text"),
    ({"counterfactual_fn": "m.f"}, "edits texts only. Received: a;"),
  ],
)
def test_columns_that_cannot_be_edited_together(options, message):
  with pytest.raises(InputError, match=message):
    GeneratorOptions(also_edited=["a"], **options)
