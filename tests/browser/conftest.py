"""What the browser tests share: Chromium, visits to a page, made-up pages, and a catalogue for the tests."""

import runpy
import sys
from functools import partial
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import sync_playwright

from creative_nodes.common import messages
from creative_nodes.report import page
from creative_nodes.report.cities import index as cities
from creative_nodes.report.cities.comparing import ComparedCity
from creative_nodes.report.city.figures import snapshot_of
from creative_nodes.score.against import scales_by
from creative_nodes.score.rank import score_candidates
from creative_nodes.settings import load_config
from creative_nodes.tools import catalogue

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "tests" / "unit"
# the modules beside this file and the helpers of the unit tests can be imported
sys.path[:0] = [str(Path(__file__).parent), str(UNIT), str(UNIT / "report")]
MADE_UP = runpy.run_path(str(UNIT / "report" / "made_up.py"))
CHROMIUM = runpy.run_path(str(ROOT / "tests" / "browser" / "debian.py"))["chromium"]
COMPARED = runpy.run_path(str(UNIT / "report" / "cities" / "test_comparison.py"))
REPORTS = sorted((ROOT / "reports").glob("*.html"))
CITIES = [path for path in REPORTS if path.stem not in ("index", "comparison")]
DESKTOP = {"width": 1440, "height": 900}
WORDS = {"vi": "«việt»", "zh": "«中文»"}  # what the catalogue for tests puts in front of every English text


# ---------------------------------------------------------------- visits


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, started once."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM(), args=["--no-sandbox"])
        yield browser
        browser.close()


def whole_of(fragment: str) -> str:
    """Open a page with every part in view, where a test does not ask for one tab of it."""
    return fragment if "tab=" in fragment else "&".join(filter(None, [fragment, "tab=all"]))


class Visit:
    """An open page, with what it asked the network for and what went wrong on it."""

    def __init__(self, browser, path: Path, size: dict, fragment: str = "", locale: str = "en-GB"):
        self.context = browser.new_context(viewport=size, reduced_motion="reduce", locale=locale)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.page.on(
            "console", lambda said: self.wrong.append(said.text) if said.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.page.route("**/*", self._only_this_file)
        self.address = path.as_uri()
        self.page.goto(f"{self.address}#{whole_of(fragment)}")
        self.page.wait_for_selector("html[data-ready=true]", state="attached")

    def _only_this_file(self, route):
        if route.request.url.split("#")[0] == self.address:
            route.continue_()
        else:
            self.asked.append(route.request.url)
            route.abort()

    def show(self, tab: str):
        """Go to a tab, as its address would: at its beginning."""
        self.page.locator(f"#tab-{tab}").click()
        self.page.evaluate("scrollTo(0, 0)")

    def speak(self, code: str):
        """Switch the language."""
        self.page.locator(f'[data-language="{code}"]').click()

    def layer(self, text: str):
        """The box of a layer in the legend, which is unfolded for it."""
        self.page.evaluate("void layer_control_legend.expand()")
        return self.page.locator(".leaflet-control-layers label", has_text=text).locator("input")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.context.close()


@pytest.fixture(scope="session")
def visit(chromium):
    def open_page(path, size=DESKTOP, fragment="", locale="en-GB"):
        return Visit(chromium, path, size, fragment, locale)

    return open_page


# ---------------------------------------------------------------- made-up pages


@pytest.fixture(scope="session")
def made_up_page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    html = MADE_UP["city_html"](ROOT, folder, MADE_UP["frames"]())
    path = folder / "made-up.html"
    path.write_text(html, encoding="utf-8")
    return path


@pytest.fixture(scope="session", params=["made-up", *(path.name for path in CITIES)])
def city_page(request, made_up_page):
    return made_up_page if request.param == "made-up" else ROOT / "reports" / request.param


class Catalogue(dict):
    """A catalogue for tests: every English text with the language in front."""

    def __init__(self, language: str):
        super().__init__()
        self.front = WORDS[language]

    def get(self, text, default=None):
        return f"{self.front} {text}" if text else default


def script_texts(language: str) -> dict[str, str]:
    """What the catalogue for tests says for the texts of the scripts."""
    if language == "en":
        return {}
    told = [message for message in catalogue.template() if any(".js" in file for file, _ in message.locations)]
    texts = [message.id if isinstance(message.id, str) else message.id[0] for message in told]
    return {text: f"{WORDS[language]} {text}" for text in texts}


def made_up_pages(folder: Path) -> dict[str, Path]:
    """Write a page of each kind."""
    frames = MADE_UP["frames"]()
    row = ComparedCity(MADE_UP["settings"](ROOT), frames, snapshot_of(MADE_UP["PROVENANCE"]))
    config = load_config(yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8")))
    scales = scales_by(MADE_UP["reference"](), config.score.anchors)
    weighed = score_candidates(frames["candidates"], scales, config.score, seed=config.seed)
    hostile = MADE_UP["HOSTILE"]
    towns = [COMPARED["city"](f"town{i}", name) for i, name in enumerate(hostile[:2])] + [COMPARED["city"]()]
    compared = partial(COMPARED["comparison"].comparison_page, towns, COMPARED["shipped"]())
    texts = {
        "made-up": MADE_UP["city_html"](ROOT, folder, frames),
        "weighed": MADE_UP["city_html"](ROOT, folder, frames | {"scores": weighed}),
        "index": page.index_html(partial(cities.index_page, [row] * 3)),
        "comparison": page.comparison_html(compared),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}


@pytest.fixture(scope="session")
def spoken_pages(tmp_path_factory):
    """A page of each kind with the catalogue for tests, by name: made-up and weighed (cities), index, comparison."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(messages, "translations", lambda code: {} if code == "en" else Catalogue(code))
        patch.setattr(page, "script_texts", script_texts)
        return made_up_pages(tmp_path_factory.mktemp("spoken"))
