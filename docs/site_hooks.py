"""Makes the site's pages that are not files of docs/, for MkDocs.

These are the README as the start page, a page for each file outside docs/ that a page
links to, and a page of reference for each package. So every link works here as it does
between the files of the repository.
"""

import os
import re
import sys
from pathlib import Path, PurePosixPath

import griffe
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from pymdownx.slugs import slugify

sys.path.insert(0, str(Path(__file__).parent))

from notebook_page import notebook_page, with_inline_formulas  # noqa: E402
from public_names import docstring, packages, public_names  # noqa: E402

ROOT = Path(__file__).parents[1]
_LINK = re.compile(r"(?<=\]\()(?!https?:|#)([^)\s#]+)")
_LANGUAGES = {".py": "python", ".json": "json", ".yaml": "yaml", ".csv": "text"}


def on_config(config: MkDocsConfig) -> None:
  """Makes the anchors of titles as they are on the repository's page."""
  config.mdx_configs["toc"]["slugify"] = slugify(case="lower")


def on_files(files: Files, config: MkDocsConfig) -> None:
  """Adds the pages that are not in docs/."""
  for package in packages():
    content = _reference(package)
    files.append(File.generated(config, f"reference/{package}.md", content=content))
  found = ["README.md", *(f"docs/{page.src_uri}" for page in files if _is_page(page))]
  for source in found:
    for target in _targets(source):
      if target not in found and not target.startswith("docs/"):
        found.append(target)
    if not _page(source).startswith("reference/") and not source.startswith("docs/"):
      page = File.generated(config, _page(source), content=_content(source))
      files.append(page)


def on_page_markdown(markdown: str, page, **_) -> str:
  """Points the links of a page in docs/ to the pages of the site."""
  written = page.file.generated_by is None
  return _relinked(markdown, f"docs/{page.file.src_uri}") if written else markdown


def on_page_content(html: str, **_) -> str:
  """Shows formulas."""
  return with_inline_formulas(html)


def on_post_page(output: str, **_) -> str:
  """Names the search for screen readers, and lets titles and names in sentences break.

  That is done last, so that the search still knows them whole.
  """
  output = output.replace('role="dialog"', 'role="dialog" aria-label="Search"')
  parts = _AS_THEY_ARE.split(output)
  # In between are what stays and the kind of its element.
  parts[::3] = [_NAMES.sub(_breakable, part) for part in parts[::3]]
  return "".join(part for place, part in enumerate(parts) if place % 3 < 2)


# What scrolls, and what is not text.
_AS_THEY_ARE = re.compile(r"(<(pre|table|script)\b.*?</\2>)", re.DOTALL)
_NAMES = re.compile(r"<(h[1-6])\b.*?</\1>|<code>[^<]+</code>", re.DOTALL)
_PARTS = re.compile(
  r"(?P<stays><[^>]*>|&[#\w]+;)|(?P<option>--[\w-]+)|(?<=\w)([/_=,](?=\S)|\.(?=[^\W\d]|{))"
)


def _breakable(name: re.Match) -> str:
  """Lets a name break after its separators, and neither in a word nor in an option."""

  def written(part: re.Match) -> str:
    if part["option"]:
      return f'<span class="option">{part[0]}</span>'
    return part[0] if part["stays"] else f"{part[0]}<wbr>"

  return _PARTS.sub(written, name[0])


def _is_page(file: File) -> bool:
  return file.is_documentation_page() and file.generated_by is None


def _targets(source: str) -> list[str]:
  """Returns the files that a page of the repository links to, from its root."""
  if not source.endswith(".md"):
    return []
  text = (ROOT / source).read_text(encoding="utf-8")
  return [_from_root(source, link) for link in _LINK.findall(text)]


def _from_root(source: str, link: str) -> str:
  return os.path.normpath(PurePosixPath(source).parent / link)


def _page(source: str) -> str:
  """Returns the page of the site, from its docs folder, that shows a file."""
  if source.startswith("docs/"):
    return source.removeprefix("docs/")
  if source == "README.md":
    return "index.md"
  module = source.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
  if module in packages():
    return f"reference/{module}.md"
  return f"repository/{source.removesuffix('.md')}.md"


def _content(source: str) -> str:
  """Returns a file outside docs/ as a page."""
  path = ROOT / source
  if path.is_dir():
    names = sorted(each.name for each in path.iterdir() if each.is_file())
    return f"# {source}\n\n" + "".join(f"- `{name}`\n" for name in names)
  text = path.read_text(encoding="utf-8")
  if path.suffix == ".md":
    return _relinked(text, source)
  if path.suffix == ".ipynb":
    return notebook_page(text)
  return f"# {source}\n\n~~~~ {_LANGUAGES.get(path.suffix, 'text')}\n{text}\n~~~~\n"


def _relinked(text: str, source: str) -> str:
  here = PurePosixPath(_page(source)).parent

  def relinked(match: re.Match) -> str:
    return os.path.relpath(_page(_from_root(source, match[0])), here)

  return _LINK.sub(relinked, text)


def _reference(package: str) -> str:
  parts = [f"# {package}\n\n{docstring(package)}\n"]
  parts += [f"::: {each.module}.{each.name}\n" for each in public_names(package)]
  return "\n".join(parts)


class Examples(griffe.Extension):
  """Makes our `Example:` the section that griffe calls `Examples:`."""

  def on_instance(self, *, obj: griffe.Object, **_) -> None:
    """Changes the docstring of an object."""
    if obj.docstring:
      obj.docstring.value = re.sub(
        r"^Example:$", "Examples:", obj.docstring.value, flags=re.MULTILINE
      )
