"""Folders of tiny random encoders in Hugging Face's layout, and how BERT scores."""

import json
import math

import numpy as np

PIECES = [
  *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
  *("a", "gay", "he", "she", "and", "bar", "day", "fine", ",", "cafe", "##s", "straße"),
]
LAYERS, HEADS, HIDDEN, INNER, POSITIONS = 2, 2, 8, 12, 16
CONFIG = {
  "model_type": "bert",
  "vocab_size": len(PIECES) + 3,
  "hidden_size": HIDDEN,
  "num_hidden_layers": LAYERS,
  "num_attention_heads": HEADS,
  "intermediate_size": INNER,
  "max_position_embeddings": POSITIONS,
  "type_vocab_size": 2,
  "hidden_act": "gelu",
  "hidden_dropout_prob": 0.1,
  "layer_norm_eps": 1e-12,
}


def tensors(vocabulary_size=CONFIG["vocab_size"], seed=0):
  """Returns random weights by the names of sentence-transformers' folders."""
  rng = np.random.default_rng(seed)

  def random(*shape):
    return rng.normal(0, 0.5, shape).astype(np.float32)

  found = {
    "embeddings.word_embeddings.weight": random(vocabulary_size, HIDDEN),
    "embeddings.position_embeddings.weight": random(POSITIONS, HIDDEN),
    "embeddings.token_type_embeddings.weight": random(2, HIDDEN),
    "embeddings.LayerNorm.weight": random(HIDDEN),
    "embeddings.LayerNorm.bias": random(HIDDEN),
  }
  for i in range(LAYERS):
    sizes = {
      **{f"attention.self.{x}": (HIDDEN, HIDDEN) for x in ("query", "key", "value")},
      "attention.output.dense": (HIDDEN, HIDDEN),
      "intermediate.dense": (INNER, HIDDEN),
      "output.dense": (HIDDEN, INNER),
      "attention.output.LayerNorm": (HIDDEN,),
      "output.LayerNorm": (HIDDEN,),
    }
    for name, shape in sizes.items():
      found[f"encoder.layer.{i}.{name}.weight"] = random(*shape)
      found[f"encoder.layer.{i}.{name}.bias"] = random(shape[0])
  return found


def first_names(weights):
  """Returns the weights by the names of the first BERTs, with other heads'."""
  named = {
    "bert."
    + name.replace("Norm.weight", "Norm.gamma").replace("Norm.bias", "Norm.beta"): x
    for name, x in weights.items()
  }
  pooler = {"bert.pooler.dense.weight": np.ones([HIDDEN, HIDDEN], np.float32)}
  pooler["bert.pooler.dense.bias"] = np.ones([HIDDEN], np.float32)
  return {**named, **pooler, "cls.predictions.bias": np.ones([3], np.float32)}


def write(folder, weights=None, pieces=PIECES, tokenizer=None, **changes):
  """Writes a folder; returns its path."""
  from safetensors.numpy import save_file

  folder.mkdir(parents=True, exist_ok=True)
  save_file(weights or tensors(), folder / "model.safetensors")
  return write_configuration(folder, pieces, tokenizer, **changes)


def write_configuration(folder, pieces=PIECES, tokenizer=None, **changes):
  """Writes a folder without weights; returns its path."""
  folder.mkdir(parents=True, exist_ok=True)
  config = {key: x for key, x in {**CONFIG, **changes}.items() if x is not None}
  (folder / "config.json").write_text(json.dumps(config))
  (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
  if tokenizer is not None:
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer))
  return str(folder)


def gelu_by_tanh(x):
  """The approximation that KerasHub computes for BERT."""
  return x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def hidden(weights, ids, gelu=gelu_by_tanh, epsilon=1e-12, first_position=0):
  """Returns the last layer's outputs for the ids of one text (Devlin et al., 2019)."""

  def named(name):
    return weights[f"{name}.weight"], weights[f"{name}.bias"]

  def dense(x, name):
    kernel, bias = named(name)
    return x @ kernel.T + bias

  def norm(x, name):
    gamma, beta = named(name)
    x = x - x.mean(-1, keepdims=True)
    return x / np.sqrt((x**2).mean(-1, keepdims=True) + epsilon) * gamma + beta

  x = weights["embeddings.word_embeddings.weight"][ids]
  positions = weights["embeddings.position_embeddings.weight"][first_position:]
  x = x + positions[: len(ids)]
  x = x + weights["embeddings.token_type_embeddings.weight"][0]
  x = norm(x, "embeddings.LayerNorm")
  for i in range(LAYERS):
    layer = f"encoder.layer.{i}"
    query, key, value = (
      dense(x, f"{layer}.attention.self.{part}").reshape(len(ids), HEADS, -1)
      for part in ("query", "key", "value")
    )
    scores = np.einsum("thd,shd->hts", query, key) / math.sqrt(HIDDEN // HEADS)
    shares = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    attended = np.einsum("hts,shd->thd", shares, value).reshape(len(ids), HIDDEN)
    attended = dense(attended, f"{layer}.attention.output.dense")
    x = norm(x + attended, f"{layer}.attention.output.LayerNorm")
    inner = dense(
      gelu(dense(x, f"{layer}.intermediate.dense")), f"{layer}.output.dense"
    )
    x = norm(x + inner, f"{layer}.output.LayerNorm")
  return x
