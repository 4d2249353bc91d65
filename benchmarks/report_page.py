"""A made-up city's page: size, time until interactive, panning, zooming, sliders, languages.

    python benchmarks/report_page.py --features 5000 20000
    python benchmarks/report_page.py --features 20000 --candidates 60 300 1350 --slower 4

Features are heritage sites (4 %, more where there are more candidates), creative spaces (56 %) and hexagons (40 %);
candidates have uneven outlines of what they reach. The page is opened in headless Chromium at 1440 x 900, several
times, each in a fresh window. `processor` is what the page's main thread spent until it answered, which a busy machine
disturbs less; with `--slower 4` the browser slows its processor down as much, as a telephone would. Frames are those of
the browser while the map is dragged 1,200 px in steps, and zoomed in and out four levels, with every layer switched on.
A slider is moved in steps; told is the time from a step until the page shows the new ranks, and how long after the last
of them the marks over weightings and worlds are there. The first screen is there when headline, marks and the map's
ground, set and pins are painted: told is what the page's main thread spent from the navigation until then.
"""

from __future__ import annotations

import argparse
import json
import runpy
import statistics
import tempfile
import time
from itertools import product
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import yaml
from playwright.sync_api import Browser, Page, sync_playwright
from shapely.geometry import LineString, MultiPoint, MultiPolygon, Point, Polygon

from creative_nodes.common import CRITERIA
from creative_nodes.score.against import scales_by, values_of
from creative_nodes.score.rank import score_candidates
from creative_nodes.settings import load_config

ROOT = Path(__file__).parents[1]
CHROMIUM = runpy.run_path(str(ROOT / "tests" / "browser" / "debian.py"))["chromium"]
MADE_UP = runpy.run_path(str(ROOT / "tests" / "unit" / "report" / "made_up.py"))
CANDIDATES = 60
WORLDS = 250
SLIDER_STEPS = (90, 10, 70, 30, 50)
CORNERS = {"walk": 120, "motorbike": 4000}  # of an outline, as the three cities have them or fewer
RECORD = """() => {
  window.frames_ms = [];
  let last = performance.now();
  const tick = (now) => {
    window.frames_ms.push(now - last);
    last = now;
    if (window.recording) requestAnimationFrame(tick);
  };
  window.recording = true;
  requestAnimationFrame(tick);
}"""


# ---------------------------------------------------------------- the city


def repeated(frame: pd.DataFrame, n: int, key: str, stem: str) -> pd.DataFrame:
    """Repeat the rows of a table up to n of them, each with a key of its own."""
    taken = frame.iloc[np.arange(n) % len(frame)].reset_index(drop=True)
    return taken.assign(**{key: [f"{stem}{i}" for i in range(n)]})


def scattered(n: int, rng: np.random.Generator) -> list[Point]:
    """Scatter points over the study area."""
    west, south = MADE_UP["WEST"], MADE_UP["SOUTH"]
    return [Point(west + x * 0.06, south + y * 0.05) for x, y in rng.random((n, 2))]


def hexagons(n: int) -> list[Polygon]:
    """Tile the study area."""
    across = int(np.ceil(np.sqrt(n * 1.2)))
    west, south, step = MADE_UP["WEST"], MADE_UP["SOUTH"], 0.06 / across
    corners = [(np.cos(a) * step * 0.55, np.sin(a) * step * 0.55) for a in np.arange(6) * np.pi / 3]
    middles = [(west + (i % across) * step, south + (i // across) * step * 0.9) for i in range(n)]
    return [Polygon([(x + dx, y + dy) for dx, dy in corners]) for x, y in middles]


def outline(at: Point, radius: float, corners: int, rng: np.random.Generator) -> MultiPolygon:
    """Draw the uneven ground that a site reaches."""
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = radius * (1 + 0.2 * np.sin(5 * angles) + 0.05 * rng.random(corners))
    ring = Polygon(np.column_stack([at.x + reach * np.cos(angles), at.y + reach * np.sin(angles)]))
    return MultiPolygon([ring.buffer(0)]) if ring.is_valid else MultiPolygon([ring.convex_hull])


def worlds(values: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Move what each site is worth a little, once a world."""
    own = values.pivot(index="site_id", columns="criterion", values="value").reindex(columns=list(CRITERIA)).fillna(0.0)
    moved = [(own + rng.normal(0, 0.1, own.shape)).clip(0, 1).assign(world=k) for k in range(1, WORLDS + 1)]
    return pd.concat(moved).reset_index()[["world", "site_id", *CRITERIA]]


def town(features: int, candidates: int) -> dict[str, pd.DataFrame]:
    """Make the tables of a city with so many features, and so many sites to rank."""
    rng = np.random.default_rng(80)
    n_sites, n_cells = max(int(features * 0.04), candidates + 8), int(features * 0.2)
    n_spaces = features - n_sites - 2 * n_cells
    made = MADE_UP["frames"](n_heritage=candidates + 8)
    rest = repeated(made["heritage"].tail(8), n_sites - candidates, "site_id", "x")
    rest = rest.set_geometry(gpd.GeoSeries(scattered(len(rest), rng), crs=4326))
    made["heritage"] = pd.concat([made["heritage"].head(candidates), rest], ignore_index=True)
    spaces = repeated(made["creative"], n_spaces, "space_id", "c")
    spaces["name"] = [f"Studio {i} of the {i % 97}th lane" for i in range(n_spaces)]
    spaces["osm_ids"] = [[f"node/{10**8 + i}"] for i in range(n_spaces)]
    made["creative"] = spaces.set_geometry(gpd.GeoSeries(scattered(n_spaces, rng), crs=4326))
    for name in ("completeness", "accessibility"):
        cells = repeated(made[name], n_cells, "hex_id", "88")
        cells["residents"] = rng.integers(1, 9000, n_cells).astype(float)
        made[name] = cells.set_geometry(gpd.GeoSeries(hexagons(n_cells), crs=4326))
    ends = rng.integers(0, n_spaces, (min(6 * n_spaces, 29_000), 2))
    made["links"] = pd.DataFrame({"a": [f"c{i}" for i in ends[:, 0]], "b": [f"c{i}" for i in ends[:, 1]]})
    made["links"]["minutes"] = 5.0
    sites = made["candidates"]
    rows = [
        (site, mode, minutes, 1.0, outline(shape.centroid, radius, CORNERS[mode], rng))
        for site, shape in zip(sites["site_id"], sites.geometry, strict=True)
        for mode, minutes, radius in (("walk", 15.0, 0.008), ("motorbike", 30.0, 0.03))
    ]
    columns = ["site_id", "mode", "minutes", "area_km2", "geometry"]
    made["isochrones"] = gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=4326)
    made["clusters"] = made["clusters"].set_geometry(
        gpd.GeoSeries([MultiPoint(list(made["creative"].geometry[k : k + 9])) for k in (0, 9)], crs=4326)
    )
    starts = shapely.get_coordinates(scattered(4000, rng))
    lines = [LineString([at, at + step]) for at, step in zip(starts, rng.normal(0, 0.002, (4000, 2)), strict=True)]
    streets = repeated(made["street_edges"], 4000, "way_id", "").assign(way_id=range(4000))
    made["street_edges"] = streets.set_geometry(gpd.GeoSeries(lines, crs=4326))
    # scores that follow from the values, so that the page has sliders
    score = load_config(yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))).score
    scales = scales_by(MADE_UP["reference"](), score.anchors)
    made["scores"] = score_candidates(made["candidates"], scales, score, seed=80)
    made["values"] = values_of(made["candidates"], scales, score)
    made["world_values"] = worlds(made["values"], rng)
    return {name: MADE_UP["whole"](name, frame) for name, frame in made.items()}


# ---------------------------------------------------------------- the browser


def opened(page: Page, address: str, slower: float) -> tuple[float, float]:
    """Open the page; return milliseconds until it answers, and those of the processor in its main thread."""
    session = page.context.new_cdp_session(page)
    if slower > 1:
        session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(address)
    page.wait_for_selector("html[data-ready=true]", state="attached")
    told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return float(page.evaluate("window.readyAt ?? performance.now()")), told["TaskDuration"] * 1000


def first_screen(browser: Browser, address: str, slower: float) -> float:
    """Return processor milliseconds of the main thread until headline, marks, ground, set and pins are painted."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    if slower > 1:
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    browser.start_tracing(page=page, categories=["devtools.timeline", "blink.user_timing", "loading"])
    page.goto(address)
    page.wait_for_selector("html[data-ready=true]", state="attached")
    events = json.loads(browser.stop_tracing())["traceEvents"]
    context.close()
    there = max((one for one in events if one["name"] == "first-screen"), key=lambda one: one["ts"])
    thread = [one for one in events if (one["pid"], one["tid"]) == (there["pid"], there["tid"]) and "tts" in one]
    begun = min(one["tts"] for one in thread if one["name"] == "DocumentLoader::CommitNavigation")
    done = [one for one in thread if one["ts"] + one.get("dur", 0) <= there["ts"]]
    return float(max(one["tts"] + one.get("tdur", 0) for one in done) - begun) / 1000


def settle(page: Page) -> float:
    """Return the milliseconds from the last step of a slider until the marks are those of its weights."""
    begun = time.perf_counter()
    page.wait_for_selector("body:not(.judging)", state="attached")
    return (time.perf_counter() - begun) * 1000


def slide(page: Page) -> list[float]:
    """Return the milliseconds from each step of a slider until the next frame shows the new ranks."""
    return [
        float(ms)
        for ms in page.evaluate(
            """async (steps) => {
                document.querySelector("#priorities details").open = true;
                const slider = document.querySelector("#priorities input[type=range]:not([disabled])");
                const found = [];
                for (const step of steps) {
                    const begun = performance.now();
                    slider.value = step;
                    slider.dispatchEvent(new Event("input", { bubbles: true }));
                    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
                    found.push(performance.now() - begun);
                }
                return found;
            }""",
            list(SLIDER_STEPS),
        )
    ]


def frames(page: Page, act: Any) -> list[float]:
    """Return the milliseconds of every frame while something is done."""
    page.evaluate(RECORD)
    act()
    page.evaluate("window.recording = false")
    return [float(ms) for ms in page.evaluate("window.frames_ms")]


def drag(page: Page) -> None:
    """Drag the map to and fro."""
    page.mouse.move(700, 500)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(700 + (10 * step if step < 30 else 10 * (60 - step)), 500 + step)
        page.wait_for_timeout(10)
    page.mouse.up()


def zoom(page: Page) -> None:
    """Zoom in and out with the wheel."""
    page.mouse.move(700, 500)
    for way in (-1, -1, 1, 1):
        page.mouse.wheel(0, 240 * way)
        page.wait_for_timeout(500)


def switch(page: Page, code: str) -> float:
    """Return the milliseconds of a change of language, until the next frame is drawn."""
    return float(
        page.evaluate(
            """(code) => new Promise((done) => {
                const begun = performance.now();
                document.querySelector(`[data-language="${code}"]`).click();
                requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
            })""",
            code,
        )
    )


def layers_on(page: Page) -> None:
    """Switch every layer on, one after the other."""
    page.evaluate(
        """() => {
            const boxes = () => [...document.querySelectorAll(".leaflet-control-layers-selector")];
            for (let i = 0; i < boxes().length; i += 1) if (!boxes()[i].checked) boxes()[i].click();
        }"""
    )
    page.wait_for_timeout(500)


def measured(address: str, runs: int, slower: float) -> dict[str, str]:
    """Measure a page in the browser."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM(), args=["--no-sandbox"])
        openings = []
        for _ in range(runs):
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            openings.append(opened(context.new_page(), address, slower))
            context.close()
        seen = first_screen(browser, address, slower)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        opened(page, address, slower)
        slid, judged = slide(page), settle(page)
        shown = {name: frames(page, lambda act=act: act(page)) for name, act in (("pan", drag), ("zoom", zoom))}
        layers_on(page)
        loaded = {name: frames(page, lambda act=act: act(page)) for name, act in (("pan", drag), ("zoom", zoom))}
        spoken = [switch(page, code) for code in ("vi", "zh", "en", "vi", "zh")]
        browser.close()
    clock, spent = zip(*openings, strict=True)
    told = {
        "first screen, processor ms": f"{seen:.0f}",
        "interactive, ms (median, worst)": f"{statistics.median(clock):.0f}, {max(clock):.0f}",
        "processor until then, ms (median)": f"{statistics.median(spent):.0f}",
        "slider, ms (median, worst)": f"{statistics.median(slid):.0f}, {max(slid):.0f}",
        "marks behind the slider, ms": f"{judged:.0f}",
    }
    for what, found in (("first view", shown), ("all layers", loaded)):
        for name, ms in found.items():
            key = f"{name}, {what}, ms a frame (median, 95 %)"
            told[key] = f"{statistics.median(ms):.0f}, {np.percentile(ms, 95):.0f}"
    return told | {"language, ms (median, worst)": f"{statistics.median(spoken):.0f}, {max(spoken):.0f}"}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--features", type=int, nargs="+", default=[5000, 20000])
    parser.add_argument("--candidates", type=int, nargs="+", default=[CANDIDATES], help="sites to rank")
    parser.add_argument("--slower", type=float, default=1, help="how many times the browser slows its processor down")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="folder to leave the pages in")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = options.keep or Path(made)
        for features, candidates in product(options.features, options.candidates):
            tables = folder / f"{features}-{candidates}"
            tables.mkdir(parents=True, exist_ok=True)
            begun = time.process_time()
            text = MADE_UP["city_html"](ROOT, tables, town(features, candidates))
            seconds = time.process_time() - begun
            path = folder / f"{features}-{candidates}.html"
            path.write_text(text, encoding="utf-8")
            size = path.stat().st_size / 1e6
            print(f"{features:,} features, {candidates:,} candidates: {size:.2f} MB, written in {seconds:.1f} s")
            for name, value in measured(path.as_uri(), options.runs, options.slower).items():
                print(f"  {name:<48}{value:>12}", flush=True)


if __name__ == "__main__":
    main()
