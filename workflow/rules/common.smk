"""Configuration, sources and parameters that the rules share."""

import json
import os
import re
import sys
from functools import cache
from pathlib import Path

from snakemake.cli import get_argument_parser
from snakemake.exceptions import WorkflowError
from snakemake.io import get_wildcard_names, is_flagged
from snakemake.logging import logger

from creative_nodes.common import (
    InputError,
    cities_named,
    known_cities,
    merged,
    read_yaml,
    where_of,
)
from creative_nodes.doubt import DOUBT_KEYS, Swept
from creative_nodes.locate import OSM_TAGS, check_files, find_imports
from creative_nodes.newcity import NEW_CITY_COMMAND, read_new_city, split_new_city
from creative_nodes.people import find_population, told_passed_over
from creative_nodes.pull import resolve_source, shared
from creative_nodes.report import (
    CATALOGUE_KEYS,
    GIS_KEYS,
    HANDFUL,
    LAYERS,
    page_settings,
)
from creative_nodes.runs import (
    ANSWER_KEYS,
    ANSWERING,
    RUN_TABLES,
    check_run_name,
    compared_cities,
    compared_files,
    compared_folder,
    runs_asked,
    without_runs,
)
from creative_nodes.settings import (
    load_city,
    load_config,
    load_settings,
    own_reach,
    pick,
    wanted_downloads,
)
from creative_nodes.streets import find_gtfs
from creative_nodes.whatif import COMMAND, read_asked, sites_file, split_asked

SAMPLE = "sample"


def checked(function, *args, **options):
    """Call a function; bad input ends the run with its message alone."""
    try:
        return function(*args, **options)
    except InputError as error:
        raise WorkflowError(f"bad input\n{error}") from None


# what a workflow that takes this one as a module leaves out, and what Snakemake reads over, such as a key that stands twice
config |= merged(checked(read_yaml, found("config/config.yaml")), config)

# `--config` of a comparison or a what-if stands beside the keys of config.yaml, and is no configuration
COMPARED = checked(runs_asked, config)


@cache
def asked_for():
    """Return what a run is asked for: rules and files, or in a job of it, the job; nothing where a program asks."""
    if Path(sys.argv[0]).name not in ("snakemake", "__main__.py"):
        return []
    # Snakemake itself tells it only after the rules are read
    asked, _ = get_argument_parser().parse_known_args(sys.argv[1:])
    return [*(asked.targets or ()), *map(str, asked.target_jobs or ())]


def is_new_city(target):
    """Say whether a target is the file of a new city."""
    return target.partition(":")[0] == "new_city"


NEW_CITY, ASKED = {}, {}
if any(map(is_new_city, asked_for())):
    NEW_CITY, configured = split_new_city(without_runs(config))
    checked(read_new_city, NEW_CITY)
else:
    ASKED, configured = split_asked(without_runs(config))
KNOWN = checked(known_cities)
CONFIG = checked(load_config, configured)
checked(check_run_name, CONFIG.run, KNOWN)
CITIES = checked(cities_named, CONFIG.cities)
# many cities are ranked on the index; a column each would be no comparison
COMPARISON = ["<reports>/comparison.html"] if len(CITIES) <= HANDFUL else []
# and their catalogue is no folder to carry along, but for those who ask for it
CATALOGUE = ["<reports>/catalogue"] if len(CITIES) <= HANDFUL else []


def of_run(folder):
    """Return the folder of this run: a run with a name keeps its results beside those of others, and so does a comparison."""
    return str(Path(folder, "..".join(COMPARED.values()) or CONFIG.run or ""))


# downloads serve all runs
pathvars:
    raw=of_run("data/raw"),
    tables=of_run("data/processed"),
    reports=of_run("reports"),
    logs=of_run("logs"),


def cities_asked(target):
    """Return the cities that one target stands for; those of a full run where it names none."""
    named = [city for city in re.findall(r"[a-z][a-z0-9-]*", target) if city in KNOWN]
    if named:
        return named
    if target == "demo":
        return [SAMPLE]
    if target == "whatif":
        return [WHAT_IF.city] if WHAT_IF else []
    if target == "diff" or COMPARED or is_new_city(target):
        return []
    return CITIES


def cities_of_run():
    """Return the cities that a run needs: what is wrong with others does not stop it."""
    found = [city for target in asked_for() for city in cities_asked(target)]
    return list(dict.fromkeys(found if asked_for() else CITIES))


def cities_to_download():
    """Return the cities whose downloads a run may need: all of them where it is asked for downloads by name."""
    named = any("download" in target for target in asked_for())
    return KNOWN if named else cities_of_run()


def folder(variable, configured, fallback=None):
    """Return an input folder: the environment variable, else the config key, else the fallback."""
    chosen = os.environ.get(variable) or configured or fallback
    return Path(chosen) if chosen else None


EXTRACTS = folder("EXTRACTS", CONFIG.extracts)
POPULATION = folder(
    "POPULATION", CONFIG.population, EXTRACTS and EXTRACTS / ".." / "population"
)
IMPORTS = folder("IMPORTS", CONFIG.imports, EXTRACTS and EXTRACTS / ".." / "imports")
GTFS = folder("GTFS", CONFIG.gtfs, EXTRACTS and EXTRACTS / ".." / "gtfs")


@cache
def settings_of(city):
    """Return one city's checked settings."""
    return checked(load_settings, CONFIG, city)


@cache
def source_of(city):
    """Return where one city's OSM data comes from."""
    given = checked(load_city, city)
    return checked(
        resolve_source, city, given.source, given.boundary, extracts=EXTRACTS
    )


@cache
def groups():
    """Return the cities of a full run that are cut out of one file, by the name of their group."""
    sources = {}
    for city in CITIES:
        try:
            sources[city] = source_of(city)
        except WorkflowError:
            # said where the city itself is made
            continue
    return shared(sources)


def is_cut(city):
    """Say whether a city has its cut, of the file as it is."""
    cut = Path(of_run("data/raw"), city, "osm.pbf")
    files = list(map(Path, source_of(city).files))
    return cut.exists() and all(
        one.exists() and one.stat().st_mtime <= cut.stat().st_mtime for one in files
    )


def cut_together(group):
    """Return the cities of a group that are to be cut."""
    return [city for city in groups()[group] if not is_cut(city)]


def cuts_for(city):
    """Return the folder where a city's cut is made beside those of others; nothing for a city that is cut by itself."""
    group = next((name for name, cities in groups().items() if city in cities), None)
    folder = of_run(f"data/raw/_cuts/{group}")
    if "--target-jobs" in sys.argv:
        return aside(folder) if group and Path(folder).is_dir() else []
    run = cities_of_run()
    with_it = [one for one in cut_together(group) if one in run] if group else []
    return aside(folder) if city in with_it and len(with_it) > 1 else []


def asked_together(group):
    """Return what is asked of the pull of each city that is cut together with others."""
    return [asked_of_pull(city) for city in cut_together(group)]


def asked_of_pull(city):
    """Return what is asked of one city's pull, as text."""
    given = settings_of(city)
    parts = {"city": city, "epsg": given.city.epsg}
    parts["boundary"] = given.city.boundary.model_dump(mode="json")
    return json.dumps(parts | {"edge_buffer_m": given.analysis.edge_buffer_m})


@cache
def population_of(city, kind):
    """Return where one city's population raster or table comes from: a local file, a download, or none."""
    folders = [Path(), *([POPULATION] if POPULATION else [])]
    # with a folder of extracts the run is meant to work without a network
    people, online = settings_of(city).city.people, not EXTRACTS
    return find_population(people, kind, folders=folders, online=online)


def chosen_population(city, kind):
    """Return that file for the run itself: a table is not asked for where there is a raster, which goes before it."""
    if kind == "table" and population_of(city, "raster"):
        return []
    return population_of(city, kind) or []


def tell_passed_over(city):
    """Say before anything runs which source of residents is not there; a job of a run does not say it again."""
    people = settings_of(city).city.people
    files = {kind: population_of(city, kind) for kind in ("raster", "table")}
    told = told_passed_over(people, city, **files)
    if told and "--target-jobs" not in sys.argv:
        logger.warning(told)


def extract_of(city):
    """Return the file that a city is cut from: one that is given, or a download."""
    source = source_of(city)
    return source.files if source.kind == "geofabrik" else given(source.files)


def taxonomies_of(cities):
    """Return the files that tell what places some cities' pages show."""
    rules = [settings_of(city).analysis.locate for city in cities]
    return sorted(
        {
            path
            for one in rules
            for path in (one.heritage_taxonomy, one.creative_taxonomy)
        }
    )


@cache
def words_of(city):
    """Return the files of words beside the city's taxonomies."""
    locate = settings_of(city).analysis.locate
    folders = {
        Path(path).parent / "words"
        for path in (locate.heritage_taxonomy, locate.creative_taxonomy)
    }
    return sorted(str(path) for folder in folders for path in folder.glob("*.yaml"))


@cache
def lists_there(city, kind=None):
    """Return one city's imported lists that are there, of all kinds or of one: what is said of each by its file."""
    folders = [Path(), *([IMPORTS] if IMPORTS else [])]
    lists = [one for one in settings_of(city).city.imports if kind in (None, one.kind)]
    return checked(find_imports, lists, folders=folders, where=where_of(city))


def imports_of(city, kind=None):
    """Return the files of one city's imported lists, of all kinds or of one."""
    return [str(path) for path, _ in lists_there(city, kind)]


@cache
def gtfs_of(city):
    """Return the files of one city's GTFS feed."""
    folders = [Path(), *([GTFS] if GTFS else [])]
    feed = settings_of(city).city.gtfs
    found = checked(find_gtfs, feed, folders=folders, where=where_of(city))
    return [str(path) for path in found]


def tables_of(*names):
    """Return the tables of a city by name, as named inputs or outputs."""
    return {name: f"<tables>/{{city}}/{name}.parquet" for name in names}


def tables_of_all(*names):
    """Return the tables of every city of the run by name, as named inputs."""
    return {
        name: expand(f"<tables>/{{city}}/{name}.parquet", city=CITIES) for name in names
    }


# what a run tells of the candidates, for people: as CSV and, but for the longest, in the GeoPackage
RESULTS = (
    *("network_parts", "cluster_reach", "reference"),
    *("candidates", "scores", "values", "scales", "correlations"),
    *("survey", "survey_candidates", "survey_scores"),
    *("priorities_doubt", "rank_acceptability", "agreement"),
    *(
        "scenarios",
        "scenario_candidates",
        "scenario_reference",
        "sweeps",
        "sweep_variants",
    ),
    *("recommended", "set_beside_ranking", "set_front", "decisions"),
    *("marks", "site_doubt", "set_doubt", "member_doubt", "worlds", "world_values"),
    *("portfolio", "portfolio_sites", "portfolio_gain", "portfolio_front"),
    *("backtest", "backtest_pairs", "backtest_summary"),
)

# what the open catalogue holds: all of these and the layers of the GeoPackage; of the map itself the tags of its places,
# of the registry what exists online alone, and of imported lists who published them
CATALOGUED = (
    *RESULTS,
    *(name for name in LAYERS if name not in RESULTS),
    *("indicators", "places", "registry", "imports"),
)


def every_table(city):
    """Return all tables of a city, so that a target misses one that is gone although later ones are there."""
    asked = settings_of(city).analysis.score.sobol_samples
    # and not what a workflow makes that takes this one as a module
    made = [
        path
        for rule in workflow.rules
        for path in rule.output
        if is_flagged(path, "kept") and Path(path).stem not in RUN_TABLES
    ]
    names = [
        Path(path).stem
        for path in made
        if path.endswith(".parquet") and get_wildcard_names(path) == {"city"}
    ]
    return [
        f"<tables>/{city}/{name}.parquet" for name in names if asked or name != "sobol"
    ]


def results_of(city):
    """Return what is made of a city: its page, the GeoPackage and the CSV files for people, and every table."""
    folder = f"<tables>/{city}"
    desktop = [f"{folder}/{city}.{ending}" for ending in ("gpkg", "qgz", "xlsx")]
    for_people = [f"<reports>/{city}.html", *desktop, f"{folder}/csv"]
    return [*for_people, f"{folder}/run.json", *every_table(city)]


def sobol_of(wildcards):
    """Return the table sobol where the settings ask for it."""
    asked = settings_of(wildcards.city).analysis.score.sobol_samples
    return {"sobol": f"<tables>/{wildcards.city}/sobol.parquet"} if asked else {}


# what `read_streets` reads, without and with public transport
STREETS = tables_of("study_area", "street_nodes", "street_edges")
TRANSPORT = STREETS | tables_of("stations", "services")
STREET_KEYS = ("city.country", "analysis.travel")
TRANSPORT_KEYS = (*STREET_KEYS, "analysis.transit")


def params_for(*keys):
    """Return a params function: the named settings of the wildcard's city, and nothing else."""
    return lambda wildcards: pick(settings_of(wildcards.city), *keys)


def params_with_lists(*keys, kind=None):
    """Return such a function that adds what is said of the lists that are there; what their files are called is left out."""

    def chosen(wildcards):
        said = [one.said for _, one in lists_there(wildcards.city, kind)]
        parts = json.loads(pick(settings_of(wildcards.city), *keys))
        return json.dumps(
            parts | {"city.imports": said}, sort_keys=True, ensure_ascii=False
        )

    return chosen


def for_page(city):
    """Return what the pages quote of a city's settings."""
    return checked(page_settings, settings_of(city), CITIES)


# a comparison reads the tables of two runs as files that others made
COMPARED_CITIES = checked(compared_cities, COMPARED)

# bad input is told before anything runs: the file of each city of a run is checked, and the files that it names
WHAT_IF = checked(read_asked, ASKED) if ASKED else None
SITES = checked(sites_file, WHAT_IF) if WHAT_IF else []
# every path is matched against these, so that of many cities those of the run alone count
NAMED = KNOWN if len(KNOWN) <= 100 else cities_of_run()
for city in cities_of_run():
    checked(
        check_files,
        settings_of(city).analysis.locate,
        settings_of(city).city.registry,
        city=city,
    )
    source_of(city)
    imports_of(city)
    gtfs_of(city)
    tell_passed_over(city)
if "diff" in asked_for() and not COMPARED:
    raise WorkflowError(
        "say which runs, for example: snakemake diff --config before=unnamed after=rush_hour"
    )
if "whatif" in asked_for() and not WHAT_IF:
    raise WorkflowError(f"say what to try, for example: {COMMAND}")

# a city whose file is bad is no city of this run, or was told just now
DOWNLOADS, _ = checked(
    wanted_downloads, configured, cities=cities_to_download(), leave_out=lambda _: None
)
