from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.pipeline.pipeline import create_pipeline


def test_a_pipeline_with_a_bound_for_a_group_of_a_remote_lexicon(
  memory_files, tmp_path
):
  memory_files["memory://b/terms.csv"] = b"term,group\nman,gender/male\n"
  config = PipelineConfig.of(
    comments=(str(tmp_path / "comments.csv"),),
    output=str(tmp_path),
    identity_terms="memory://b/terms.csv",
    max_flip_rate_of=("gender/male=0.1",),
  )
  nodes = {node.id: node for node in create_pipeline(config).components}
  generator = nodes["CounterfactualGen"].exec_properties
  assert generator["identity_terms"] == "memory://b/terms.csv"
  assert "gender/male" in nodes["Evaluator"].exec_properties["eval_config"]
