from ml_metadata import metadata_store
from ml_metadata.proto import metadata_store_pb2 as mlmd

from clp_tfx.pipeline.config import PipelineConfig
from clp_tfx.runners.local import artifacts_of_run, files_of


class Runs:
  """Metadata as the local runner leaves it: a context per run and one per node."""

  def __init__(self, connection):
    self._store = metadata_store.MetadataStore(connection)
    types = {
      name: self._store.put_context_type(mlmd.ContextType(name=name))
      for name in ("pipeline_run", "node")
    }
    self._types = types
    self._nodes = {}
    self._execution_type = self._store.put_execution_type(mlmd.ExecutionType(name="e"))
    self._artifact_type = self._store.put_artifact_type(mlmd.ArtifactType(name="a"))

  def artifact(self, uri):
    return mlmd.Artifact(type_id=self._artifact_type, uri=uri)

  def run(self, name, **uris):
    run = self._context("pipeline_run", name)
    for node, uri in uris.items():
      context = self._nodes.get(node) or self._context("node", f"clp.{node}")
      self._nodes[node] = context
      event = mlmd.Event(type=mlmd.Event.OUTPUT)
      event.path.steps.add(key="model_run")
      event.path.steps.add(index=0)
      self._store.put_execution(
        mlmd.Execution(type_id=self._execution_type),
        [(self.artifact(uri), event)],
        [run, context],
      )

  def _context(self, kind, name):
    context = mlmd.Context(type_id=self._types[kind], name=name)
    (context.id,) = self._store.put_contexts([context])
    return context


def test_artifacts_are_of_the_newest_run_alone(tmp_path):
  connection = mlmd.ConnectionConfig()
  connection.sqlite.filename_uri = str(tmp_path / "metadata.sqlite")
  runs = Runs(connection)
  runs.run("first", Trainer="/1", ControlTrainer="/2")
  runs.run("second", Trainer="/3")
  found = artifacts_of_run(connection)
  assert {node: made["model_run"].uri for node, made in found.items()} == {
    "Trainer": "/3"
  }


def test_the_files_of_a_record_are_those_that_the_run_reads(tmp_path):
  for day in (1, 2, 3):
    (tmp_path / f"2026-01-0{day}.csv").write_text("comment_text,toxicity\n")
  (tmp_path / "a.csv").write_text("comment_text,toxicity\n")

  def names(*comments, **options):
    comments = [each if "://" in each else str(tmp_path / each) for each in comments]
    config = PipelineConfig().replace(comments=tuple(comments), **options)
    return [path.rpartition("/")[2] for path in files_of(config)]

  days = "{YYYY}-{MM}-{DD}.csv"
  assert names("a.csv", "bq://p.d.t") == ["a.csv"]
  assert names("bq://p.d.t") == []
  assert names("2026-01-0[12].csv") == ["2026-01-01.csv", "2026-01-02.csv"]
  # The newest span, and the one before it.
  assert names(days) == ["2026-01-03.csv"]
  assert sorted(names(days, window=2)) == ["2026-01-02.csv", "2026-01-03.csv"]
  # Days since 1970-01-01.
  assert names(days, span=20455) == ["2026-01-02.csv"]
