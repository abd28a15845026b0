"""Trainer: Counterfactual Logit Pairing on transformed examples."""

import tensorflow_transform as tft
from tfx import v1 as tfx

from clp_tfx.training.checkpoints import sweep_checkpoints
from clp_tfx.training.export import export
from clp_tfx.training.fit import fit
from clp_tfx.training.hparams import HParams


def run_fn(fn_args: tfx.components.FnArgs) -> None:
  """Trains a model and exports it for serving.

  Args:
    fn_args: What TFX passes; `custom_config` holds the fields of `HParams`.

  Raises:
    InputError: If `custom_config` is not as `HParams` wants it.
  """
  hparams = HParams.from_dict(fn_args.custom_config)
  tf_transform_output = tft.TFTransformOutput(fn_args.transform_output)
  classifier, _ = fit(
    fn_args.train_files,
    fn_args.eval_files,
    hparams,
    tf_transform_output,
    log_dir=fn_args.model_run_dir,
  )
  export(
    classifier, tf_transform_output, hparams.text_feature, fn_args.serving_model_dir
  )
  if hparams.checkpoint_dir:
    sweep_checkpoints(hparams.checkpoint_dir)
