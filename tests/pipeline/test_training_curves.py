from clp_tfx.pipeline.training_curves import training_curves


def test_training_curves_of_one_class_have_no_auc(tmp_path):
  (tmp_path / "training.csv").write_text("epoch,auc\n0,nan\n")
  assert training_curves(str(tmp_path)) == [{"epoch": 1, "auc": None}]


def test_training_curves_count_epochs_from_one(tmp_path):
  (tmp_path / "training.csv").write_text("epoch,loss\n0,0.5\n1,0.25\n")
  assert training_curves(str(tmp_path)) == [
    {"epoch": 1, "loss": 0.5},
    {"epoch": 2, "loss": 0.25},
  ]
