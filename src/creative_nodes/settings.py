"""Settings: the models of all stages put together, and the files read into them.

`config/config.yaml` holds the analysis, `config/cities/<city>.yaml` one city, which may override any analysis key under
its own `override:`. The models generate the reference page (`config/README.md`) and the JSON schema
(`config/schema.json`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from creative_nodes.choose import Portfolio
from creative_nodes.common import (
    LOCALES,
    InputError,
    Positive,
    Section,
    TravelMode,
    at_hand,
    by_bytes,
    check_classes,
    check_metric,
    found,
    known_cities,
    merged,
    nearest,
    read_city,
    validated,
)
from creative_nodes.doubt import SWEPT, Backtest, Doubt, Sweeps, changed
from creative_nodes.locate import Import, Locate
from creative_nodes.network import ClusterSettings, NetworkSettings
from creative_nodes.people import Completeness, People, PeopleGrid, wanted_population
from creative_nodes.pull import Boundary, Internet, Source, Wanted, download_name, wanted_extract
from creative_nodes.reach import Accessibility, Candidates, Isochrones, Measuring, Reach, Reference
from creative_nodes.score import Scenario, Score, check_override
from creative_nodes.streets import Gtfs, Transit, Travel, speeds_of


class City(Section):
    """One city: `config/cities/<city>.yaml`, or a row of a table there."""

    name: str = Field(description="name in English, as shown")
    local_name: str = Field(description="name in the local language")
    country: str = Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 code; picks the speed table")
    languages: list[str] = Field(
        default_factory=list,
        description="ISO 639 codes of the languages of its names, the main one first: words in Latin and Cyrillic "
        "letters are looked for in these alone. Default: the official languages of the country, and English",
    )
    fictional: bool = Field(False, description="true for a made-up town: every page says so")
    fresher: str | None = Field(
        None, description="key of the city that has the same ground on a fresher map; offered where this one is old"
    )
    note: str = Field("", description="a remark on the data that stands on the city's page")
    boundary: Boundary = Field(description="study area")
    epsg: int | None = Field(
        None, description="metric CRS as an EPSG code; default: the UTM zone of the study area's centroid"
    )
    source: Source = Field(description="OSM data")
    people: People = Field(default_factory=lambda: People.model_validate({}), description="residents")
    registry: str | None = Field(None, description="CSV of known sites, path from the project root")
    imports: list[Import] = Field(default_factory=list, description="lists of sites made by others, put beside OSM")
    centre: tuple[float, float] | None = Field(
        None,
        description="(longitude, latitude) of the city's centre, degrees, EPSG:4326: the back-test compares the "
        "ranking with plain distance to it. Default: the residents' mean position",
    )
    main_mode: TravelMode = Field(
        "motorbike",
        description="how most trips are made: the mode of residents_ride_30. transit is walking and public transport",
    )
    gtfs: Gtfs | None = Field(None, description="timetable of public transport; without one OSM's routes serve")

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, languages: list[str]) -> list[str]:
        for code in languages:
            if code not in LOCALES["en"].languages or "_" in code:
                raise ValueError(f"{code!r} is not the code of a language (ISO 639, such as vi or de)")
        return languages

    @field_validator("epsg")
    @classmethod
    def _metric(cls, epsg: int | None) -> int | None:
        return epsg if epsg is None else check_metric(epsg)

    @field_validator("imports")
    @classmethod
    def _one_name_each(cls, imports: list[Import]) -> list[Import]:
        names = [Path(one.file).name for one in imports]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands twice; each list needs a file name of its own")
        return imports


class Report(Section):
    """The pages."""

    online_tiles: bool = Field(
        False, description="add the tiles of a server as a second basemap; the page then needs a network for it"
    )
    tiles_url: str | None = Field(
        None,
        description="https URL of those tiles, with {z}, {x} and {y}. Servers of the OpenStreetMap Foundation and "
        "others serve only requests with a Referer, which a page opened from a disk (file://) does not send: name one "
        "that you may use so, or put the pages on a web server",
    )
    old_map_years: Positive = Field(
        3, description="a map that is older than this at the start of candidates.reference_year is told to be old"
    )
    table_rows: int = Field(50, ge=5, le=100_000, description="ranked candidates listed in the table at first")

    @model_validator(mode="after")
    def _tiles_from_somewhere(self) -> Self:
        url = self.tiles_url or ""
        if self.online_tiles and not (url.startswith("https://") and all(one in url for one in ("{z}", "{x}", "{y}"))):
            raise ValueError(
                "online_tiles needs tiles_url, the https URL of a tile server with {z}, {x} and {y}; no server is "
                "built in, since most refuse pages that are opened from a disk"
            )
        return self


class Analysis(Section):
    """Everything a city file may override."""

    edge_buffer_m: Positive = Field(
        2000, le=100_000, description="metres around the study area that are read but not reported"
    )
    seed: int = Field(80, ge=0, description="seed of every random draw")
    locate: Locate = Field(description="finding and grouping sites")
    travel: Travel = Field(description="streets and time")
    transit: Transit = Field(description="public transport")
    people_grid: PeopleGrid = Field(description="grid of residents")
    reach: Reach = Field(description="reach of a node")
    reference: Reference = Field(description="reference places")
    clusters: ClusterSettings = Field(description="clusters")
    network: NetworkSettings = Field(description="creative network")
    candidates: Candidates = Field(description="candidates and site criteria")
    score: Score = Field(description="score, and how it holds under other weights")
    portfolio: Portfolio = Field(description="sites chosen together")
    scenarios: dict[Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")], Scenario] = Field(
        default_factory=dict,
        description="other priorities, run side by side: a key, then `label` (its name in plain words), `weights` (any "
        "form that score.weights takes; without them those of score.weights) and `override` (keys of travel, "
        "reach, network, candidates and score with values of its own, e.g. `{reach: {walk_minutes: 10}}`)",
    )
    completeness: Completeness = Field(description="completeness of mapping")
    backtest: Backtest = Field(
        default_factory=lambda: Backtest.model_validate({}), description="back-test on converted sites"
    )
    doubt: Doubt = Field(
        default_factory=lambda: Doubt.model_validate({}), description="worlds in which all is drawn together"
    )
    sweeps: Sweeps = Field(
        default_factory=lambda: Sweeps.model_validate({}), description="settings changed one at a time"
    )
    isochrones: Isochrones = Field(description="areas that a site reaches in a time")
    accessibility: Accessibility = Field(description="how well residents are served today")
    report: Report = Field(description="pages")

    @model_validator(mode="after")
    def _sweeps_known(self) -> Self:
        for key, values in self.sweeps.keys.items():
            if key.split(".")[0] not in SWEPT:
                raise ValueError(f"sweeps.keys.{key}: only keys of {', '.join(SWEPT)} can be swept")
            for value in values:
                changed(self, key, value)
        return self

    @model_validator(mode="after")
    def _modes_known(self) -> Self:
        known = [*self.travel.modes, "transit"]
        limits = {"reach.thresholds": self.reach.thresholds, "isochrones.minutes": self.isochrones.minutes}
        for key, modes in limits.items():
            if unknown := [mode for mode in modes if mode not in known]:
                raise ValueError(f"{key}.{unknown[0]}: travel.modes has no rules and speeds for it")
        return self


class Config(Analysis):
    """`config/config.yaml`."""

    cities: list[Annotated[str, Field(pattern="^[a-z][a-z0-9-]*$")]] = Field(
        min_length=1,
        description="cities of a full run: keys, each with config/cities/<key>.yaml or a row in a table "
        "config/cities/<name>.csv, and names of tables, which stand for all their rows; on the command line "
        "`--config cities=<names parted by commas>`",
    )
    run: str | None = Field(
        None,
        pattern="^[a-z0-9][a-z0-9_-]*$",
        description="name of the run: its results stand in data/processed/<run> and reports/<run>, beside those of "
        "other runs; most often given as `--config run=rush_hour`",
    )
    extracts: str | None = Field(
        None,
        description="folder with <city>.osm.pbf files, used before any download; the variable EXTRACTS overrides it",
    )
    population: str | None = Field(
        None,
        description="folder with population rasters; the variable POPULATION overrides it; default: "
        "`population` beside the extracts folder",
    )
    imports: str | None = Field(
        None,
        description="folder with imported lists; the variable IMPORTS overrides it; default: `imports` beside the "
        "extracts folder",
    )
    gtfs: str | None = Field(
        None,
        description="folder with GTFS feeds; the variable GTFS overrides it; default: `gtfs` beside the extracts "
        "folder",
    )
    internet: Internet = Field(default_factory=lambda: Internet.model_validate({}), description="how servers are asked")

    @field_validator("cities", mode="before")
    @classmethod
    def _parted_by_commas(cls, cities: Any) -> Any:
        return [name.strip() for name in cities.split(",")] if isinstance(cities, str) else cities


class CityFile(City):
    """`config/cities/<city>.yaml`, or a row of a table there: the city, and what it changes in the analysis."""

    override: dict[str, Any] = Field(
        default_factory=dict, description="analysis keys (as in config.yaml) with this city's own values"
    )


class Settings(Section):
    """What one city's run uses: the city and the analysis with its overrides applied."""

    key: str
    city: City
    analysis: Analysis


def load_internet(given: Mapping[str, Any]) -> Internet:
    """Check how servers are asked; `given` is the main configuration as Snakemake has it."""
    return validated(Internet, given.get("internet") or {}, "config/config.yaml: internet")


def wanted_downloads(
    given: Mapping[str, Any],
    *,
    cities: Iterable[str] | None = None,
    root: Path = Path(),
    leave_out: Callable[[InputError], None] | None = None,
) -> tuple[dict[str, Wanted], Internet]:
    """List the files that cities may have to download, and tell how servers are asked.

    Parameters
    ----------
    given : the main configuration as Snakemake has it; keys that are none of its own (those of a what-if) are left out.
    cities : keys of cities; default: all that have a file.
    root : the project's root, where `config/cities` lies.
    leave_out : called with what is wrong in a city's file, which is then left out; without it that is an error.

    Returns
    -------
    The files by name, and the settings.

    Raises
    ------
    InputError : a city's file, or the configuration, is not sound.
    """
    config = load_config({key: value for key, value in given.items() if key in Config.model_fields})
    keys = known_cities(root=root) if cities is None else cities
    wanted: dict[str, Wanted] = {}
    for city in keys:
        try:
            one = load_city(city, root=root)
            found = [wanted_extract(city, one.source), *wanted_population(one.people)]
        except InputError as error:
            if leave_out is None:
                raise
            leave_out(error)
        else:
            wanted |= {download_name(file.url): file for file in found if file}
    return wanted, config.internet


def _check_scenarios(analysis: Analysis, where: str) -> None:
    """Check each scenario's weights and overrides against the analysis they change."""
    base = analysis.model_dump(include=set(Analysis.model_fields) - {"scenarios"})
    can_change = (*Measuring.model_fields, "score")
    for name, scenario in analysis.scenarios.items():
        here = f"{where}: scenarios.{name}"
        check_override(scenario.override, can_change, where=f"{here}.override")
        if scenario.override:  # else it is the analysis itself, which is checked
            validated(Analysis, merged(base, scenario.override), f"{here}.override")
        try:
            scenario.score(analysis.score)
        except ValueError as error:
            raise InputError(str(error), where=here) from None


def with_scenario(settings: Settings, name: str) -> Settings:
    """Return one city's settings under a scenario: its overrides applied, its weights in place of the run's.

    Parameters
    ----------
    settings : one city's settings.
    name : key of the scenario.

    Raises
    ------
    InputError : there is no such scenario.
    """
    analysis = settings.analysis
    if name not in analysis.scenarios:
        raise InputError(f"no such scenario; {nearest(name, list(analysis.scenarios))}", where=name)
    scenario = analysis.scenarios[name]
    changed = Analysis.model_validate(merged(analysis.model_dump(), scenario.override))
    return settings.model_copy(
        update={"analysis": changed.model_copy(update={"score": scenario.score(analysis.score)})}
    )


def own_reach(settings: Settings) -> str:
    """Serialise what the scenarios that change reach measure by; `restore_own_reach` reads it back."""
    parts = {
        key: with_scenario(settings, key).analysis.model_dump(mode="json", include=set(Measuring.model_fields))
        for key, scenario in settings.analysis.scenarios.items()
        if scenario.needs_own_reach
    }
    return json.dumps(parts, sort_keys=True, ensure_ascii=False)


def load_config(data: dict[str, Any], *, where: str = "config/config.yaml") -> Config:
    """Check the main configuration.

    Parameters
    ----------
    data : the parsed YAML (or Snakemake's `config`).
    where : the file named in errors.
    """
    config = validated(Config, data, where)
    _check_scenarios(config, where)
    return config


def _of_country(analysis: Analysis, country: str) -> dict[str, Any]:
    """Leave out the speeds of other countries, so that a change of theirs remakes nothing here; not checked again."""
    own = analysis.model_dump(include=set(Analysis.model_fields))
    own["travel"] = speeds_of(own["travel"], country)
    for scenario in own["scenarios"].values():
        if travel := scenario["override"].get("travel"):
            scenario["override"]["travel"] = speeds_of(travel, country)
    return own


def _city_file(city: str, root: Path) -> tuple[CityFile, str]:
    """Read and check what one city's file or row says; and what errors call it."""
    said, shown = read_city(city, root=root)
    return validated(CityFile, said, shown), shown


def _at_hand(file: CityFile, root: Path) -> City:
    """Return the city of a file, with its files where they are."""
    return City.model_validate(at_hand({"city": file.model_dump(exclude={"override"})}, root=root)["city"])


def load_city(city: str, *, root: Path = Path()) -> City:
    """Read one city alone, without the analysis, which takes longer to check.

    Parameters
    ----------
    city : its key.
    root : the project's root, where `config/cities` lies.

    Raises
    ------
    InputError : no such city, or a fault in its file or row.
    """
    return _at_hand(_city_file(city, root)[0], root)


def _analysis(config: Config, file: CityFile, root: Path, shown: str) -> Analysis:
    """Apply one city's overrides to the analysis, and check what comes of it."""
    base = config.model_dump(include=set(Analysis.model_fields))
    analysis = validated(Analysis, merged(base, file.override), f"{shown} (override)")
    _check_scenarios(analysis, f"{shown} (override)")
    taxonomy = analysis.locate.heritage_taxonomy
    by_class = {"portfolio.cost_per_m2": analysis.portfolio.cost_per_m2}
    by_class["candidates.typical_area_m2"] = analysis.candidates.typical_area_m2
    check_classes(by_class, found(taxonomy, root=root), shown=taxonomy, where=f"{shown} and config/config.yaml")
    if file.country not in analysis.travel.speeds_kmh:
        raise InputError(
            f"country: travel.speeds_kmh has no table for {file.country}; add one or use one of "
            f"{', '.join(analysis.travel.speeds_kmh)}",
            where=shown,
        )
    return Analysis.model_validate(at_hand({"analysis": _of_country(analysis, file.country)}, root=root)["analysis"])


# most rows of a table change the analysis alike or not at all, and to check it takes a tenth of a second: by the
# configuration, and by what a city changes in it
_ANALYSES: dict[tuple[str, str], Analysis] = {}


def load_settings(config: Config, city: str, *, root: Path = Path()) -> Settings:
    """Read one city's file and apply its overrides.

    Parameters
    ----------
    config : the checked main configuration.
    city : the city's key, the stem of its file.
    root : the project's root, where `config/cities` lies.

    Raises
    ------
    InputError : no such city, a fault in its file, or a country without a speed table.
    """
    file, shown = _city_file(city, root)
    key = (config.model_dump_json(), json.dumps([file.override, file.country, str(root)], sort_keys=True, default=str))
    if key not in _ANALYSES:
        _ANALYSES[key] = _analysis(config, file, root, shown)
    # both are checked
    return Settings.model_construct(key=city, city=_at_hand(file, root), analysis=_ANALYSES[key])


def pick(settings: Settings, *keys: str) -> str:
    """Serialise the named parts of the settings, so that a rule depends on these keys and no others.

    Parameters
    ----------
    settings : one city's settings.
    keys : dotted keys, e.g. "city.boundary", "analysis.reach".

    Returns
    -------
    JSON text with sorted keys; `restore` reads it back.
    """
    whole = by_bytes(settings.model_dump(mode="json"))
    parts: dict[str, Any] = {}
    for key in keys:
        value: Any = whole
        for part in key.split("."):
            value = value[part]
        parts[key] = value
    return json.dumps(parts, sort_keys=True, ensure_ascii=False)
