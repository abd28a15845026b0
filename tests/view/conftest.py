import html
import json
import re
import shutil
import subprocess

import pandas as pd
import pytest
import tensorflow_model_analysis as tfma
from google.protobuf import text_format

HOSTILE = "x</script><script>hacked = 1</script><!--\u2028'\":y"

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


OBSERVE = """<script>
const problems = [];
addEventListener("error", (event) => problems.push(event.message));
addEventListener("unhandledrejection", (event) => problems.push(String(event.reason)));
document.addEventListener("securitypolicyviolation",
  (event) => problems.push(`blocked: ${event.blockedURI}`));
console.error = console.warn = (...parts) => problems.push(parts.join(" "));
</script>"""

# What is in a component is in shadow roots, which a dump of the document leaves out.
DUMP = """<script>
setTimeout(() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap(
    (element) => [element, ...(element.shadowRoot ? all(element.shadowRoot) : [])]);
  const find = (selector) => all(document).filter(
    (element) => element.matches(selector) && element.offsetParent);
  const texts = (elements) => [...elements].map((e) => e.textContent.trim());
  const rows = find(".table-head-row, .baseline-row, .table-row").map(
    (row) => texts(row.querySelectorAll(".table-feature-column, .table-entry")));
  document.body.textContent = JSON.stringify({
    problems, rows,
    metrics: texts(find(".metric-name")),
    hacked: typeof hacked,
    width: document.documentElement.scrollWidth,
  });
}, 3000);
</script>"""


@pytest.fixture
def browse(tmp_path):
  """Returns a function that opens a page in Chromium and says what it shows."""
  chromium = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
  if chromium is None:
    pytest.skip("There is no chromium or google-chrome on the PATH to open a page in.")

  def browse(page):
    path = tmp_path / "observed.html"
    head, body = page.split("<head>", 1)
    observed = head + "<head>" + OBSERVE + body.replace("</body>", DUMP + "</body>")
    path.write_text(observed, encoding="utf-8")
    dump = run_chromium(chromium, path.as_uri(), tmp_path)
    text = re.search("<body>(.*)</body>", dump, re.DOTALL).group(1)
    return json.loads(html.unescape(text))

  return browse


def run_chromium(chromium, url, tmp_path, attempts=2):
  """Returns the document as it is after 8 seconds of the page's own time."""
  options = "headless no-sandbox disable-gpu disable-quic no-first-run disable-sync "
  options += "disable-background-networking disable-component-update dump-dom"
  command = [
    chromium,
    *(f"--{option}" for option in options.split()),
    f"--user-data-dir={tmp_path / f'profile{attempts}'}",
    "--window-size=1200,1000",
    "--virtual-time-budget=8000",
    url,
  ]
  try:
    dump = subprocess.run(command, capture_output=True, check=True, timeout=30)
  except subprocess.TimeoutExpired:
    # About one start in a hundred of headless Chromium never gets going.
    if attempts == 1:
      raise
    return run_chromium(chromium, url, tmp_path, attempts - 1)
  return dump.stdout.decode()
