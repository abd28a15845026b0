"""Opens pages in a real Chromium and records the problems in them."""

import os
import shutil

import pytest
from playwright import sync_api


class Opened:
  """A page in Chromium and the problems that occurred in it.

  Attributes:
    page: Playwright's page.
    problems: Errors, warnings and dialogs, in order.
    requests: Other addresses that the page tried to fetch.
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
    """The visible text of the elements, including those inside components."""
    found = self.page.locator(selector)
    return [e.inner_text().strip() for e in found.all() if e.is_visible()]

  def width(self):
    """The width of the page in pixels; wider than the window if it scrolls sideways."""
    return self.page.evaluate("document.documentElement.scrollWidth")

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
  """Returns a function that opens an HTML file or HTML text."""
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
