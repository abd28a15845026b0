from pathlib import Path

import pytest
import tensorflow as tf
import tensorflow_data_validation as tfdv
from tfx import v1 as tfx

from clp_tfx import features
from clp_tfx.components.counterfactual_gen.component import CounterfactualGen
from clp_tfx.counterfactuals.lexicon import IdentityTerms
from clp_tfx.errors import InputError
from clp_tfx.pipeline.beam_runners import LOCAL_BEAM_ARGS

ROWS = (
  b"I am a gay person",
  b"There is tea",
  b"Her hat, his coat",
)


def component(identity_terms: str) -> CounterfactualGen:
  examples = tfx.dsl.Channel(type=tfx.types.standard_artifacts.Examples)
  return CounterfactualGen(examples, identity_terms=identity_terms)


def test_properties_follow_the_content_of_the_lexicon(tmp_path):
  path = tmp_path / "terms.csv"
  path.write_text("term,group\nman,gender/male\n")
  before = component(str(path)).exec_properties
  path.write_text("term,group\n Man ,gender/male\n")
  same = component(str(path)).exec_properties
  path.write_text("term,group\nboy,gender/male\n")
  after = component(str(path)).exec_properties
  assert before["identity_terms"] == str(path)
  assert before["text_feature"] == "comment_text"
  assert before == same
  assert before.keys() == after.keys()
  assert {name for name in after if after[name] != before[name]} == {
    "identity_terms_digest"
  }


def test_properties_are_the_options_of_the_generator():
  parameters = CounterfactualGen.SPEC_CLASS.PARAMETERS
  assert {name: (each.type, each.optional) for name, each in parameters.items()} == {
    "identity_terms": (str, False),
    "pejorative_terms": (str, False),
    "method": (str, False),
    "max_counterfactuals": (int, False),
    "counterfactual_fn": (str, False),
    "min_confidence": (float, False),
    "only_when_label_below": (float, True),
    "also_edited": (str, False),
    "no_match": (str, False),
    "text_feature": (str, False),
    "label_feature": (str, False),
    "training_splits": (str, False),
    "identity_terms_digest": (str, False),
    "pejorative_terms_digest": (str, False),
    "code_digest": (str, False),
  }


def test_a_lexicon_of_any_file_system_while_a_pipeline_is_made(memory_files):
  memory_files["memory://b/terms.csv"] = b"term,group\nman,gender/male\n"
  digest = IdentityTerms.load("memory://b/terms.csv").digest()
  found = component("memory://b/terms.csv").exec_properties
  assert found["identity_terms_digest"] == digest


def test_lexicon_that_cannot_be_read():
  with pytest.raises(InputError, match="no_such_lexicon"):
    component("no_such_lexicon")


# The existing modules of a team, which do not use this package: their functions find
# the counterfactuals among the features.
THEIR_MODULE = """
import tensorflow as tf

def preprocessing_fn(inputs):
  counterfactuals = inputs["counterfactual_text"]
  return {
    "length": tf.cast(tf.strings.length(inputs["comment_text"]), tf.int64),
    "num_counterfactuals": tf.reshape(
      tf.sparse.reduce_sum(
        tf.SparseTensor(
          counterfactuals.indices,
          tf.ones_like(counterfactuals.values, tf.int64),
          counterfactuals.dense_shape,
        ),
        axis=1,
      ),
      [-1, 1],
    ),
  }

def run_fn(fn_args):
  module = tf.Module()
  module.total = tf.Variable(0, dtype=tf.int64)
  files = tf.io.gfile.glob(fn_args.train_files)
  spec = {"num_counterfactuals": tf.io.FixedLenFeature([1], tf.int64)}
  for record in tf.data.TFRecordDataset(files, "GZIP"):
    found = tf.io.parse_example([record], spec)["num_counterfactuals"]
    module.total.assign_add(found[0, 0])
  tf.saved_model.save(module, fn_args.serving_model_dir)
"""


@pytest.mark.e2e
def test_runs_between_stock_components(tmp_path, monkeypatch):
  (tmp_path / "their_module.py").write_text(THEIR_MODULE)
  monkeypatch.syspath_prepend(tmp_path)
  comments = tmp_path / "comments"
  comments.mkdir()
  rows = "".join(
    f'{number},"{ROWS[number % 3].decode()}",{number % 2}\n' for number in range(30)
  )
  (comments / "comments.csv").write_text(f"id,comment_text,toxicity\n{rows}")
  example_gen = tfx.components.CsvExampleGen(input_base=str(comments))
  counterfactual_gen = CounterfactualGen(example_gen.outputs["examples"])
  statistics_gen = tfx.components.StatisticsGen(counterfactual_gen.outputs["examples"])
  schema_gen = tfx.components.SchemaGen(statistics_gen.outputs["statistics"])
  transform = tfx.components.Transform(
    examples=counterfactual_gen.outputs["examples"],
    schema=schema_gen.outputs["schema"],
    preprocessing_fn="their_module.preprocessing_fn",
  )
  trainer = tfx.components.Trainer(
    examples=transform.outputs["transformed_examples"],
    transform_graph=transform.outputs["transform_graph"],
    run_fn="their_module.run_fn",
    train_args=tfx.proto.TrainArgs(),
    eval_args=tfx.proto.EvalArgs(),
  )
  root = tmp_path / "root"
  pipeline = tfx.dsl.Pipeline(
    pipeline_name="stock",
    pipeline_root=str(root),
    components=[
      *(example_gen, counterfactual_gen, statistics_gen),
      *(schema_gen, transform, trainer),
    ],
    beam_pipeline_args=[*LOCAL_BEAM_ARGS],
    metadata_connection_config=(
      tfx.orchestration.metadata.sqlite_metadata_connection_config(
        str(tmp_path / "metadata.sqlite")
      )
    ),
  )
  tfx.orchestration.LocalDagRunner().run(pipeline)

  read, in_train = {}, 0
  for split in ("train", "eval"):
    files = root.glob(f"CounterfactualGen/examples/*/Split-{split}/*.gz")
    records = tf.data.TFRecordDataset(list(map(str, files)), compression_type="GZIP")
    for record in records.as_numpy_iterator():
      feature = tf.train.Example.FromString(record).features.feature
      (number,) = feature["id"].int64_list.value
      assert list(feature["comment_text"].bytes_list.value) == [ROWS[number % 3]]
      assert list(feature["toxicity"].int64_list.value) == [number % 2]
      read[number] = list(feature[features.COUNTERFACTUAL_TEXT].bytes_list.value)
      in_train += len(read[number]) * (split == "train")
  assert read == {
    number: ([b"I am a person"], [], [b"hat, coat"])[number % 3] for number in range(30)
  }
  (model,) = root.glob("Trainer/model/*/Format-Serving")
  assert tf.saved_model.load(str(model)).total.numpy() == in_train > 0
  assert statistics_names(root) >= {"comment_text", features.COUNTERFACTUAL_TEXT}


def statistics_names(root: Path) -> set[str]:
  (file,) = root.glob("StatisticsGen/statistics/*/Split-train/FeatureStats.pb")
  statistics = tfdv.load_stats_binary(str(file))
  return {feature.path.step[0] for feature in statistics.datasets[0].features}
