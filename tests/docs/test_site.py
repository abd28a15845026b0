"""Whether people can read and search the site that `make docs` makes."""

from pathlib import Path

import pytest

from ..test_house import public_names

SITE = Path(__file__).parents[2] / "site"
PAGES = [
  *("index", "metrics", "alerts", "reference/clp_tfx.report"),
  "repository/notebooks/clp_end_to_end.ipynb",
  "repository/notebooks/encoder.ipynb",
]
# The bar at the top repeats the title of the page, as far as there is room.
SCROLLING = "pre, .md-typeset__scrollwrap, .md-nav, .md-tabs, .md-header__topic"

pytestmark = pytest.mark.skipif(
  not (SITE / "index.html").is_file(), reason="No site: make docs makes it."
)


def opened(browse, page, width=1280, **options):
  return browse(SITE / f"{page}.html", width, site=SITE, **options)


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_legible(browse, width):
  shown = opened(browse, "index", width)
  # The page of a server for addresses that it does not know.
  paths = {*SITE.rglob("*.html")} - {SITE / "404.html"}
  assert {SITE / f"{page}.html" for page in PAGES} < paths
  found = {}
  for path in sorted(paths):
    shown.page.goto(path.as_uri(), wait_until="domcontentloaded")
    found[path.name] = [*shown.illegible(SCROLLING), shown.width()]
  assert found == {path.name: [width] for path in paths}
  shown.assert_quiet()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("page", PAGES)
def test_pages_keep_nobody_out(browse, page, width, scheme):
  shown = opened(browse, page, width, color_scheme=scheme)
  assert shown.faults() == []
  shown.assert_quiet()


def test_the_search_finds_what_is_public(browse):
  shown = opened(browse, "index")
  shown.page.locator(".md-search__input").press_sequentially("draw_counterfactuals")
  found = shown.page.locator(".md-search-result__link").first
  found.wait_for()
  found.click()
  shown.page.wait_for_url("**/reference/clp_tfx.keras.html*")
  shown.assert_quiet()


def test_links_out_of_docs_lead_to_pages(browse):
  shown = opened(browse, "record")
  shown.page.get_by_role("link", name="record.schema.json").first.click()
  shown.page.wait_for_url("**/record.schema.json.html")
  assert "clp_tfx.record" in shown.texts("article")[0]
  shown = opened(browse, "api")
  shown.page.get_by_role("link", name="clp_tfx.errors").last.click()
  shown.page.wait_for_url("**/reference/clp_tfx.errors.html")
  assert "InputError" in shown.texts("article h2")[1]


def test_every_public_name_has_its_place():
  for package in public_names.packages():
    page = (SITE / "reference" / f"{package}.html").read_text(encoding="utf-8")
    for public in public_names.public_names(package):
      assert f'id="{public.module}.{public.name}"' in page
