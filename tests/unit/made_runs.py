"""Made-up runs: a folder of small tables with a record, for what is not measured anew."""

import json

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point

from creative_nodes.choose.tables import RECOMMENDED
from creative_nodes.common import tables
from creative_nodes.common.made_of import MadeOf
from creative_nodes.locate.tables import HERITAGE
from creative_nodes.report.tables import TABLES
from creative_nodes.runs.keys import GROUND, RECORD
from creative_nodes.runs.record import RunCity
from creative_nodes.score.tables import SCORES

TODAY = dict.fromkeys(("measure_reach", "measure_reference", "lay_scales", "score_candidates", "recommend_set"), "1")


def filled(table, rows):
    """Return rows of a table; what is not given is empty, 0 or missing."""
    frame = {}
    for column in table.columns:
        blank = {"text": "", "texts": [], "flag": False}.get(column.kind, None if column.nullable else 0)
        if column.name != "geometry":
            frame[column.name] = [row.get(column.name, blank) for row in rows]
    whole = pd.DataFrame(frame)
    if table.has_geometry:
        return gpd.GeoDataFrame(whole, geometry=[row["geometry"] for row in rows], crs="EPSG:4326")
    return whole


def run(folder, ranks, *, chosen=(), data="1", settings=None, code=None, ground_settings="1", objects=None):
    """Write a run: rank by site (None: not ranked), its set, and what it is made of."""
    folder.mkdir(parents=True)
    ground = MadeOf({"source": data}, {"city.people": ground_settings}, {"locate_sites": "1"})
    values, code = {"analysis.score": {"weights": 1}, **(settings or {})}, {**TODAY, **(code or {})}
    whole = ground | MadeOf(settings={key: json.dumps(value) for key, value in values.items()}, code=code)
    for name in set(GROUND) - {"heritage"}:
        table = TABLES.get(name, TABLES["creative"])
        tables.write(tables.empty(table), table, folder / f"{name}.parquet", provenance=tables.note_of(ground))
    sites = [
        # a place of its own by name
        {"site_id": site, "osm_ids": (objects or {}).get(site, []), "geometry": Point(len(site), ord(site[0]) % 90)}
        for site in ranks
    ]
    scores = [
        {"site_id": site, "rank": rank, "score": None if rank is None else 1 / rank} for site, rank in ranks.items()
    ]
    best = [{"site_id": site, "set": "best", "k": len(chosen)} for site in chosen]
    for table, rows, of in ((HERITAGE, sites, ground), (SCORES, scores, whole), (RECOMMENDED, best, whole)):
        tables.write(filled(table, rows), table, folder / f"{table.name}.parquet", provenance=tables.note_of(of))
    record = {"city": "x", "name": "X", "id": whole.id, **whole.parts, "made_of": whole.told(), "values": values}
    (folder / RECORD).write_text(json.dumps(record))
    return RunCity.read(folder)
