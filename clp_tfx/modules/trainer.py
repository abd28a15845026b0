"""Trainer: Counterfactual Logit Pairing on transformed examples."""

import dataclasses
import os

import tensorflow_transform as tft
from tfx.components.trainer.fn_args_utils import FnArgs

from clp_tfx.errors import InputError
from clp_tfx.training.checkpoints import sweep_checkpoints
from clp_tfx.training.export import export
from clp_tfx.training.hparams import HParams
from clp_tfx.training.keras_file import save_classifier
from clp_tfx.training.loop import fit
from clp_tfx.training.start import vocabulary


def run_fn(fn_args: FnArgs) -> None:
  """Trains a model and exports it for serving.

  Next to the SavedModel it writes `classifier.keras`, from which a later training can
  continue, given either through TFX's channel `base_model` or by its path.

  Args:
    fn_args: Arguments from TFX; `custom_config` holds the fields of `HParams`.

  Raises:
    InputError: If `custom_config` is not valid for `HParams`, or there are two base
      models, or a base model or function that it names cannot be used.
  """
  hparams = HParams.from_dict(fn_args.custom_config or {})
  if fn_args.base_model:
    hparams = _continued(hparams, fn_args.base_model)
  tf_transform_output = tft.TFTransformOutput(fn_args.transform_output)
  classifier, _ = fit(
    fn_args.train_files,
    fn_args.eval_files,
    hparams,
    tf_transform_output,
    log_dir=fn_args.model_run_dir,
  )
  save_classifier(
    classifier,
    vocabulary(tf_transform_output),
    _beside(fn_args.serving_model_dir),
  )
  export(
    classifier,
    tf_transform_output,
    hparams.text_feature,
    fn_args.serving_model_dir,
    hparams.padding,
    hparams.is_rating,
    hparams.input_features,
  )
  if hparams.checkpoint_dir:
    sweep_checkpoints(hparams.checkpoint_dir)


def _continued(hparams: HParams, base_model: str) -> HParams:
  if hparams.base_model:
    raise InputError(
      f"Expected one base model. Received: {hparams.base_model!r} in custom_config and "
      f"{base_model!r} as an input of the Trainer; leave one out."
    )
  return dataclasses.replace(hparams, base_model=_beside(base_model))


def _beside(saved_model: str) -> str:
  return os.path.join(os.path.dirname(saved_model.rstrip("/")), "classifier.keras")
