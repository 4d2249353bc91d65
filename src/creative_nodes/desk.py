"""Desk: a run's tables and the stages on them, for notebooks.

`import creative_nodes as cn` shows these names. Each function is a stage, given a run's tables and settings as the rule
of the same name gives them; what it returns is new, and the results of the run stay as they are; without Snakemake.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from creative_nodes.common import (
    SITE_STATUSES,
    InputError,
    Table,
    TravelMode,
    found,
    merged,
    nearest,
    read_yaml,
    tables,
    validated,
)
from creative_nodes.locate import (
    AMENITIES,
    CREATIVE,
    Located,
    Scope,
    city_languages,
    find_imports,
    locate,
    read_imports,
    read_registry,
    read_taxonomies,
    read_taxonomy,
)
from creative_nodes.newcity import begin_city, read_new_city
from creative_nodes.people import PEOPLE
from creative_nodes.pull import DOWNLOADS, PLACES, STUDY_AREA
from creative_nodes.reach import Measured, World, select_candidates
from creative_nodes.reach import measure_reach as measure
from creative_nodes.report import TABLES
from creative_nodes.runs import UNNAMED, run_folder
from creative_nodes.score import SCALES, read_scales
from creative_nodes.score import score_candidates as score
from creative_nodes.settings import Analysis, Settings, load_config, load_settings, pick
from creative_nodes.streets import STATIONS, Streets, read_streets
from creative_nodes.whatif import (
    BESIDE,
    COMBINED,
    BaseCity,
    Trial,
    read_asked,
    sites_asked,
    tried_sites,
    try_sites,
)

CONFIG = Path("config/config.yaml")
# the tables that `read_streets` reads, and the settings that it does so by
STREETS = ("study_area", "street_nodes", "street_edges", "stations", "services")
# keys of cities and names of runs, which are parts of paths
KEY = re.compile(r"[a-z0-9][a-z0-9_-]*")
# sections of the analysis that a candidate's figures depend on
BEFORE_SCORE = ("edge_buffer_m", "locate", "travel", "transit", "people_grid", "reach", "network", "candidates")
STREET_KEYS = ("city.country", "analysis.travel", "analysis.transit")


def project_folder() -> Path:
    """Return the project that the working folder lies in: the nearest folder with `config/config.yaml`.

    Raises
    ------
    InputError : there is none.
    """
    here = Path.cwd()
    for place in (here, *here.parents):
        if (place / CONFIG).is_file():
            return place
    raise InputError("no project here or above; give root, the folder that holds config/config.yaml", where=str(here))


def _path(given: Any, where: str) -> Path:
    if not isinstance(given, str | Path):
        raise InputError(f"give the path of a folder, not {type(given).__name__}", where=where)
    return Path(given)


def _key(given: Any, where: str, example: str) -> str:
    """Return a key of a city or the name of a run, which must not lead out of their folder."""
    if not isinstance(given, str) or not KEY.fullmatch(given):
        raise InputError(f"give {example}, not {given!r}", where=where)
    return given


def _base(root: str | Path | None) -> Path:
    """Return the project's folder: the one given, which must be one, else the one here or above."""
    base = project_folder() if root is None else _path(root, "root")
    if not (base / CONFIG).is_file():
        raise InputError("no project here; give root, the folder that holds config/config.yaml", where=str(base))
    return base


def _table_named(name: str) -> Table:
    if name not in TABLES:
        raise InputError(f"no such table; {nearest(str(name), list(TABLES))}", where=str(name))
    return TABLES[name]


@dataclass(frozen=True)
class CityRun:
    """One city of a run: its tables by name, and its settings.

    `run["scores"]` reads a table; `list(run)` names those that are there.

    Attributes
    ----------
    city : its key.
    folder : where its tables lie.
    root : the project's folder.
    settings : the city, and the analysis with its overrides.
    as_made : the settings that its tables were made with, where `changed` gave it others.
    """

    city: str
    folder: Path
    root: Path
    settings: Settings
    as_made: Settings | None = None

    def __getitem__(self, name: str) -> Any:
        """Read a table: a GeoDataFrame in EPSG:4326 where it has geometry, else a DataFrame."""
        return tables.read(_table_named(name), self._there(name))

    def __iter__(self) -> Iterator[str]:
        """Name the tables that are there, sorted."""
        return iter(sorted(name for name in TABLES if self._file(name).is_file()))

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"

    def _there(self, name: str) -> Path:
        if not self._file(name).is_file():
            raise InputError(f"is not there; make it: {self._command}", where=str(self._file(name)))
        return self._file(name)

    @property
    def _command(self) -> str:
        """What makes it, in a shell."""
        run = self.folder.parent.name
        named = self.folder.parent != self.root / run_folder(UNNAMED)
        return f"snakemake {self.city}" + (f" --config run={run}" if named else "")

    def made_of(self, name: str) -> dict[str, Any]:
        """Return where a table comes from: source, snapshot, version, and hashes of data, settings and code."""
        return tables.provenance(self._there(_table_named(name).name))

    def changed(self, changes: Mapping[str, Any]) -> CityRun:
        """Return the run under other settings; its tables stay those that were made.

        Parameters
        ----------
        changes : keys of the analysis as in config.yaml, such as {"score": {"weights": {...}}}.

        Raises
        ------
        InputError : a key or value that is none; the nearest valid key is named.
        """
        if not isinstance(changes, Mapping):
            raise InputError('give keys as in config.yaml, such as {"score": {"draws": 1000}}', where="changes")
        whole = merged(self.settings.analysis.model_dump(), dict(changes))
        analysis = validated(Analysis, whole, "changes")
        changed = self.settings.model_copy(update={"analysis": analysis})
        return replace(self, settings=changed, as_made=self.as_made or self.settings)

    @cached_property
    def streets(self) -> Streets:
        """The streets by mode, and public transport."""
        return read_streets({name: str(self._there(name)) for name in STREETS}, pick(self.settings, *STREET_KEYS))

    @cached_property
    def world(self) -> World:
        """What sites are measured against: creative spaces, amenities, residents, stations."""
        files = {name: str(self._there(name)) for name in ("amenities", "people", "stations")}
        files["creative"] = str(self._there("located_creative"))
        return World(**tables.read_all(files, CREATIVE, AMENITIES, PEOPLE, STATIONS))

    @property
    def area(self) -> Any:
        """The study area's row of the table study_area: geometry (EPSG:4326) and epsg, the metric CRS."""
        return tables.read(STUDY_AREA, self._there("study_area")).iloc[0]

    @cached_property
    def analysis(self) -> Analysis:
        """The analysis as rules get theirs, in the order of its keys."""
        return Analysis.model_validate(json.loads(pick(self.settings, "analysis"))["analysis"])

    @property
    def main_mode(self) -> TravelMode:
        """How most trips are made."""
        return self.settings.city.main_mode


def _as_tables(made: Any) -> Any:
    """Give the tables of a stage the types of their schemas, as when they are written."""
    return replace(made, **{name: tables.in_order(frame, TABLES[name]) for name, frame in vars(made).items()})


def _of_run(run: Any, where: str) -> CityRun:
    """Check that what a function is given is a run."""
    if not isinstance(run, CityRun):
        raise InputError(f'give a run, such as load_run("hanoi"), not {type(run).__name__}', where=where)
    return run


def _checked(frame: Any, table: Table) -> gpd.GeoDataFrame:
    """Check rows that the caller gives as a table is checked where it is read; columns of their own are left out."""
    where = table.name
    if not isinstance(frame, gpd.GeoDataFrame):
        said = f"give a GeoDataFrame, not {type(frame).__name__}"
        raise InputError(f'{said}; run["{where}"] is one that serves', where=where)
    if frame.active_geometry_name not in (None, "geometry"):
        said = f"its geometry is called {frame.active_geometry_name}"
        raise InputError(f'{said}; .rename_geometry("geometry") makes it so', where=where)
    kept = frame[[name for name in frame.columns if name in {column.name for column in table.columns}]]
    if kept.columns.is_unique and {"site_id", "geometry"} <= {*kept.columns} and kept.active_geometry_name:
        tables.check_finite(kept, table)
    tables.check(kept, table, where=where)
    ids = kept["site_id"]
    if ids.duplicated().any():
        raise InputError(
            "site_id stands in two rows; a row is a site", where=f"{where}: {ids[ids.duplicated()].iloc[0]}"
        )
    unknown = ~kept["status"].isin(SITE_STATUSES)
    if unknown.any():
        row = kept[unknown].iloc[0]
        said = f"no such status {row['status']!r}; {nearest(str(row['status']), SITE_STATUSES)}"
        raise InputError(said, where=f"{where}: {row['site_id']}")
    return kept


def _check_inside(sites: gpd.GeoDataFrame, run: CityRun) -> None:
    """Refuse sites outside the study area: nothing is known around them, and they would seem far from everything."""
    for k in np.flatnonzero(~sites.intersects(run.area.geometry).to_numpy())[:1]:
        west, south, east, north = run.area.geometry.bounds
        box = f"longitude {west:.3f} to {east:.3f}, latitude {south:.3f} to {north:.3f}"
        said = f"row {k + 1} lies outside the study area of {run.city} ({box})"
        raise InputError(f"{said}; leave it out", where=f"heritage: {sites['site_id'].iloc[k]}")


def load_run(city: str, *, run: str | None = None, root: str | Path | None = None) -> CityRun:
    """Open a city of a run.

    Parameters
    ----------
    city : its key, such as "hanoi".
    run : name of the run; None for the run without a name.
    root : the project's folder; by default the one that the working folder lies in.

    Raises
    ------
    InputError : no such city, a fault in the configuration, or the city was not made yet.
    """
    city = _key(city, "city", 'the key of a city, such as "hanoi"')
    run = UNNAMED if run is None else _key(run, "run", 'the name of a run, such as "rush_hour"')
    base = _base(root)
    config = load_config(read_yaml(base / CONFIG))
    settings = load_settings(config, city, root=base)
    opened = CityRun(city, base / run_folder(run) / city, base, settings)
    if not any(opened):
        raise InputError(f"the city was not made yet; make it: {opened._command}", where=str(opened.folder))
    return opened


def locate_sites(run: CityRun, *, imports: str | Path | None = None) -> Located:
    """Locate industrial heritage, creative spaces and amenities in a run's OpenStreetMap data.

    Parameters
    ----------
    run : from `load_run`; its table places is read anew by its taxonomies, registry and lists.
    imports : folder of the lists that the city's file names; default: the project's folder.

    Returns
    -------
    The tables heritage, creative, amenities, registry, imports and grounds, as attributes.

    Raises
    ------
    InputError : a taxonomy, the registry or a list is not sound.
    """
    run = _of_run(run, "locate_sites")
    if imports is not None and not _path(imports, "imports").is_dir():
        raise InputError("no such folder", where=f"imports: {imports}")
    city, analysis, area = run.settings.city, run.settings.analysis, run.area
    how = {"area": area.geometry, "epsg": int(area["epsg"]), "edge_buffer_m": analysis.edge_buffer_m}
    rules, _ = read_taxonomies(_taxonomies(run), city.languages, city.country)
    scope = Scope.of(**how, local_name=city.local_name, taxonomies=rules)
    lists = find_imports(city.imports, [run.root, *([Path(imports)] if imports else [])], where=run.city)
    registry = found(city.registry, root=run.root) if city.registry else None
    located: Located = _as_tables(
        locate(
            tables.read(PLACES, run._there("places")),
            rules,
            known=read_registry(registry, area=how["area"], epsg=how["epsg"]) if registry else [],
            lists=read_imports([str(path) for path, _ in lists], [one.said for _, one in lists], scope),
            settings=analysis.locate,
            **how,
        )
    )
    return located


def _taxonomies(run: CityRun) -> list[Path]:
    kinds = ("heritage", "creative", "amenity")
    return [found(getattr(run.settings.analysis.locate, f"{kind}_taxonomy"), root=run.root) for kind in kinds]


def measure_reach(run: CityRun, *, heritage: gpd.GeoDataFrame | None = None) -> Measured:
    """Measure every criterion of the sites that could become nodes.

    Parameters
    ----------
    run : from `load_run`.
    heritage : columns of the table heritage, in EPSG:4326; others are left out; default: the run's own.

    Returns
    -------
    The tables candidates, reach, parts, modes, site_links and network_parts, as attributes.

    Raises
    ------
    InputError : heritage has another CRS, lacks a column, holds a value or a site_id that cannot be, or a site outside
        the study area.
    """
    analysis = _of_run(run, "measure_reach").analysis
    sites = run["heritage"] if heritage is None else _checked(heritage, TABLES["heritage"])
    if heritage is not None:
        _check_inside(sites, run)
    measured: Measured = _as_tables(
        measure(
            select_candidates(sites, analysis.candidates),
            run.world,
            run.streets,
            reach=analysis.reach,
            network=analysis.network,
            candidates=analysis.candidates,
            main_mode=run.main_mode,
            link_within_m=analysis.people_grid.link_within_m,
        )
    )
    return measured


def score_candidates(run: CityRun, *, candidates: gpd.GeoDataFrame | None = None) -> pd.DataFrame:
    """Score and rank candidates by the run's weights.

    Parameters
    ----------
    run : from `load_run`, or changed: `run.changed({"score": {"weights": {...}}})`.
    candidates : columns of the table candidates, in EPSG:4326; others are left out; default: the run's own.

    Returns
    -------
    The table scores.

    Raises
    ------
    InputError : candidates have another CRS, lack a column, or hold a value or a site_id that cannot be; or none are
        given, and the run's own were measured under other settings.
    """
    run = _of_run(run, "score_candidates")
    now, then = (one.analysis for one in (run.settings, run.as_made or run.settings))
    other = [name for name in BEFORE_SCORE if getattr(now, name) != getattr(then, name)]
    if candidates is None and other:
        said = f"the run's candidates were measured with another {other[0]}; give candidates=measure_reach(run)"
        raise InputError(said, where="score_candidates")
    chosen = run["candidates"] if candidates is None else _checked(candidates, TABLES["candidates"])
    scales = read_scales(tables.read(SCALES, run._there("scales")))
    scores = score(chosen, scales, run.analysis.score, seed=run.analysis.seed)
    return tables.in_order(scores, TABLES["scores"])


def try_site(run: CityRun, **asked: Any) -> Trial:
    """Try a site of one's own: measured as every candidate is, and ranked among them.

    Parameters
    ----------
    run : from `load_run`.
    asked : keys of a what-if (config/README.md): `at="21.04,105.87"` or `osm="way/123"`, `status`,
        `name`, `area_m2` and so on; `class_` stands for the key class.

    Returns
    -------
    The tables whatif_candidates and whatif_scores as `candidates` and `scores`, and the run's with the site in them.

    Raises
    ------
    InputError : an unknown key or value, or a place outside the study area.
    """
    run = _of_run(run, "try_site")
    named = {key.removesuffix("_"): value for key, value in asked.items()}
    if other := {"city", "out"} & named.keys():
        raise InputError("leave it out: the run tells the city, and no file is written", where=min(other))
    city = run.settings.city
    languages = city_languages(city.languages, city.country)
    base = BaseCity(
        frames={name: run[name] for name in (*COMBINED, *BESIDE)},
        world=run.world,
        streets=run.streets,
        taxonomy=read_taxonomy(_taxonomies(run)[0], languages=languages),
        analysis=run.analysis,
        main_mode=run.main_mode,
    )
    return try_sites(tried_sites(sites_asked(read_asked({"city": run.city, **named})), base), base)


def new_city(*, root: str | Path | None = None, ask: bool = True, **asked: Any) -> Path:
    """Write the file of a new city, `config/cities/<key>.yaml`; one that is there is never written over.

    Parameters
    ----------
    root : the project's folder; by default the one that the working folder lies in.
    ask : whether Nominatim and Geofabrik are asked; else what they would tell is marked to be filled.
    asked : keys of a new city (config/README.md): `name`, and `box="west,south,east,north"`, `polygon`, `place`, ...

    Raises
    ------
    InputError : an unknown key or value, or there is such a city already.
    """
    base = _base(root)
    config = load_config(read_yaml(base / CONFIG))
    path, _ = begin_city(
        read_new_city(asked),
        config,
        cache=base / DOWNLOADS.parent / "answers",
        root=base,
        report=lambda _: None,
        ask=ask,
    )
    return path
