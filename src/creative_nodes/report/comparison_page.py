"""The comparison page as one HTML file: a view-model in, everything it needs written into it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from creative_nodes.messages import language, say, say_n, translated, translations
from creative_nodes.report.comparison import ComparisonPage
from creative_nodes.report.maps import OSM_CREDIT
from creative_nodes.report.page import POLICY

HERE = Path(__file__).parent
STYLES = ("report.css", "comparison.css")


def _plural(one: str, many: str, n: float) -> str:
    """Choose a text by count, as `say_n` does, for templates that fill it in themselves."""
    return translations(language()).get(one) or (one if n == 1 else many)


@lru_cache
def environment() -> Environment:
    """Return the templates with what speaks the language in force."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(translated, _plural, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(say=say, say_n=say_n)
    return made


def comparison_html(page: ComparisonPage) -> str:
    """Write the comparison page in the language in force."""
    styles = [(HERE / "assets" / name).read_text(encoding="utf-8") for name in STYLES]
    return (
        environment()
        .get_template("comparison.html.j2")
        .render(page=page, policy=POLICY, css=Markup("\n".join(styles)), credit=Markup(OSM_CREDIT), code=language())
    )
