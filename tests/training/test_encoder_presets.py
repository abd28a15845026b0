"""Presets are fetched once; here from a folder, without a network."""

import shutil

import numpy as np
import pytest

from clp_tfx.errors import InputError
from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.training.encoder_folder import EncoderFolder
from clp_tfx.training.encoder_presets import stored_encoder
from clp_tfx.training.encoders import backbone_of

from .encoder_folders import PIECES, write

keras_hub = pytest.importorskip(
  "keras_hub", reason="Needs pip install 'clp-tfx[encoder]'."
)
preset_utils = pytest.importorskip("keras_hub.src.utils.preset_utils")


@pytest.fixture
def named(monkeypatch):
  """Gives a folder the name of a preset of KerasHub."""

  def register(name, path):
    preset = {"kaggle_handle": str(path), "metadata": {}}
    backbone = keras_hub.models.BertBackbone
    of_bert = preset_utils.BUILTIN_PRESETS_FOR_BACKBONE[backbone]
    monkeypatch.setitem(preset_utils.BUILTIN_PRESETS, name, preset)
    monkeypatch.setitem(of_bert, name, preset)

  return register


@pytest.fixture
def hugging_face(tmp_path):
  return write(tmp_path / "hugging_face", tokenizer={"do_lower_case": True})


@pytest.fixture
def hub(tmp_path, hugging_face):
  backbone = backbone_of(EncoderFolder.read(hugging_face))
  path = str(tmp_path / "hub")
  backbone.save_to_preset(path)
  keras_hub.tokenizers.BertTokenizer(PIECES, lowercase=True).save_to_preset(path)
  return path


@pytest.mark.parametrize("layout", ["hub", "hugging_face"])
def test_a_preset_is_fetched_once_and_then_a_folder(layout, tmp_path, named, request):
  path = request.getfixturevalue(layout)
  named("tiny_en", path)
  encoders = tmp_path / "out" / "encoders"
  stored = stored_encoder("tiny_en", str(encoders))
  assert stored == str(encoders / "tiny_en")
  here, there = EncoderFolder.read(stored), EncoderFolder.read(path)
  assert here.digest() == there.digest()
  for value, other in zip(
    backbone_of(here).get_weights(), backbone_of(there).get_weights(), strict=True
  ):
    np.testing.assert_array_equal(value, other)
  shutil.rmtree(path)
  assert stored_encoder("tiny_en", str(encoders)) == stored
  assert [each.name for each in encoders.iterdir()] == ["tiny_en"]


def test_a_folder_stays_what_it_is(tmp_path, hugging_face):
  encoders = str(tmp_path / "encoders")
  assert stored_encoder(hugging_face, encoders) == hugging_face
  assert stored_encoder("gs://bucket/bert", encoders) == "gs://bucket/bert"
  assert not (tmp_path / "encoders").exists()


def test_what_is_neither_is_refused(tmp_path):
  with pytest.raises(InputError, match="'no_such', which is neither"):
    stored_encoder("no_such", str(tmp_path / "encoders"))


def test_what_cannot_be_fetched_leaves_nothing(tmp_path, named, monkeypatch):
  (tmp_path / "empty").mkdir()
  named("empty_en", tmp_path / "empty")
  encoders = tmp_path / "encoders"
  with pytest.raises(InputError, match="it gives no config.json"):
    stored_encoder("empty_en", str(encoders))

  def unreachable(*_):
    raise OSError("no route to the host")

  monkeypatch.setattr(preset_utils, "get_file", unreachable)
  with pytest.raises(InputError, match="hf://a/b .* no config.json .no route to"):
    stored_encoder("hf://a/b", str(encoders))
  assert not list(encoders.iterdir())


def test_another_family_is_refused_by_its_name(tmp_path, named):
  named("other_en", write(tmp_path / "other", model_type="electra"))
  with pytest.raises(InputError, match="Expected other_en to be .* 'electra', not"):
    stored_encoder("other_en", str(tmp_path / "encoders"))
  assert not list((tmp_path / "encoders").iterdir())


def test_a_run_stores_it_below_its_output(tmp_path, named, hub):
  from clp_tfx.runners.local import with_encoder

  named("tiny_en", hub)
  output = tmp_path / "out"
  config = PipelineConfig.of(
    model_fn="encoder", encoder="tiny_en", max_tokens=8, output=str(output)
  )
  assert with_encoder(config).training.encoder == str(output / "encoders" / "tiny_en")
  assert with_encoder(PipelineConfig()) == PipelineConfig()
