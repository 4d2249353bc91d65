"""The house: stages import from earlier ones through front doors, rooms stay small, scripts load only what they use."""

import ast
import re
import shutil
from pathlib import Path

import pytest

from creative_nodes.common import fingerprint
from creative_nodes.tools import house

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "creative_nodes"
SOURCE = ROOT / "src" / PACKAGE
# in the order of the way: each imports from those before it
STAGES = (
    *("common", "pull", "locate", "people", "streets", "network", "reach", "score", "choose", "doubt"),
    *("settings", "newcity", "whatif", "runs", "report", "desk", "tools"),
)
MOST_LINES, MOST_ARGUMENTS = 450, 8
HEAVY = {
    "SALib",
    "openpyxl",
    *("folium", "gtfs_kit", "h3", "jinja2", "networkx", "osmium", "osmnx"),
    *("pulp", "rapidfuzz", "rasterio", "requests", "scipy", "skcriteria", "sklearn", "spopt"),
}
# what each script may load beside geopandas and pyarrow, which every table needs
USES = {
    "back_test": {"scipy"},
    "sweep_settings": {"rasterio", "scipy", "h3"},
    "choose_portfolio": {"pulp", "scipy"},
    "compare_runs": {"h3", "pulp", "scipy"},
    "connect_spaces": {"scipy", "sklearn"},
    "describe_city": {"scipy"},
    "download_file": {"requests"},
    "draw_isochrones": {"rasterio", "scipy"},
    "draw_map": {"folium", "jinja2"},
    "locate_sites": {"rapidfuzz", "scipy"},
    "map_accessibility": {"h3", "scipy"},
    "map_completeness": {"h3"},
    "measure_reach": {"scipy"},
    "lay_scales": set(),
    "measure_clusters": {"h3", "scipy"},
    "measure_reference": {"h3", "scipy"},
    "doubt_priorities": {"scipy"},
    "doubt_worlds": {"h3", "pulp", "rasterio", "scipy"},
    "judge_marks": set(),
    "measure_scenarios": {"h3", "scipy"},
    "measure_sobol": {"SALib", "scipy"},
    "new_city": {"osmium", "requests"},
    "pack_geopackage": {"folium"},
    "pool_backtest": {"scipy"},
    "recommend_set": {"pulp", "scipy"},
    "record_city": set(),
    "record_decisions": set(),
    "record_run": set(),
    "cut_extract": {"osmium", "requests"},
    "pull_osm": {"osmium", "requests"},
    "read_osm": {"osmium"},
    "read_transit": {"osmium", "scipy"},
    "refresh_downloads": {"osmium", "requests"},
    "score_candidates": set(),
    "score_scenarios": set(),
    "score_survey": {"scipy"},
    "spread_people": {"h3", "rasterio"},
    "survey_grounds": {"scipy"},
    "try_site": {"rasterio", "scipy"},
    "write_catalogue": {"folium", "jinja2"},
    "write_changes": {"folium", "jinja2"},
    "write_comparison": {"folium", "jinja2"},
    "write_csv": set(),
    "write_graph": {"osmnx", "scipy"},
    "write_index": {"folium", "jinja2"},
    "write_workbook": {"folium", "jinja2"},
}
SCRIPTS = sorted(path for path in (ROOT / "scripts").glob("*.py") if not path.name.startswith("_"))
SHARED = ROOT / "scripts" / "_run.py"
RULES = [ROOT / "workflow" / "Snakefile", *sorted((ROOT / "workflow" / "rules").glob("*.smk"))]


def name_of(path):
    return path.relative_to(SOURCE).with_suffix("").as_posix()


def stage_of(path):
    """Return the stage of a file: the folder it lies in, or the file itself."""
    return path.relative_to(SOURCE).with_suffix("").parts[0]


def package_files():
    """Return the code of all stages; the package's own `__init__` only names the version."""
    return [path for path in sorted(SOURCE.rglob("*.py")) if path != SOURCE / "__init__.py"]


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def functions_of(path):
    return [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def names_taken(path):
    """Yield (module, name) of each name that a file takes out of this package."""
    text = path.read_text(encoding="utf-8")
    # rules are no Python as a whole, but their imports are
    found = re.findall(r"^from [^(\n]+import (?:\([^)]*\)|.*)", text, re.MULTILINE) if path in RULES else [text]
    for node in ast.walk(ast.parse("\n".join(found))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE:
            yield from ((node.module.removeprefix(PACKAGE).removeprefix("."), alias.name) for alias in node.names)


def door_of(stage):
    """Return the module behind each name that a stage shows others."""
    stub = SOURCE / stage / "__init__.pyi"
    nodes = tree_of(stub).body if stub.is_file() else []
    return {alias.name: node.module or alias.name for node in nodes for alias in node.names}


def imports_of(path, *, top_level):
    """Yield the modules that a file imports; of a name from a front door, the module behind it."""
    tree = tree_of(path)
    nodes = tree.body if top_level else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            package, _, stage = node.module.partition(".")
            door = door_of(stage) if package == PACKAGE else {}
            yield from (f"{node.module}.{door.get(alias.name, alias.name)}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


# ---------------------------------------------------------------- stages


def test_every_file_belongs_to_a_stage():
    assert {stage_of(path) for path in package_files()} == set(STAGES)
    assert house.STAGES == STAGES


def test_the_stages_stand_alike_in_tests_and_in_the_way_of_the_docs():
    folders = {path.name for path in (ROOT / "tests" / "unit").iterdir() if any(path.glob("test_*.py"))}
    assert folders == set(STAGES) - {"settings"}


def test_the_folders_of_the_report_stand_alike_in_its_tests():
    folders = {path.name for path in (SOURCE / "report").iterdir() if any(path.glob("*.py"))}
    tested = {path.name for path in (ROOT / "tests" / "unit" / "report").iterdir() if any(path.glob("test_*.py"))}
    assert tested == folders
    assert not folders & set(STAGES)  # `make test-<name>` tells a folder of the report from a stage


@pytest.mark.parametrize("path", package_files(), ids=name_of)
def test_a_file_imports_only_from_its_own_and_earlier_stages(path):
    for module in imports_of(path, top_level=False):
        package, _, rest = module.partition(".")
        stage = rest.split(".")[0]
        if package == PACKAGE and stage in STAGES:
            assert STAGES.index(stage) <= STAGES.index(stage_of(path)), f"{name_of(path)} imports {module}"


@pytest.mark.parametrize(
    "path", [*package_files(), *SCRIPTS, *RULES], ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_another_stage_is_entered_by_its_front_door(path):
    own = stage_of(path) if SOURCE in path.parents else ""
    for module, name in names_taken(path):
        if module.split(".")[0] != own:
            assert "." not in module, f"{module} is a room of another stage; take {name} from its front door"
        elif module == own and own != "settings":
            assert (SOURCE / own / f"{name}.py").is_file(), f"{name} comes from the own front door; name its room"


@pytest.mark.parametrize("stage", [stage for stage in STAGES if (SOURCE / stage / "__init__.pyi").is_file()])
def test_a_front_door_shows_what_others_take_and_nothing_else(stage):
    others = [path for path in package_files() if stage_of(path) != stage]
    takers = [*others, *SCRIPTS, SHARED, *RULES]
    taken = {name for path in takers for module, name in names_taken(path) if module == stage}
    assert sorted(door_of(stage)) == sorted(taken)


def test_only_what_nobody_enters_has_no_front_door():
    without = {stage for stage in STAGES if not (SOURCE / stage / "__init__.pyi").is_file()}
    assert without == {"settings", "desk", "tools"}
    others = [path for path in package_files() if stage_of(path) != "tools"]
    taken = {module.split(".")[0] for path in [*others, *SCRIPTS, *RULES] for module, _ in names_taken(path)}
    # of `desk` the package's own front door shows notebooks what they use
    assert not {"tools", "desk"} & taken


def private_names(path):
    """Return what a file itself calls by a private name: functions, classes, methods, attributes."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
        elif isinstance(node, ast.AnnAssign | ast.Assign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return {name for name in found if name.startswith("_") and not name.startswith("__")}


def test_no_private_name_is_used_outside_its_room():
    own = {path: private_names(path) for path in package_files()}
    everyone = set().union(*own.values())
    for path in [*package_files(), *SCRIPTS]:
        for _, name in names_taken(path):
            assert not name.startswith("_") or name == "__version__", f"{path.name} imports {name}"
        reached = {node.attr for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)}
        assert not reached & everyone - own.get(path, set()), path


# ---------------------------------------------------------------- rooms


@pytest.mark.parametrize("path", [*package_files(), *RULES], ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", package_files(), ids=name_of)
def test_a_function_takes_few_arguments_and_options_by_keyword(path):
    for node in functions_of(path):
        given = [*node.args.posonlyargs, *node.args.args]
        own = len(given) - (bool(given) and given[0].arg in ("self", "cls")) + len(node.args.kwonlyargs)
        assert own <= MOST_ARGUMENTS, f"{node.name} takes {own} arguments; group what belongs together"
        assert not node.args.defaults, f"{node.name} has an option before *"


def sections_of(node):
    return re.findall(r"^(\w+)\n-+$", ast.get_docstring(node) or "", re.MULTILINE)


@pytest.mark.parametrize("path", package_files(), ids=name_of)
def test_a_public_function_tells_its_parameters_and_errors(path):
    for node in tree_of(path).body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        arguments = [one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        if len(arguments) > 1:
            assert "Parameters" in sections_of(node), node.name
        if any(isinstance(inner, ast.Raise) for inner in ast.walk(node)):
            assert "Raises" in sections_of(node), node.name
        if "Parameters" in sections_of(node):
            told = ast.get_docstring(node).split("Parameters\n----------\n")[1].split("\n\n")[0]
            listed = re.findall(r"^([\w*, ]+?) :", told, re.MULTILINE)
            more = [one.arg for one in (node.args.vararg, node.args.kwarg) if one]
            assert sorted(one.strip(" *") for line in listed for one in line.split(",")) == sorted(arguments + more)


def test_the_library_knows_nothing_of_snakemake_and_never_prints():
    for path in package_files():
        text = path.read_text(encoding="utf-8")
        assert "snakemake" not in set(imports_of(path, top_level=False)), path
        assert "print(" not in text.replace("fingerprint(", ""), path


def test_every_rule_has_a_script_of_its_name():
    rules = [
        line.split()[1].rstrip(":")
        for file in (ROOT / "workflow" / "rules").glob("*.smk")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("rule ")
    ]
    assert sorted(rules) == [path.stem for path in SCRIPTS]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_loads_only_what_it_uses(script):
    modules, waiting = set(), [script]
    while waiting:
        found = set(imports_of(waiting.pop(), top_level=True)) - modules
        modules |= found
        files = [SOURCE / (name.removeprefix(f"{PACKAGE}.").replace(".", "/") + ".py") for name in found]
        waiting += [file for file in files if file.is_file()]
    assert {module.split(".")[0] for module in modules} & HEAVY == USES[script.stem]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_holds_no_logic(script):
    lines = [line for line in script.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(lines) <= 40
    assert not any(isinstance(n, ast.FunctionDef | ast.ClassDef) for n in ast.walk(ast.parse("\n".join(lines))))


# ---------------------------------------------------------------- fingerprints


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the package that fingerprints are taken of, and a way to change one text in one of its files."""
    folder = tmp_path / PACKAGE
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(fingerprint, "SOURCE", folder)

    def forget():
        names = ("_tree", "_bytes_of", "_digest", "_place", "_file", "_door", "_imports")
        for kept in (getattr(fingerprint, name) for name in names):
            kept.cache_clear()

    def changed(file, old, new):
        """Return the scripts whose fingerprint a change changes."""
        forget()
        before = {script.stem: fingerprint.code_fingerprint(script) for script in SCRIPTS}
        text = (folder / file).read_text(encoding="utf-8")
        assert text.count(old) >= 1, f"{file} holds no {old!r}"
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        forget()
        return {script.stem for script in SCRIPTS if fingerprint.code_fingerprint(script) != before[script.stem]}

    yield changed
    forget()


def using(*files):
    """Return the scripts that use one of the files."""
    wanted = {fingerprint.SOURCE / file for file in files}
    return {script.stem for script in SCRIPTS if wanted & set(fingerprint.files_used(script))}


OF_PAGES = {
    script.stem
    for script in SCRIPTS
    if any(SOURCE / "report" in path.parents for path in fingerprint.files_used(script))
}


def test_some_scripts_make_pages_and_others_do_not():
    assert {"draw_map", "write_comparison", "write_index"} <= OF_PAGES
    assert not {"read_osm", "locate_sites", "spread_people", "measure_reach", "score_candidates"} & OF_PAGES


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("score/rank.py", "\n", "  # said by the way\n"),
        ("common/geo.py", "\n\n\n", "\n\n\n# said by the way\n\n\n"),
        ("score/rank.py", '"""', '"""Said otherwise. '),
        ("common/errors.py", '"""', '"""Said otherwise. '),
        ("streets/streets.py", "    def has(", "\n\n    def has("),
    ],
)
def test_comments_docstrings_and_blank_lines_remake_nothing(copy, file, old, new):
    assert copy(file, old, new) == set()


@pytest.mark.parametrize(
    ("file", "old"),
    [
        ("score/settings.py", 'description="'),
        ("streets/settings.py", 'description="'),
        ("reach/tables.py", 'Column("reachable", "flag", "'),
        ("common/schema.py", 'Column("osm_ids", "texts", "'),
    ],
)
def test_a_description_remakes_pages_at_most(copy, file, old):
    remade = copy(file, old, f"{old}said otherwise, ")
    assert remade == using(file) & OF_PAGES


def test_a_changed_constant_of_the_score_remakes_what_scores(copy):
    remade = copy("score/rank.py", "LOW_QUANTILE, HIGH_QUANTILE = 0.05", "LOW_QUANTILE, HIGH_QUANTILE = 0.06")
    assert remade == using("score/rank.py")
    assert {"score_candidates", "score_scenarios"} <= remade
    before = {"pull_osm", "download_file", "read_osm", "locate_sites", "spread_people", "map_completeness"}
    before |= {"read_transit", "connect_spaces", "measure_reach", "draw_isochrones", "map_accessibility"}
    assert before <= {script.stem for script in SCRIPTS}
    assert not before & remade


def test_what_pages_are_drawn_with_remakes_them_alone(copy):
    assert copy("report/assets/report.css", "{", "{ ") == using("report/page.py", "report/draw/named.py")
    assert copy("report/assets/js/start.js", "(", "( ") == using("report/page.py")


def test_code_behind_a_front_door_counts_and_its_neighbours_do_not(copy):
    remade = copy("locate/judging.py", 'default="supporting"', 'default="core"')
    assert remade == using("locate/judging.py")
    # what takes names alone from the stage `locate` does not take what it judges by
    assert {"locate_sites", "try_site"} <= remade and not {"read_osm", "read_transit"} & remade
