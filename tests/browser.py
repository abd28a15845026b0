"""Opens pages in a real Chromium and records the problems in them."""

import os
import shutil

import pytest
from playwright import sync_api

# What a reader cannot read: words that leave the window, or the part of a box that is
# shown, and words that are broken. Not Fairness Indicators, whose boxes are not ours,
# nor comments, where people may write a word of any length, nor the closed search of
# the site.
_ILLEGIBLE = r"""
(scrolling) => {
  const found = [], edge = document.documentElement.clientWidth + 1;
  const hidden = (e) => e.closest(
    "script, style, noscript, fairness-nb-container, .comment, .md-search");
  // Each is asked of many words.
  const remembered = (find, known = new Map()) => (e) => {
    if (!known.has(e)) known.set(e, find(e));
    return known.get(e);
  };
  const clipped = (e) => getComputedStyle(e).clipPath !== "none";
  const forScreenReaders = remembered((e) =>
    e && (clipped(e) || forScreenReaders(e.parentElement)));
  // The boxes that cut what an element shows.
  const cutting = remembered((e) => {
    if (!e || e === document.body) return [];
    const above = cutting(e.parentElement);
    const cuts = e.tagName === "svg" || getComputedStyle(e).overflowX !== "visible";
    return cuts ? [...above, e.getBoundingClientRect()] : above;
  });
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = words.nextNode()); ) {
    const parent = node.parentElement;
    if (hidden(parent) || forScreenReaders(parent)) continue;
    if (!parent.checkVisibility({visibilityProperty: true})) continue;
    for (const {0: word, index} of node.data.matchAll(/[^\s\u00ad-]+/g)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const boxes = [...range.getClientRects()].filter((box) => box.width);
      if (!boxes.length) continue;
      const where = `${word} in ${parent.closest("section")?.id || parent.tagName}`;
      const line = scrolling && parent.closest("p, li, dd")?.clientWidth;
      const long = line && boxes.reduce((sum, box) => sum + box.width, 0) > line;
      if (new Set(boxes.map((box) => Math.round(box.top))).size > 1 && !long)
        found.push(`broken: ${where}`);
      if (scrolling && parent.closest(scrolling)) continue;
      const shown = range.getBoundingClientRect();
      if (shown.left < -1 || shown.right > edge) found.push(`outside: ${where}`);
      const cut = ({left, right}) => shown.left < left - 1 || shown.right > right + 1;
      if (cutting(parent).some(cut)) found.push(`cut: ${where}`);
    }
  }
  // What CSS writes, such as the titles of a narrow table's figures, is no text node.
  for (const cell of document.querySelectorAll("th, td, dt, dd")) {
    if (hidden(cell) || forScreenReaders(cell) || !cell.checkVisibility()) continue;
    if (scrolling && cell.closest(scrolling)) continue;
    if (cell.clientWidth && cell.scrollWidth > cell.clientWidth + 1)
      found.push(`over the edge: ${cell.dataset.label ?? cell.innerText.slice(0, 40)}`);
  }
  return found;
}
"""


class Opened:
  """A page in Chromium and the problems that occurred in it.

  Attributes:
    page: Playwright's page.
    problems: Errors, warnings and dialogs, in order.
    requests: Other addresses that the page tried to fetch.
  """

  def __init__(self, page, address, within):
    self.page = page
    self.problems = []
    self.requests = []
    page.on("console", self._on_console)
    page.on("pageerror", lambda error: self.problems.append(str(error)))
    page.on("dialog", lambda dialog: self.problems.append(dialog.message))
    page.route("**/*", lambda route: self._on_request(route, within))
    page.goto(address)

  def _on_console(self, message):
    if message.type in ("error", "warning"):
      self.problems.append(message.text)

  def _on_request(self, route, within):
    if route.request.url.startswith(within):
      return route.continue_()
    self.requests.append(route.request.url)
    return route.abort()

  def texts(self, selector):
    """The visible text of the elements, including those inside components."""
    found = self.page.locator(selector)
    return [e.inner_text().strip() for e in found.all() if e.is_visible()]

  def width(self):
    """The width of the page in pixels; wider than the window if it scrolls sideways."""
    return self.page.evaluate("document.documentElement.scrollWidth")

  def illegible(self, scrolling=""):
    """Words that are broken, cut by a box or outside the window, and where.

    With a selector `scrolling`, words in such elements may be cut, since they scroll,
    and words that are longer than a line may break.
    """
    return self.page.evaluate(_ILLEGIBLE, scrolling)

  def faults(self):
    """What axe-core finds serious or critical, contrast below AA included."""
    from axe_playwright_python.sync_playwright import Axe

    # The component is not ours; and axe would read style sheets that are files.
    found = Axe().run(
      self.page, {"exclude": [["fairness-nb-container"]]}, {"preload": False}
    )
    return [
      f"{fault['id']}: {node['html'][:200]}"
      for fault in found.response["violations"]
      if fault["impact"] in ("serious", "critical")
      for node in fault["nodes"]
    ]

  def assert_quiet(self):
    assert self.problems == [] and self.requests == []
    assert self.page.evaluate("typeof hacked") == "undefined"


@pytest.fixture(scope="module")
def chromium():
  """A running Chromium; skips the tests if it is not installed.

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
    # Chromium has no sandbox when run as root; the pages are our own.
    browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture
def browse(chromium, tmp_path):
  """Returns a function that opens an HTML file or HTML text.

  The page may load nothing, or if it belongs to a `site`, what is in that folder.
  """
  contexts = []

  def browse(page, width=1200, height=1000, site=None, **options):
    if isinstance(page, str):
      path = tmp_path / f"page{len(contexts)}.html"
      path.write_text(page, encoding="utf-8")
    else:
      path = page
    viewport = {"width": width, "height": height}
    contexts.append(chromium.new_context(viewport=viewport, **options))
    address = path.as_uri()
    within = f"{site.as_uri()}/" if site else address
    return Opened(contexts[-1].new_page(), address, within)

  yield browse
  for context in contexts:
    context.close()
