"""The docs as a site: built strict and without a network, each page of a file that is there, search from a disk."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from creative_nodes.tools import site

ROOT = Path(__file__).resolve().parents[3]


class _Loader(yaml.SafeLoader):
    """Reads mkdocs.yml without making what its tags name."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: None)
CONFIG = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader=_Loader)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the site where every way out is closed."""
    folder = tmp_path_factory.mktemp("site")
    closed = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **closed}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def leaves(nav):
    """Yield the pages of the navigation."""
    for one in nav:
        inner = next(iter(one.values())) if isinstance(one, dict) else one
        yield from leaves(inner) if isinstance(inner, list) else [inner]


def test_every_page_stands_in_the_navigation_and_is_made(built):
    assert sorted(leaves(CONFIG["nav"])) == sorted(site.pages())
    for page in site.pages():
        assert (built / page).with_suffix(".html").is_file(), page
    for word in ("start", "decide", "method", "config", "dictionary", "cookbook", "reliability", "architecture"):
        assert any(word in str(one).lower() for one in CONFIG["nav"]), word


def test_a_page_asks_the_network_for_nothing(built):
    for page in built.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r'<(?:script|link|img|iframe)\b[^>]*(?:src|href)="?(?:https?:)?//', text), page
    assert "fonts.googleapis" not in (built / "index.html").read_text(encoding="utf-8")


def test_the_search_knows_the_words_of_the_docs(built):
    found = (built / "search/search_index.js").read_text(encoding="utf-8").removeprefix("var __index = ")
    places = {one["location"].partition("#")[0] for one in json.loads(found)["docs"]}
    assert {"method.html", "config.html", "notebooks/own_parcels.html"} <= places


def test_links_lead_to_pages_and_what_is_none_keeps_its_words():
    text = "[a](../config/README.md#what-if) [b](../src/x.py) [c](https://x.org) ![p](images/stages.svg) [d](#here)"
    said = site.linked(text, "docs/METHOD.md", "method.md")
    assert said == "[a](config.md#what-if) b [c](https://x.org) ![p](images/stages.svg) [d](method.md#here)"
    inner = site.linked("[m](../METHOD.md) ```[x](y.md)```", "docs/decisions/islands.md", "decisions/islands.md")
    assert inner.startswith("[m](../method.md)")
    assert site.linked("```\n[x](README.md)\n```", "README.md", "readme.md") == "```\n[x](README.md)\n```"


def test_a_notebook_is_read_as_words_code_and_what_it_shows():
    cells = [
        {"cell_type": "markdown", "source": ["# A\n", "b"]},
        {"cell_type": "code", "source": "1 + 1", "outputs": [{"data": {"text/plain": ["2"]}}]},
    ]
    assert site.from_notebook(json.dumps({"cells": cells})) == "# A\nb\n\n```python\n1 + 1\n```\n\n```text\n2\n```\n"
