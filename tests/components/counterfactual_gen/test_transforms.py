import apache_beam as beam
import pytest
import tensorflow as tf
from apache_beam.metrics import MetricsFilter
from apache_beam.testing.util import assert_that, equal_to

from clp_tfx import features
from clp_tfx.components.counterfactual_gen.transforms import (
  GenerateCounterfactuals,
  load_identity_terms,
)
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.errors import InputError
from clp_tfx.pipeline.local_beam_runner import LocalBeamRunner


def example(**values: list) -> tf.train.Example:
  kinds = {bytes: "bytes_list", float: "float_list", int: "int64_list"}
  built = tf.train.Example()
  for name, found in values.items():
    feature = built.features.feature[name]
    if found:
      getattr(feature, kinds[type(found[0])]).value.extend(found)
  return built


NOTHING_ADDED = {
  features.COUNTERFACTUAL_TEXT: [],
  features.COUNTERFACTUAL_GROUP: [],
  features.COUNTERFACTUAL_EDIT: [],
  features.COUNTERFACTUAL_EDITS: [],
  features.COUNTERFACTUAL_SKIPPED: [],
  features.IDENTITY_TERM: [],
  features.IDENTITY_GROUP: [],
}


def check(original: tf.train.Example, added: dict[str, list[bytes]], **settings):
  """Runs the transform on a plain Beam pipeline."""
  expected = tf.train.Example()
  expected.CopyFrom(original)
  for name, values in (NOTHING_ADDED | added).items():
    expected.features.feature[name].bytes_list.SetInParent()
    expected.features.feature[name].bytes_list.value[:] = values
  with beam.Pipeline(runner=LocalBeamRunner()) as pipeline:
    generated = pipeline | beam.Create([original]) | GenerateCounterfactuals(**settings)
    assert_that(generated, equal_to([expected]))


def test_features_are_added_and_the_others_stay():
  check(
    example(
      comment_text=[b"She is a gay teacher"], toxicity=[0.5], ids=[1, 2], tags=[]
    ),
    {
      features.COUNTERFACTUAL_TEXT: [b"is a teacher"],
      features.COUNTERFACTUAL_GROUP: [b"gender/female+sexual_orientation/homosexual"],
      features.COUNTERFACTUAL_EDIT: ["she\u2192;gay\u2192".encode()],
      features.COUNTERFACTUAL_EDITS: [
        b'[{"confidence":1.0,"end":4,"group":"gender/female","replacement":"",'
        b'"rule":"removal","start":0,"term":"she"},'
        b'{"confidence":1.0,"end":13,"group":"sexual_orientation/homosexual",'
        b'"replacement":"","rule":"removal","start":9,"term":"gay"}]'
      ],
      features.IDENTITY_TERM: [b"she", b"gay"],
      features.IDENTITY_GROUP: [
        b"gender",
        b"gender/female",
        b"sexual_orientation",
        b"sexual_orientation/homosexual",
      ],
    },
  )


def test_text_without_a_term_stays_with_empty_lists():
  check(example(comment_text=[b"there"], y=[0.0]), {}, require_match=False)


def test_what_is_there_already_is_replaced():
  added = {features.COUNTERFACTUAL_TEXT: [b"old"], features.IDENTITY_TERM: [b"old"]}
  check(example(comment_text=[b"there"], **added), {}, require_match=False)


def test_own_lexicon_and_text_feature(tmp_path):
  path = tmp_path / "terms.csv"
  path.write_text("term,group\ntea drinker,taste\n")
  for identity_terms in (str(path), IdentityTerms.load(str(path))):
    check(
      example(text=[b"\xff tea drinker \xc3( he"]),  # Not UTF-8.
      {
        features.COUNTERFACTUAL_TEXT: [b"\xff \xc3( he"],
        features.COUNTERFACTUAL_GROUP: [b"taste"],
        features.COUNTERFACTUAL_EDIT: ["tea drinker\u2192".encode()],
        # The byte that is not UTF-8 is one character: the term begins at 2.
        features.COUNTERFACTUAL_EDITS: [
          b'[{"confidence":1.0,"end":14,"group":"taste","replacement":"",'
          b'"rule":"removal","start":2,"term":"tea drinker"}]'
        ],
        features.IDENTITY_TERM: [b"tea drinker"],
        features.IDENTITY_GROUP: [b"taste"],
      },
      identity_terms=identity_terms,
      text_feature="text",
    )


def test_features_are_edited_together_with_the_text():
  edit = (
    b'{"confidence":1.0,"end":%d,%b"group":"gender/male","replacement":"%b",'
    b'"rule":"counterpart","start":0,"term":"he"}'
  )
  of_gender = b'"feature":"gender",'
  edits = b"[%b,%b]" % (edit % (2, b"", b"She"), edit % (2, of_gender, b"she"))
  check(
    example(comment_text=[b"He left"], gender=[b"he"], title=[], kept=[b"he"]),
    {
      features.COUNTERFACTUAL_TEXT: [b"She left"],
      "counterfactual_of_gender": [b"she"],
      "counterfactual_of_title": [b""],
      features.COUNTERFACTUAL_GROUP: [b"gender/male"],
      features.COUNTERFACTUAL_EDIT: ["he\u2192she;he\u2192she".encode()],
      features.COUNTERFACTUAL_EDITS: [edits],
      features.IDENTITY_TERM: [b"he"],
      features.IDENTITY_GROUP: [b"gender", b"gender/male"],
    },
    method="substitution",
    also_edited=["gender", "title"],
  )
  nothing = {"counterfactual_of_gender": []}
  blank = example(comment_text=[b"there"], gender=[b"x"])
  check(blank, nothing, also_edited="gender", require_match=False)


def test_a_feature_to_edit_that_examples_do_not_have():
  with pytest.raises(Exception, match="to have the text feature 'sex'"):
    check(example(comment_text=[b"he"]), {}, also_edited=["sex"])


@pytest.mark.parametrize(
  ("settings", "made"),
  [
    ({}, {"counterfactuals": 2}),
    # A text without a label does not count as one with a low label.
    ({"only_when_label_below": 0.5}, {"skipped_label": 2}),
  ],
)
def test_counters(settings, made):
  pipeline = beam.Pipeline(runner=LocalBeamRunner())
  texts = [b"he", b"x", b"she and he"]
  _ = (
    pipeline
    | beam.Create([example(comment_text=[text]) for text in texts])
    | GenerateCounterfactuals(**settings)
  )
  result = pipeline.run()
  result.wait_until_finish()
  counted = result.metrics().query(MetricsFilter().with_namespace("clp_tfx"))
  assert {c.key.metric.name: c.committed for c in counted["counters"]} == {
    "texts": 3,
    "texts_matched": 2,
    **made,
  }


def test_type_hints():
  with (
    beam.Pipeline(runner=LocalBeamRunner()) as pipeline,
    pytest.raises(beam.typehints.TypeCheckError),
  ):
    _ = pipeline | beam.Create(["gay"]) | GenerateCounterfactuals()
  hints = GenerateCounterfactuals().get_type_hints()
  assert hints.simple_output_type("GenerateCounterfactuals") is tf.train.Example


@pytest.mark.parametrize(
  ("originals", "message"),
  [
    (
      [example(text=[b"he"], id=[1])],
      r"'comment_text', but one has only \['id', 'text'",
    ),
    ([example(comment_text=[1.0])], "has 1 values in its float_list"),
    ([example(comment_text=[b"he", b"she"])], "has 2 values in its bytes_list"),
    ([example(comment_text=[])], "has 0 values in its bytes_list"),
    ([example(comment_text=[b"there"])] * 2, "term of lexicon 'identity_en'"),
    ([], "at least one text of feature 'comment_text'"),
  ],
)
def test_bad_input(originals, message):
  with (
    pytest.raises(InputError, match=message),
    beam.Pipeline(runner=LocalBeamRunner()) as pipeline,
  ):
    _ = pipeline | beam.Create(originals) | GenerateCounterfactuals()


def test_bad_lexicon():
  with pytest.raises(InputError, match="no_such_lexicon"):
    GenerateCounterfactuals("no_such_lexicon")


def test_lexicon_that_has_changed():
  name = "gender_and_sexual_orientation"
  digest = IdentityTerms.load(name).digest()
  assert load_identity_terms(name, digest).digest() == digest
  with pytest.raises(InputError, match="have changed since"):
    load_identity_terms(name, "0123")
