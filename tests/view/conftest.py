import os
import shutil

import pandas as pd
import pytest
import tensorflow_model_analysis as tfma
from google.protobuf import text_format
from playwright import sync_api

HOSTILE = "x</script><script>hacked = 1</script><!--\u2028'\":y"

# One that was chosen at first stays in the page, hidden.
METRIC = "fairness-metric-summary:visible"

EVAL_CONFIG = """
model_specs { name: "clp" prediction_key: "clp" label_key: "label" }
model_specs {
  name: "baseline" prediction_key: "baseline" label_key: "label" is_baseline: true
}
slicing_specs {}
slicing_specs { feature_keys: "identity_group" }
metrics_specs {
  model_names: ["clp", "baseline"]
  metrics { class_name: "AUC" config: '"name": "auc"' }
  metrics { class_name: "Recall" config: '"name": "recall", "thresholds": 0.5' }
  metrics { class_name: "ExampleCount" }
  metrics { class_name: "ConfusionMatrixAtThresholds" config: '"thresholds": [0.5]' }
}
"""


@pytest.fixture(scope="session")
def evaluation(tmp_path_factory):
  """Output folder of a TFMA run on six rows, two models and three groups.

  The baseline ranks the two rows of the hostile group the wrong way round: AUC 0
  there, and of the 9 couples of a positive and a negative 8 are right. `negative`
  has no positive: its recall is NaN.
  """
  rows = pd.DataFrame(
    {
      "label": [1.0, 0.0, 1.0, 0.0, 1.0, 0.0],
      "clp": [0.9, 0.1, 0.8, 0.2, 0.7, 0.3],
      "baseline": [0.9, 0.1, 0.4, 0.6, 0.7, 0.3],
      "identity_group": ["gender", "gender", HOSTILE, HOSTILE, "gender", "negative"],
    }
  )
  output = str(tmp_path_factory.mktemp("evaluation"))
  tfma.analyze_raw_data(
    rows, text_format.Parse(EVAL_CONFIG, tfma.EvalConfig()), output_path=output
  )
  return output


class Opened:
  """A page in Chromium, and all that went wrong with it.

  Attributes:
    page: Playwright's page.
    problems: Errors, warnings and dialogs, as they come.
    requests: Addresses other than the page's own that it tried to fetch.
  """

  def __init__(self, page, address):
    self.page = page
    self.problems = []
    self.requests = []
    page.on("console", self._on_console)
    page.on("pageerror", lambda error: self.problems.append(str(error)))
    page.on("dialog", lambda dialog: self.problems.append(dialog.message))
    page.route("**/*", lambda route: self._on_request(route, address))
    page.goto(address)

  def _on_console(self, message):
    if message.type in ("error", "warning"):
      self.problems.append(message.text)

  def _on_request(self, route, address):
    if route.request.url == address:
      return route.continue_()
    self.requests.append(route.request.url)
    return route.abort()

  def texts(self, selector):
    """What is visible of the elements, inside of components as well."""
    found = self.page.locator(selector)
    return [e.inner_text().strip() for e in found.all() if e.is_visible()]

  def width(self):
    """Pixels that the page takes, more than the window where it scrolls sideways."""
    return self.page.evaluate("document.documentElement.scrollWidth")

  def assert_quiet(self):
    assert self.problems == [] and self.requests == []
    assert self.page.evaluate("typeof hacked") == "undefined"


@pytest.fixture(scope="module")
def chromium():
  """A running Chromium; skips where there is none.

  Playwright keeps an event loop running in this thread, so it must not outlive the
  module: other tests have loops of their own.
  """
  names = ("chromium", "chromium-browser", "google-chrome")
  path = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, names)), None
  )
  if path is None:
    pytest.skip("No Chromium to open pages in; make test-browser installs one.")
  with sync_api.sync_playwright() as playwright:
    # As root Chromium has no sandbox; the pages are ours.
    browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture
def browse(chromium, tmp_path):
  """Returns a function that opens an HTML file, or a page of such text."""
  contexts = []

  def browse(page, width=1200, height=1000, **options):
    if isinstance(page, str):
      path = tmp_path / f"page{len(contexts)}.html"
      path.write_text(page, encoding="utf-8")
    else:
      path = page
    viewport = {"width": width, "height": height}
    contexts.append(chromium.new_context(viewport=viewport, **options))
    return Opened(contexts[-1].new_page(), path.as_uri())

  yield browse
  for context in contexts:
    context.close()
