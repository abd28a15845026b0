import numpy as np
import pytest
import tensorflow as tf
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto import config_pb2

from clp_tfx.tfma import load_results, make_eval_config
from clp_tfx.tfma.extractors import flip_rate_metric

from .evaluation import evaluate, example

# A model unaware of counterfactuals: the score of a text is its length in hundredths.
# There are more than 512 counterfactuals, so they take more than one batch.
TEXTS = ["x" * (5 * (i % 19)) for i in range(40)]
COUNTERFACTUALS = [["y" * ((7 * i + 13 * k) % 97) for k in range(i)] for i in range(40)]
EXAMPLES = [
  example(text, counterfactuals, i % 2)
  for i, (text, counterfactuals) in enumerate(zip(TEXTS, COUNTERFACTUALS, strict=True))
]


def score(text):
  return tf.cast(tf.strings.length(text), tf.float32)[:, tf.newaxis] / 100


@tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
def of_examples(examples):
  spec = {"comment_text": tf.io.FixedLenFeature([], tf.string)}
  return {"scores": score(tf.io.parse_example(examples, spec)["comment_text"])}


@tf.function(
  input_signature=[
    tf.TensorSpec([None, 1], tf.string, name="comment_text"),
    tf.TensorSpec([None, 1], tf.float32, name="label_weight"),
  ]
)
def of_named_features(comment_text, label_weight):
  # With the features of another example, the shapes would not match.
  return {"scores": score(comment_text[:, 0]) * label_weight}


@tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
def of_two_outputs(examples):
  scores = of_examples(examples)["scores"]
  return {"length": scores, "brevity": 1 - scores}


def saved(path, signature):
  module = tf.Module()
  module.signature = signature
  tf.saved_model.save(module, str(path), signatures={"serving_default": signature})
  return str(path)


def recomputed():
  pairs = [
    (len(text), len(other))
    for text, others in zip(TEXTS, COUNTERFACTUALS, strict=True)
    for other in others
  ]
  before, after = np.array(pairs).T / 100
  return len(pairs), np.mean((before > 0.5) != (after > 0.5))


@pytest.mark.e2e
@pytest.mark.parametrize("signature", [of_examples, of_named_features])
def test_any_signature_gives_the_flip_rate_of_a_few_lines_of_numpy(tmp_path, signature):
  model = saved(tmp_path / "model", signature)
  output = evaluate(tmp_path, EXAMPLES, make_eval_config(with_labels=False), model)
  (result,) = load_results(output).values()
  metrics = result.get_metrics_for_slice()
  pairs, rate = recomputed()
  assert pairs > 512
  assert metrics["flip_count/pairs"]["doubleValue"] == pairs
  assert metrics["flip_rate/overall@0.5"]["doubleValue"] == rate


@tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
def of_places(examples):
  spec = {"place": tf.io.FixedLenFeature([], tf.string, "missing")}
  return {"scores": score(tf.io.parse_example(examples, spec)["place"])}


@tf.function(input_signature=[tf.TensorSpec([None, 1], tf.string, name="place")])
def of_named_places(place):
  return {"scores": score(place[:, 0])}


@pytest.mark.e2e
@pytest.mark.parametrize("signature", [of_places, of_named_places])
def test_features_edited_together_with_the_text_are_replaced_too(tmp_path, signature):
  rows = [
    (b"x" * 60, [b"x" * 40, b"x" * 60, b""]),  # Of three pairs, two flip.
    (b"x" * 10, [b"x" * 20]),
    (b"x" * 10, []),
  ]
  made = []
  for place, edited in rows:
    built = tf.train.Example.FromString(example("text", ["other"] * len(edited), 1))
    values = built.features.feature
    values["place"].bytes_list.value.append(place)
    values["counterfactual_of_place"].bytes_list.value.extend(edited)
    made.append(built.SerializeToString())
  model = saved(tmp_path / "model", signature)
  output = evaluate(tmp_path, made, make_eval_config(with_labels=False), model)
  (result,) = load_results(output).values()
  metrics = result.get_metrics_for_slice()
  assert metrics["flip_count/pairs"]["doubleValue"] == 4
  assert metrics["flip_rate/overall@0.5"]["doubleValue"] == 0.5


@pytest.mark.e2e
def test_each_output_of_a_model_is_measured(tmp_path):
  model = saved(tmp_path / "model", of_two_outputs)
  config = make_eval_config(with_labels=False)
  config.metrics_specs[0].output_names.extend(["length", "brevity"])
  output = evaluate(tmp_path, EXAMPLES, config, model)
  metrics = {
    item.key.output_name: item.value.double_value.value
    for each in tfma.load_metrics(output)
    for item in each.metric_keys_and_values
    if item.key.name == "score_sensitivity"
  }
  assert metrics["length"] == pytest.approx(-metrics["brevity"], abs=1e-6)
  assert metrics["length"] != 0


def test_without_flip_rate_there_is_nothing_to_extract_for():
  with pytest.raises(ValueError, match="Expected a FlipRate metric"):
    flip_rate_metric(config_pb2.EvalConfig())
