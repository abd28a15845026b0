"""Evaluations of SavedModels independent of clp_tfx that look for a keyword."""

import tensorflow as tf
import tensorflow_model_analysis as tfma

from clp_tfx.counterfactuals.edits import Edit, edits_to_json
from clp_tfx.counterfactuals.outcome import Counterfactual
from clp_tfx.modules import evaluator

SCORE_WITH, SCORE_WITHOUT = 0.9, 0.2


def save_keyword_model(path, keyword):
  """score = 0.9 if the text has the keyword, else 0.2."""
  module = tf.Module()

  @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
  def serve(examples):
    spec = {"comment_text": tf.io.FixedLenFeature([], tf.string)}
    text = tf.io.parse_example(examples, spec)["comment_text"]
    found = tf.strings.regex_full_match(text, f"(?s).*{keyword}.*")
    return {"scores": tf.where(found, SCORE_WITH, SCORE_WITHOUT)[:, tf.newaxis]}

  tf.saved_model.save(module, str(path), signatures={"serving_default": serve})
  return str(path)


def removed(text, stretch, term, group):
  """Returns the edit that leaves out a stretch of a text."""
  start = text.index(stretch)
  end = start + len(stretch)
  return Edit(start, end, "", term, group, f"{term}→", "removal", 1.0)


def example(
  text,
  counterfactuals,
  label,
  groups=(),
  label_weight=1.0,
  edited=(),
  edits=(),
  terms=(),
  skipped=(),
):
  """Returns a serialised tf.Example as the Evaluator reads it.

  Edits are given for each pair; else each edits the `edited` groups or all groups.
  """
  names = [each.split("+") for each in edited] or [groups] * len(counterfactuals)
  edits = edits or [
    [Edit(0, 0, "", "", group, "", "removal", 1.0) for group in some] for some in names
  ]
  made = [Counterfactual("", tuple(some)) for some in edits]

  def strings(values):
    encoded = [value.encode() for value in values]
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=encoded))

  def number(value):
    return tf.train.Feature(float_list=tf.train.FloatList(value=[value]))

  features = {
    "comment_text": strings([text]),
    "counterfactual_text": strings(counterfactuals),
    "counterfactual_group": strings(each.group for each in made),
    "counterfactual_edit": strings(each.edit for each in made),
    "counterfactual_edits": strings(edits_to_json(each.edits) for each in made),
    "counterfactual_skipped": strings(skipped),
    "identity_term": strings(terms),
    "identity_group": strings(groups),
    "binary_label": number(label),
    "label_weight": number(label_weight),
  }
  return tf.train.Example(
    features=tf.train.Features(feature=features)
  ).SerializeToString()


def evaluate(tmp_path, examples, eval_config, candidate, baseline=None):
  """Runs TFMA like TFX's Evaluator."""
  paths = {"clp": candidate, "baseline": baseline}
  eval_config = tfma.utils.update_eval_config_with_defaults(
    eval_config, has_baseline=baseline is not None, rubber_stamp=True
  )
  shared = [
    tfma.default_eval_shared_model(
      paths[spec.name or "clp"], model_name=spec.name, eval_config=eval_config
    )
    for spec in eval_config.model_specs
  ]
  shared = shared[0] if len(shared) == 1 else shared
  data = tmp_path / "data.tfrecord"
  with tf.io.TFRecordWriter(str(data)) as writer:
    for serialized in examples:
      writer.write(serialized)
  output = str(tmp_path / "out")
  tfma.run_model_analysis(
    eval_shared_model=shared,
    eval_config=eval_config,
    data_location=str(data),
    output_path=output,
    extractors=evaluator.custom_extractors(shared, eval_config, None),
  )
  return output
