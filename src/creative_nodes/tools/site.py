"""The docs as a site: pages of mkdocs are made of the files that are there, so that no text stands twice.

`mkdocs.yml` names this file as a hook. Links between files of the project become links between pages; a link to a file
that is no page keeps its words.
"""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[3]
# page of the site: the file that it is made of
PAGES = {
    "index.md": "docs/START.md",
    "decide.md": "docs/DECIDE.md",
    "method.md": "docs/METHOD.md",
    "config.md": "config/README.md",
    "dictionary.md": "docs/DATA_DICTIONARY.md",
    "cookbook.md": "docs/COOKBOOK.md",
    "reliability.md": "docs/RELIABILITY.md",
    "locating.md": "docs/LOCATING.md",
    "architecture.md": "docs/ARCHITECTURE.md",
    "benchmarks.md": "docs/BENCHMARKS.md",
    "engines.md": "docs/ENGINES.md",
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
    "readme.md": "README.md",
}
FOLDERS = {"decisions": "docs/decisions/*.md", "notebooks": "docs/notebooks/*.ipynb"}
BESIDE = ("docs/images/*.*", "docs/assets/*.js")
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
_CODE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)


def pages() -> dict[str, str]:
    """Return the file behind each page of the site, paths from the project's folder."""
    found = dict(PAGES)
    for folder, pattern in FOLDERS.items():
        for path in sorted(ROOT.glob(pattern)):
            name = "index" if path.stem == "README" else path.stem
            found[f"{folder}/{name}.md"] = path.relative_to(ROOT).as_posix()
    return found


def from_notebook(text: str) -> str:
    """Write a notebook as Markdown: its words, its code, and what the code shows as text."""
    parts = []
    for cell in json.loads(text)["cells"]:
        source = "".join(cell["source"])
        parts.append(f"```python\n{source}\n```" if cell["cell_type"] == "code" else source)
        for output in cell.get("outputs", []):
            shown = "".join(output.get("text") or output.get("data", {}).get("text/plain", ""))
            parts.append(f"```text\n{shown.rstrip()}\n```")
    return "\n\n".join(parts) + "\n"


def _target(href: str, source: str, page: str, known: dict[str, str]) -> str | None:
    """Return where a link of a file leads on the site; None where that is no page."""
    path, _, part = href.partition("#")
    file = posixpath.normpath(posixpath.join(posixpath.dirname(source), path)) if path else source
    if file.startswith("docs/images/"):
        return posixpath.relpath(file.removeprefix("docs/"), posixpath.dirname(page) or ".")
    if file not in known:
        return None
    return posixpath.relpath(known[file], posixpath.dirname(page) or ".") + (f"#{part}" if part else "")


def linked(text: str, source: str, page: str) -> str:
    """Turn the links of a file into links of the site.

    Parameters
    ----------
    text : Markdown.
    source : the file, from the project's folder.
    page : the page that it becomes.
    """
    known = {file: name for name, file in pages().items()}
    code: list[str] = []

    def put_away(found: re.Match[str]) -> str:
        code.append(found[0])
        return f"\0{len(code) - 1}\0"

    def turned(found: re.Match[str]) -> str:
        mark, words, href = found.groups()
        if re.match(r"[a-z]+:", href):
            return found[0]
        to = _target(href, source, page, known)
        return f"{mark}[{words}]({to})" if to else words

    turned_text = _LINK.sub(turned, _CODE.sub(put_away, text))
    return re.sub(r"\0(\d+)\0", lambda found: code[int(found[1])], turned_text)


def page_text(source: str, page: str) -> str:
    """Return the Markdown of a page.

    Parameters
    ----------
    source : the file, from the project's folder.
    page : the page that it becomes.
    """
    text = (ROOT / source).read_text(encoding="utf-8")
    return linked(from_notebook(text) if source.endswith(".ipynb") else text, source, page)


def on_files(files: Files, *, config: Any) -> Files:
    """Give mkdocs the pages and pictures in place of what lies in its folder.

    Parameters
    ----------
    files : as mkdocs found them, of which those in the folder of docs are not taken as they are.
    config : of mkdocs.
    """
    # styles and scripts of the theme
    made = [file for file in files if ROOT / "docs" not in Path(str(file.abs_src_path)).parents]
    made += [File.generated(config, page, content=page_text(source, page)) for page, source in pages().items()]
    beside = [path for pattern in BESIDE for path in sorted(ROOT.glob(pattern))]
    made += [File.generated(config, f"{path.parent.name}/{path.name}", abs_src_path=str(path)) for path in beside]
    return Files(made)
