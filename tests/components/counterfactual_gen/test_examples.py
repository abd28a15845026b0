from concurrent.futures import ThreadPoolExecutor

import pytest
import tensorflow as tf
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx_bsl.coders import example_coder

from clp_tfx.components.counterfactual_gen.examples import (
  TextReader,
  added,
  label_of,
  without_added,
)
from clp_tfx.counterfactuals.edits import edits_from_json
from clp_tfx.counterfactuals.generator import CounterfactualGenerator
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.counterfactuals.outcome import Outcome
from clp_tfx.errors import InputError
from clp_tfx.features import (
  ADDED_BY_COUNTERFACTUAL_GEN,
  COUNTERFACTUAL_TEXT,
  IDENTITY_TERM,
)

NOTHING_ADDED = added(Outcome([], [], ""))
GENERATOR = CounterfactualGenerator(IdentityTerms.load("gender_and_sexual_orientation"))


def example(**values: list) -> bytes:
  kinds = {bytes: "bytes_list", float: "float_list", int: "int64_list"}
  built = tf.train.Example()
  for name, found in values.items():
    feature = built.features.feature[name]
    if found:
      getattr(feature, kinds[type(found[0])]).value.extend(found)
  return built.SerializeToString(deterministic=True)


def appended(text: str) -> bytes:
  return example(comment_text=[text.encode()], y=[1.0]) + added(GENERATOR.outcome(text))


def test_every_reader_reads_what_was_appended():
  records = [appended("he said"), example(comment_text=[b"x"], y=[0.0]) + NOTHING_ADDED]
  parsed = [tf.train.Example.FromString(record).features.feature for record in records]
  assert [list(p[COUNTERFACTUAL_TEXT].bytes_list.value) for p in parsed] == [
    [b"said"],
    [],
  ]
  assert [{*p} for p in parsed] == [
    {"comment_text", "y", *ADDED_BY_COUNTERFACTUAL_GEN}
  ] * 2

  spec = {COUNTERFACTUAL_TEXT: tf.io.RaggedFeature(tf.string)}
  spec["comment_text"] = tf.io.FixedLenFeature([], tf.string)
  found = tf.io.parse_example(records, spec)
  assert found[COUNTERFACTUAL_TEXT].to_list() == [[b"said"], []]
  assert found["comment_text"].numpy().tolist() == [b"he said", b"x"]

  schema = schema_pb2.Schema()
  schema.feature.add(name=IDENTITY_TERM, type=schema_pb2.BYTES)
  for decoder in (  # TFT and TFMA read with a schema, TFDV without.
    example_coder.ExamplesToRecordBatchDecoder(schema.SerializeToString()),
    example_coder.ExamplesToRecordBatchDecoder(),
  ):
    columns = decoder.DecodeBatch(records).to_pydict()
    assert columns[IDENTITY_TERM] == [[b"he"], []]


def test_features_that_are_there_already_go():
  old = example(comment_text=[b"x"], **{COUNTERFACTUAL_TEXT: [b"old"]})
  mentioned = example(comment_text=[b"of identity_term"])
  without, same = without_added([old, mentioned])
  result = tf.train.Example.FromString(without + NOTHING_ADDED)
  assert list(result.features.feature[COUNTERFACTUAL_TEXT].bytes_list.value) == []
  assert result.SerializeToString().count(b"old") == 0
  assert same == mentioned
  plain = [example(comment_text=[b"x"])]
  assert without_added(plain) is plain


def test_texts():
  texts = TextReader("t").texts
  assert texts([]) == []
  assert texts([example(t=[b"a\xff"]), example(t=[b""])]) == [b"a\xff", b""]
  # The last of several equal keys counts, and unknown fields are ignored.
  assert texts([example(t=[b"a"]) + example(t=[b"b"])]) == [b"b"]
  assert texts([b"\x9a\x06\x01x" + example(t=[b"a"])]) == [b"a"]


@pytest.mark.parametrize(
  ("record", "message"),
  [
    (example(a=[1], b=[b"x"]), r"only \['a', 'b'\]"),
    (example(t=[b"a", b"b"]), "2 values in its bytes_list"),
    (example(t=[]), "0 values"),
    (example(t=[1]), "1 values in its int64_list"),
    (b"no example", "to be tf.Examples"),
  ],
)
def test_no_text(record, message):
  with pytest.raises(InputError, match=message):
    TextReader("t").texts([example(t=[b"fine"]), record])


def test_readers_of_threads_share_nothing():
  # A worker processes bundles concurrently; sharing one decoder crashed it.
  def reads(thread: int) -> bool:
    reader = TextReader("t")
    texts = [b"%d %d" % (thread, number) for number in range(256)]
    records = [example(t=[text]) for text in texts]
    return all(reader.texts(records) == texts for _ in range(500))

  with ThreadPoolExecutor(4) as pool:
    assert all(pool.map(reads, range(4)))


def test_label():
  assert label_of(example(y=[0.5]), "y") == 0.5
  assert label_of(example(y=[1]), "y") == 1.0
  assert label_of(example(y=[]), "y") is None
  assert label_of(example(), "y") is None
  # Of several labels, the highest; none if one is missing.
  assert label_of(example(y=[0.5], z=[0.25]), "z", "y") == 0.5
  assert label_of(example(y=[0.5]), "z", "y") is None
  with pytest.raises(InputError, match="to be a number"):
    label_of(example(y=[b"high"]), "y")


def test_long_values_are_written_as_protocol_buffers_write_them():
  # Lengths of one, two, three and four bytes.
  for size in (1, 0x7F, 0x80, 0x3FFF, 0x4000, 0x200000):
    text = "he " + "x" * size
    result = tf.train.Example.FromString(added(GENERATOR.outcome(text)))
    assert list(result.features.feature[COUNTERFACTUAL_TEXT].bytes_list.value) == [
      b"x" * size
    ]
    assert {*result.features.feature} == {*ADDED_BY_COUNTERFACTUAL_GEN}


def test_a_blank_feature_is_an_empty_text_where_that_is_allowed():
  records = [example(t=[b"x"]), example(t=[])]
  assert TextReader("t", may_be_blank=True).texts(records) == [b"x", b""]
  for wrong, message in ((example(t=[1]), "int64_list"), (example(u=[b"x"]), "['u']")):
    with pytest.raises(InputError) as error:
      TextReader("t", may_be_blank=True).texts([records[0], wrong])
    assert message in str(error.value)


def test_features_edited_together_have_features_of_their_own():
  texts = ["he said", "he"]
  outcome = GENERATOR.joint_outcome(texts, [GENERATOR.find(text) for text in texts])
  record = example(comment_text=[b"he said"], gender=[b"he"]) + added(
    outcome, ["gender"]
  )
  feature = tf.train.Example.FromString(record).features.feature
  assert list(feature["counterfactual_of_gender"].bytes_list.value) == [b""]
  assert list(feature[COUNTERFACTUAL_TEXT].bytes_list.value) == [b"said"]
  (edits,) = feature["counterfactual_edits"].bytes_list.value
  assert [(e.feature, e.start, e.end) for e in edits_from_json(edits)] == [
    ("", 0, 3),
    ("gender", 0, 2),
  ]
  # They go with the others when the component runs once more.
  (again,) = without_added([record])
  assert {*tf.train.Example.FromString(again).features.feature} == {
    *("comment_text", "gender")
  }
