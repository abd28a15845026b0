"""Every public class and function has an example in its docstring, and it is right."""

import doctest
import importlib

import pytest

from .test_house import public_names

# These would run for minutes; tests/e2e/test_replay.py and test_sweep.py run the like.
TOO_LONG = {"replay_job", "sweep_locally"}


def examples():
  for package in public_names.packages():
    for public in public_names.public_names(package):
      if public.docstring is not None:
        yield pytest.param(public, id=f"{package}.{public.name}")


def documented(public):
  """Returns the example of a public name, which sees the names of its package."""
  package = importlib.import_module(public.package)
  names = public_names.public_names(public.package)
  return doctest.DocTestParser().get_doctest(
    public.docstring,
    {each.name: getattr(package, each.name) for each in names},
    f"{public.package}.{public.name}",
    None,
    None,
  )


@pytest.fixture(scope="module")
def results(few_run, few_comments, tmp_path_factory):
  """A folder with the files that examples read: those of a run on few comments.

  Where an example runs that again, it finds everything in the cache.
  """
  folder = tmp_path_factory.mktemp("examples")
  root = few_run.output / "pipeline_root"
  for name, pattern in {
    "classifier.keras": "Trainer/model/*/classifier.keras",
    "evaluation": "Evaluator/evaluation/*",
    "model": "Trainer/model/*/Format-Serving",
    "statistics": "CounterfactualGen/counterfactual_statistics/*",
    "transform": "Transform/transform_graph/*",
    "transformed": "Transform/transformed_examples/*",
  }.items():
    (found,) = root.glob(pattern)
    (folder / name).symlink_to(found)
  (folder / "comments.csv").symlink_to(few_comments)
  (folder / "config.yaml").write_text(few_run.config.read_text())
  (folder / "summary.json").symlink_to(few_run.output / "summary.json")
  return folder


@pytest.mark.e2e
@pytest.mark.parametrize("public", examples())
def test_the_example_is_right(public, request, monkeypatch):
  example = documented(public)
  assert example.examples
  if public.name in TOO_LONG:
    return
  monkeypatch.chdir(request.getfixturevalue("results"))
  told = []
  assert not doctest.DocTestRunner().run(example, out=told.append).failed, "".join(told)
