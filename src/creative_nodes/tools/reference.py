"""Generate what follows from the code: config reference, JSON schema, data dictionary, the picture of the stages.

`python -m creative_nodes.tools.reference` writes them, `--check` fails when one of them is out of date.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from creative_nodes.newcity import NEW_CITY_COMMAND, AskedCity
from creative_nodes.report import OWN_COLUMNS, TABLES, Governance, geopackage_contents
from creative_nodes.settings import CityFile, Config
from creative_nodes.tools.house import picture
from creative_nodes.whatif import COMMAND, Asked


def geopackage() -> list[str]:
    """Write what the GeoPackage holds, a row a layer or table."""
    return [
        "",
        "## The GeoPackage",
        "",
        "`<city>.gpkg` (GeoPackage 1.3, EPSG:4326) holds these, one geometry type a layer, with the columns below and",
        "their meanings inside (`gpkg_data_columns`). Lists are one text; the column `messages` is left out.",
        "A layer of places has a point on each, and `<name>_outline` the outlines of those that have one.",
        "In `candidates` the columns of `site_doubt` have `joint_` before them; in `reference_hexagons` the column",
        "`place_id` is `hex_id`, and `network_gain` alone is measured; `cluster_reach` has the names and outlines of",
        "the table clusters. `<city>.qgz` beside it is a QGIS project that draws them and holds a sheet to print.",
        "In the CSV files and in the catalogue `candidates` has `rank` and `score` of the table scores too.",
        "",
        "| name | from | geometry |",
        "|---|---|---|",
        *(f"| {name} | {source} | {shape} |" for name, source, shape in geopackage_contents()),
        "",
        "| column of its own | type | meaning |",
        "|---|---|---|",
        *(f"| {c.name} | {c.kind} | {c.meaning} |" for c in OWN_COLUMNS),
    ]


def dictionary() -> str:
    """Write the data dictionary as Markdown."""
    lines = [
        "# Data dictionary",
        "",
        "Generated from the schemas in `src/creative_nodes/<stage>/tables.py` by `make docs`; do not edit.",
        "Tables lie in `data/processed/<city>/` as GeoParquet, geometry in EPSG:4326.",
    ]
    lines += geopackage()
    for table in TABLES.values():
        lines += ["", f"## {table.name}", "", f"A row is {table.row}.", "", "| column | type | unit | meaning |"]
        lines += ["|---|---|---|---|"]
        lines += [
            f"| {c.name} | {c.kind}{' or missing' if c.nullable else ''} | {c.unit} | {c.meaning} |"
            for c in table.columns
        ]
    return "\n".join(lines) + "\n"


def _kind(schema: dict[str, Any]) -> str:
    """Say a JSON schema type in a word or two."""
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join("none" if one.get("type") == "null" else _kind(one) for one in schema["anyOf"])
    if "$ref" in schema or "properties" in schema:
        return "section"
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}" if "items" in schema else "list"
    return {"object": "mapping", "string": "text", "boolean": "true or false"}.get(
        str(schema["type"]), str(schema["type"])
    )


def _walk(schema: dict[str, Any], definitions: dict[str, Any], *, prefix: str = "") -> list[str]:
    """Write one table row a key, the keys of a section after it."""
    rows = []
    for name, field in schema["properties"].items():
        options = [field, *field.get("anyOf", []), field.get("items", {})]
        inner = [definitions[option["$ref"].rsplit("/", 1)[-1]] for option in options if "$ref" in option]
        kind = "section" if any("properties" in one for one in inner) else _kind(inner[0] if inner else field)
        default = "required" if name in schema.get("required", []) else json.dumps(field.get("default"))
        default = "" if kind == "section" and default != "required" else default.replace("null", "none")
        rows.append(f"| `{prefix}{name}` | {kind} | {default} | {field.get('description', '')} |")
        for one in inner:
            if "properties" in one:
                rows += _walk(one, definitions, prefix=f"{prefix}{name}{'[]' if 'items' in field else ''}.")
    return rows


def _rows(model: type[BaseModel]) -> list[str]:
    schema = model.model_json_schema()
    head = ["| key | type | default | meaning |", "|---|---|---|---|"]
    return head + _walk(schema, schema.get("$defs", {}))


def config_reference() -> str:
    """Write the reference of every configuration key as Markdown."""
    lines = [
        "# Configuration reference",
        "",
        "Generated from the models in `src/creative_nodes/<stage>/settings.py` by `make docs`; do not edit.",
        "",
        "## config/config.yaml",
        "",
        *_rows(Config),
        "",
        "## config/cities/&lt;city&gt;.yaml",
        "",
        "A new city is a new file here and its name in `cities`. `override:` takes any analysis key of",
        "`config.yaml` with this city's own value, for example `override: {reach: {walk_minutes: 10}}`.",
        "",
        *_rows(CityFile),
        "",
        "## config/governance.yaml",
        "",
        "Facts of governance and published figures of the comparison page, kept by hand. What nobody has read at its",
        "source stands there with `checked: false`, and the page says so.",
        "",
        *_rows(Governance),
        "",
        "## What if",
        "",
        f"Keys of a what-if stand on the command line (`{COMMAND}`), never in `config.yaml`.",
        "",
        *_rows(Asked),
        "",
        "## New city",
        "",
        f"Keys of a new city stand on the command line (`{NEW_CITY_COMMAND}`), never in `config.yaml`.",
        "",
        *_rows(AskedCity),
        "",
        "## Environment",
        "",
        "| variable | meaning |",
        "|---|---|",
        "| `EXTRACTS` | folder with `<city>.osm.pbf` files; goes before `extracts` and before any download |",
        "| `POPULATION` | folder with population rasters; default: `population` beside the extracts folder |",
        "| `IMPORTS` | folder with imported lists of sites; default: `imports` beside the extracts folder |",
        "| `GTFS` | folder with GTFS feeds; default: `gtfs` beside the extracts folder |",
        "| `VERBOSE` | set to 1 to see the scripts' log on the terminal |",
    ]
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """Return every generated page by its path."""
    schema = {
        "config.yaml": Config.model_json_schema(),
        "cities/<city>.yaml": CityFile.model_json_schema(),
        "governance.yaml": Governance.model_json_schema(),
    }
    return {
        "config/README.md": config_reference(),
        "config/schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n",
        "docs/DATA_DICTIONARY.md": dictionary(),
        "docs/images/stages.svg": picture(),
    }


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` compare them; returns the exit code."""
    made = pages()
    stale = [path for path, text in made.items() if not Path(path).exists() or Path(path).read_text("utf-8") != text]
    if "--check" in arguments:
        if stale:
            sys.stderr.write(f"out of date: {', '.join(stale)}; run `make docs`\n")
        return 1 if stale else 0
    for path in stale:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(made[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
