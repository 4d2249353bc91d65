"""A catalogue of a made-up city whose names and ids are hostile, written to a folder."""

import json
from pathlib import Path

import shapely
from packed import SHAPES, packed_frames, table

from creative_nodes.common import tables
from creative_nodes.report.catalogue.write import write_catalogue
from creative_nodes.report.settings import CATALOGUE_KEYS
from creative_nodes.report.tables import TABLES

ROOT = Path(__file__).parents[3]
FACETS = ROOT / "config/taxonomy/facets.yaml"
RUN = {"id": "ab-cd-ef", "version": "1"}
HOSTILE = "<script>document.title='run'</script>\"><img src=x onerror=alert(1)> & {{ 7 * 7 }}"
FORMULA = "=HYPERLINK(1)"
NOT_OSMS = "way/30000090599"
COUNTED = "People of Brick, 1 km, CC BY 4.0"
FEED = "Buses of Brick 2018, CC BY 4.0"
LIST = "Listed works of Brick, with coordinates of Baidu Maps"
POINT = shapely.Point(105.8412345, 21.0312345)
# the tables that pages and sources are made of; the others are copied into other formats alone
TOLD = ["candidates", "creative", "heritage", "imports", "indicators", "places", "registry", "scores", "stations"]
TOLD += ["study_area"]


def proof(rule, osm_id, tag):
    return json.dumps([{"rule": rule, "weight": 0.8, "osm_id": osm_id, "tag": tag, "reason": f"because {HOSTILE}"}])


def spaces():
    base = {"tier": "core", "confidence": 0.8, "geometry": POINT}
    mapped = {"space_id": "c-n7", "osm_ids": ["node/7"], "domain": "visual_arts", "in_osm": True}
    return [
        {**base, **mapped, "name": HOSTILE, "name_vi": "Nhà Gạch", "name_zh": "砖房子"}
        | {"evidence": proof("gallery", "node/7", "tourism=gallery")},
        {**base, "space_id": "c-r-../../evil", "name": FORMULA, "domain": "creative_hub", "geometry": SHAPES[0]},
    ]


def known():
    """Rows of the registry: a works, and a space that exists online alone."""
    web = {"registry_id": "x-web", "name": HOSTILE, "name_vi": "Phòng tranh", "kind": "creative", "status": "in_use"}
    web |= {"domain": "visual_arts", "tier": "intermediate", "remote": "online", "outcome": "online only"}
    web |= {"present_use": FORMULA, "source": "https://example.org/rooms?a=1 ; a newspaper"}
    return [{"registry_id": "x-works", "name": "Works", "outcome": "in OSM"}, web]


def imports():
    """Lists made by others: works by a map service whose licence nobody knows, others that are free, and items."""
    lists = [("works_bd09.csv", LIST, "heritage"), ("free.csv", "Works of Brick by the city, CC0", "heritage")]
    lists.append(("items.geojson", "Wikidata, items of Brick, CC0", "wikidata"))
    return [{"file": file, "source": source, "kind": kind} for file, source, kind in lists]


def frames_of():
    made = packed_frames()
    area = {"city": "x", "epsg": 32648, "area_km2": 1.0, "geometry": shapely.box(105.7, 20.9, 106.0, 21.1)}
    made["study_area"] = table("study_area", [area])
    made["creative"] = table("creative", spaces())
    sites = [{"site_id": f"h-{i + 1}", "geometry": shape} for i, shape in enumerate(SHAPES)]
    sites[0] |= {
        "name": "Xưởng",
        "osm_ids": ["way/9"],
        "heritage_class": "printing",
        "evidence": "[]",
        "placed_to": "site",
    }
    # two on one ground; the second is known to its street, and numbered as OSM numbers nothing
    sites[1] |= {"name": "Nhà kho Khánh Hội", "osm_ids": [NOT_OSMS], "placed_to": "street", "area_m2": 12_000.0}
    sites[1] |= {"start_year": 1936, "status": "vacated"}
    sites[1] |= {"status_source": "A list: https://example.org/list (2025)", "status_date": "2025"}
    made["candidates"]["one_ground_with"] = [["h-2"], ["h-1"]]
    made["heritage"] = table("heritage", sites)
    made["registry"] = table("registry", known())
    made["imports"] = table("imports", imports())
    stops = [{"station_id": source, "source": source, "geometry": POINT} for source in ("OSM", FEED)]
    made["stations"] = table("stations", stops)
    made["indicators"] = table("indicators", [{"indicator": "residents", "source": COUNTED}])
    tags = {"node/7": {"tourism": "gallery", "operator:type": "community", "description": HOSTILE}, "way/9": {"a": "b"}}
    tags[NOT_OSMS] = {"building": "warehouse"}
    rows = [{"osm_id": key, "tags": json.dumps(one), "geometry": POINT} for key, one in tags.items()]
    made["places"] = table("places", rows)
    return made


def write(folder, *, fictional=False, snapshot="2026-11-01", country="VN", told=False):
    """Write the catalogue to a folder, its tables beside it; returns the frames and the cities.

    With `told` it is of no more tables than its pages tell of, and names no classes: most time goes into the others.
    """
    made, files = frames_of(), {}
    if told:
        made = {name: made[name] for name in TOLD}
    for name, frame in made.items():
        path = folder / "tables" / f"{name}.parquet"
        tables.write(frame, TABLES[name], path, provenance={"snapshot": snapshot})
        files[name] = [str(path)]
    words = [ROOT / f"config/taxonomy/{name}.yaml" for name in ("creative_spaces", "industrial_heritage")]
    files |= {"facets": FACETS, "taxonomies": [] if told else words}
    settings = json.dumps(
        dict(zip(CATALOGUE_KEYS, ("x", "Brick Town", "Phố Gạch", fictional, [], country), strict=True))
    )
    return made, write_catalogue([settings], files, RUN, folder / "catalogue")
