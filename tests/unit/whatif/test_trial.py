"""A site tried: measured as the base measures its candidates, ranked among them, and every bad wish told in a line."""

import json
import math
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from creative_nodes.common import tables
from creative_nodes.common.errors import InputError
from creative_nodes.common.words import CRITERIA
from creative_nodes.locate.sites import locate
from creative_nodes.locate.taxonomy import Taxonomies, read_taxonomy
from creative_nodes.reach import measure as reach
from creative_nodes.reach.isochrones import draw_isochrones
from creative_nodes.reach.reference import PositionRules, measure_reference
from creative_nodes.report import pack
from creative_nodes.report.tables import TABLES
from creative_nodes.score.against import city_scales, read_scales
from creative_nodes.score.rank import score_candidates
from creative_nodes.whatif import sites
from creative_nodes.whatif import trial as whatif
from creative_nodes.whatif.asked import read_asked, split_asked

ROOT = Path(__file__).resolve().parents[3]


def _same(value: Any, expected: Any) -> None:
    """Assert equality but for the order in which floats are added up; missing equals missing."""
    np.testing.assert_allclose(float(value), float(expected), rtol=1e-12)


def _square(x: float, y: float, side: float = 40.0) -> shapely.Polygon:
    return shapely.box(x, y, x + side, y + side)


@pytest.fixture(scope="module")
def city(towns: ModuleType) -> sites.BaseCity:
    """A grid of streets with four candidates, an estate of weak evidence, a converted site and a lost one."""
    rng = np.random.default_rng(4)
    analysis = towns.config().model_copy(update={"travel": towns.travel()})
    world = reach.World(
        creative=towns.spaces(
            *(
                {"geometry": towns.at(*xy), "tier": ("core", "intermediate", "supporting")[k % 3]}
                for k, xy in enumerate(rng.uniform(0, 1400, (12, 2)))
            )
        ),
        amenities=towns.amenities(*({"geometry": towns.at(*xy)} for xy in rng.uniform(0, 1400, (9, 2)))),
        people=towns.people(
            *({"geometry": towns.at(*xy), "residents": 10.0 + k} for k, xy in enumerate(rng.uniform(0, 1400, (60, 2))))
        ),
        stations=towns.stations({"geometry": towns.at(700, 700)}),
    )
    heritage = towns.sites(
        {"site_id": "h-w1", "geometry": _square(110, 110), "osm_ids": ["way/1", "way/11"], "name": "Mill"},
        {"site_id": "h-w2", "geometry": _square(810, 310), "osm_ids": ["way/2"], "status": "in_use"},
        {"site_id": "h-w3", "geometry": _square(510, 1110), "osm_ids": ["way/3"], "start_year": 1930},
        {"site_id": "h-w4", "geometry": _square(1210, 710), "osm_ids": ["way/4"], "area_m2": 9000.0},
        {"site_id": "h-w5", "geometry": _square(310, 710), "osm_ids": ["way/5"], "confidence": 0.3, "tier": "low"},
        {"site_id": "h-w6", "geometry": _square(910, 910), "osm_ids": ["way/6"], "status": "converted"},
        {"site_id": "h-w7", "geometry": _square(610, 110), "osm_ids": ["way/7"], "status": "lost"},
    )
    places = towns.places(
        ({"name": "Kho", "name:en": "Store", "amenity": "fuel"}, _square(1010, 410, 20)),
        ({"shop": "yes"}, towns.at(5000, 5000)),
    )
    area = towns.to_degrees(shapely.box(-50, -50, 1450, 1450))
    study = gpd.GeoDataFrame({"city": ["town"], "epsg": [towns.EPSG], "area_km2": [2.25]}, geometry=[area], crs=4326)
    bare = sites.BaseCity(
        {"heritage": heritage, "places": places, "study_area": study, "sweeps": tables.empty(TABLES["sweeps"])},
        world,
        towns.streets(towns.grid_tables(15, 15)),
        read_taxonomy(ROOT / "config/taxonomy/industrial_heritage.yaml"),
        analysis,
        "motorbike",
    )
    return replace(bare, frames={**bare.frames, **_base(bare)})


def _base(city: sites.BaseCity) -> dict[str, Any]:
    """Make the base tables as the rules of the workflow do."""
    analysis = city.analysis
    sites = reach.select_candidates(city.frames["heritage"], analysis.candidates)
    found = reach.measure_reach(
        sites,
        city.world,
        city.streets,
        reach=analysis.reach,
        network=analysis.network,
        candidates=analysis.candidates,
        main_mode=city.main_mode,
        link_within_m=analysis.people_grid.link_within_m,
    )
    rules = PositionRules(analysis.reach, analysis.network, city.main_mode, analysis.people_grid.link_within_m)
    reference = measure_reference(
        city.area, city.world, city.streets, rules, places=200, h3_resolution=8, seed=analysis.seed
    )
    scales = city_scales(reference, analysis.score.anchors)
    return {
        "candidates": found.candidates,
        "reach": found.reach,
        "parts": found.parts,
        "reference": reference,
        "scales": scales,
        "scores": score_candidates(found.candidates, read_scales(scales), analysis.score, seed=analysis.seed),
        "isochrones": draw_isochrones(found.candidates, city.streets, analysis.isochrones),
    }


def _try(city: sites.BaseCity, **asked: Any) -> whatif.Trial:
    found = whatif.try_sites(sites.tried_sites(sites.sites_asked(_asked(**asked)), city), city)
    for name, table in found.tables().items():
        tables.check(table, TABLES[name], where=name)
    return found


def _asked(**asked: Any) -> Any:
    return read_asked({"city": "town", **{key.rstrip("_"): value for key, value in asked.items()}})


def _at(towns: ModuleType, x: float, y: float) -> str:
    point = towns.to_degrees(towns.at(x, y))
    return f"{point.y!r},{point.x!r}"


# ---------------------------------------------------------------- right


def test_a_new_site_moves_nobodys_score(city: sites.BaseCity, towns: ModuleType) -> None:
    """To the bit, and so for every part of it: values are measured against the city, not against the list."""
    found = _try(city, at=_at(towns, 700, 500), status="vacated", area_m2=50_000)
    before = city.frames["scores"].set_index("site_id")
    after = found.combined["scores"].set_index("site_id")
    for name in ("score", *(f"part_{key}" for key in CRITERIA)):
        np.testing.assert_array_equal(after.loc[before.index, name].to_numpy(), before[name].to_numpy())
    assert len(after) == len(before) + 1 and after["score"].notna().all()
    assert set(found.combined["values"]["site_id"]) == set(after.index)


def test_a_place_on_a_candidate_is_one_node_with_it(city: sites.BaseCity, towns: ModuleType) -> None:
    found = _try(city, at=_at(towns, 830, 330), status="vacated")
    assert list(found.candidates["one_ground_with"].iloc[0]) == ["h-w2"]
    whole = found.combined["candidates"].set_index("site_id")["one_ground_with"]
    assert {name: list(others) for name, others in whole.items() if len(others)} == {"w-1": ["h-w2"], "h-w2": ["w-1"]}


@pytest.mark.parametrize("osm", ["way/1", "way/11", "way/2", "way/3", "way/4", "h-w4"])
def test_a_candidate_tried_again_has_the_figures_of_the_base_and_moves_nobody(city: sites.BaseCity, osm: str) -> None:
    before = {name: city.frames[name].copy() for name in whatif.COMBINED}
    found = _try(city, osm=osm)
    (row,) = found.candidates.to_dict("records")
    base = before["candidates"].set_index("site_id").loc[row["site_id"]]
    assert row["found_as"] == "candidate"
    for name in (*CRITERIA, "nearest_space_m", "spaces_walk"):
        _same(row[name], base[name])
    assert (found.scores["move"] == 0).all()
    for name in ("scores", "reach", "parts", "isochrones"):
        keys = [key for key in ("site_id", "criterion", "kind", "part", "mode", "minutes") if key in before[name]]
        one, other = (frame.sort_values(keys, ignore_index=True) for frame in (found.combined[name], before[name]))
        pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other), check_dtype=False, rtol=1e-12)
    # the base itself is left alone
    for name, frame in before.items():
        assert city.frames[name].equals(frame)


def test_a_site_dropped_from_the_base_comes_back_as_it_was(city: sites.BaseCity) -> None:
    heritage = city.frames["heritage"]
    less = replace(city, frames={**city.frames, "heritage": heritage[heritage["site_id"] != "h-w3"].reset_index()})
    less = replace(less, frames={**less.frames, "heritage": less.frames["heritage"].drop(columns="index")})
    less = replace(less, frames={**less.frames, **_base(less)})
    assert "h-w3" not in set(less.frames["candidates"]["site_id"])
    wanted = heritage[heritage["site_id"] == "h-w3"].assign(asked="x", found_as="new", lies_on="")
    found = whatif.try_sites(wanted.reset_index(drop=True), less)
    whole = city.frames["candidates"].set_index("site_id").loc["h-w3"]
    for name in CRITERIA:
        _same(found.candidates[name].iloc[0], whole[name])
    ranks = found.combined["scores"].set_index("site_id")["rank"].astype(int).to_dict()
    assert ranks == city.frames["scores"].set_index("site_id")["rank"].astype(int).to_dict()
    assert found.scores.set_index("site_id")["base_rank"].isna().to_dict()["h-w3"]


def test_weak_evidence_is_measured_as_if_it_were_a_candidate(city: sites.BaseCity) -> None:
    found = _try(city, osm="way/5")
    everyone = city.analysis.candidates.model_copy(update={"min_confidence": 0.0})
    whole = replace(city, analysis=city.analysis.model_copy(update={"candidates": everyone}))
    full = _base(whole)
    (row,) = found.candidates.to_dict("records")
    expected = full["candidates"].set_index("site_id").loc["h-w5"]
    assert row["found_as"] == "weak evidence" and row["confidence"] == 0.3
    for name in CRITERIA:
        _same(row[name], expected[name])
    ours, theirs = (one.set_index("site_id") for one in (found.combined["scores"], full["scores"]))
    columns = ["score", "rank", "rank_low", "rank_high", "p_top", "priorities"]
    pd.testing.assert_frame_equal(ours.loc[theirs.index, columns], theirs[columns], check_dtype=False, rtol=1e-12)


def test_a_place_on_a_street_by_hand(towns: ModuleType, city: sites.BaseCity) -> None:
    world = reach.World(
        creative=towns.spaces({"geometry": towns.at(600, 0)}, {"geometry": towns.at(1002, 0), "domain": "film"}),
        amenities=towns.amenities(),
        people=towns.people(
            {"geometry": towns.at(1650, 0), "residents": 7.0}, {"geometry": towns.at(1750, 0), "residents": 11.0}
        ),
        stations=towns.stations({"geometry": towns.at(900, 0)}),
    )
    area = towns.to_degrees(shapely.box(-50, -50, 2050, 50))
    street = replace(city, world=world, streets=towns.streets(towns.straight_street()))
    study = city.frames["study_area"].set_geometry([area], crs=4326)
    street = replace(street, frames={**city.frames, "study_area": study})
    found = _try(street, at=_at(towns, 500, 0), status="brownfield", area_m2=1234, start_year="1976", listed="yes")
    (row,) = found.candidates.to_dict("records")
    assert row["residents_walk_15"] == pytest.approx(7)  # 1,150 m is 14.4 min, 1,250 m is 15.6
    assert row["transit_minutes"] == pytest.approx(400 / 80, abs=1e-4)
    assert row["exchange"] == pytest.approx(math.exp(-0.016 * 100) + math.exp(-0.016 * 502), rel=1e-4)
    assert row["nearest_space_m"] == pytest.approx(100, abs=0.01)
    # the two spaces are linked already, so a relay between them joins nothing
    assert row["network_gain"] == 0
    assert row["site_capacity"] == 1234
    share = city.analysis.candidates
    assert row["heritage_value"] == pytest.approx(share.heritage_listing + share.heritage_age * 0.5)
    assert (row["area_unknown"], row["age_unknown"]) == (False, False)
    assert row["readiness"] == share.readiness["brownfield"]
    assert (row["found_as"], row["site_id"], row["heritage_class"]) == ("new", "w-1", "unspecified")


def test_what_is_said_of_a_site_counts(city: sites.BaseCity) -> None:
    said = {"status": "vacated", "area_m2": 5000, "listed": True, "name": "Works", "class_": "railway_works"}
    plain, told = (_try(city, osm="way/2", **more).candidates.iloc[0] for more in ({}, said))
    assert (told["name"], told["heritage_class"], told["status"]) == ("Works", "railway_works", "vacated")
    assert told["site_capacity"] == 5000 and told["readiness"] == city.analysis.candidates.readiness["vacated"]
    assert told["heritage_value"] > plain["heritage_value"]
    assert told["residents_walk_15"] == plain["residents_walk_15"]


def test_an_object_that_is_no_heritage_can_be_tried(city: sites.BaseCity) -> None:
    found = _try(city, osm="https://www.openstreetmap.org/node/1")
    (row,) = found.candidates.to_dict("records")
    assert (row["site_id"], row["found_as"], row["name"], row["name_en"]) == ("w-n1", "in OSM", "Kho", "Store")
    assert row["site_capacity"] == pytest.approx(400, rel=1e-3)
    shown = found.combined["candidates"].set_index("site_id").loc["w-n1"]
    assert (shown["name"], shown["name_en"], shown["name_vi"]) == ("What if: Kho", "What if: Store", "")
    proof = json.loads(found.combined["heritage"].set_index("site_id").loc["w-n1", "evidence"])
    assert {one["rule"] for one in proof} >= {sites.RULE}


@pytest.mark.parametrize(
    ("tags", "status", "kind", "flags"),
    [
        ({"building": "warehouse", "name": "Kho 3"}, "not_known", "warehouse", []),
        ({"demolished:building": "industrial", "building": "warehouse"}, "not_known", "warehouse", []),
        ({"demolished:man_made": "works", "disused:building": "factory"}, "vacated", "unspecified", []),
        ({"demolished:building": "industrial", "name": "Nhà máy X40"}, "lost", "mill_factory", []),
        ({"man_made": "works", "alt_name:zh": "第三棉纺织厂"}, "not_known", "mill_factory", []),
        ({"man_made": "water_tower", "name": "Water tower", "start_date": "1930"}, "not_known", "power_water", []),
        ({"landuse": "brownfield", "was:landuse": "industrial", "heritage": "2"}, "vacated", "unspecified", ["listed"]),
        ({"man_made": "works", "operator:type": "government"}, "not_known", "unspecified", ["public_land"]),
    ],
)
def test_an_object_is_judged_as_locating_judges_it(
    towns: ModuleType, city: sites.BaseCity, tags: dict[str, str], status: str, kind: str, flags: list[str]
) -> None:
    places = towns.places((tags, _square(700, 510)))
    rules = [read_taxonomy(ROOT / f"config/taxonomy/{one}.yaml") for one in ("creative_spaces", "amenities")]
    located = locate(
        places,
        Taxonomies(city.taxonomy, *rules),
        known=[],
        settings=city.analysis.locate,
        area=city.area,
        edge_buffer_m=0,
        epsg=towns.EPSG,
    )
    (site,) = located.heritage.to_dict("records")
    bare = replace(city, frames={**city.frames, "places": places})
    (tried,) = sites.tried_sites(sites.sites_asked(_asked(osm="node/1", status="vacated")), bare).to_dict("records")
    assert (site["status"], site["heritage_class"]) == (status, kind)
    assert [flag for flag in ("listed", "public_land") if site[flag]] == flags
    for column in ("heritage_class", "listed", "public_land", "name", "area_m2", "start_year", "in_osm", "osm_ids"):
        assert str(tried[column]) == str(site[column]), column
    proof = [one for one in json.loads(tried["evidence"]) if one["rule"] != sites.RULE]
    assert proof == json.loads(site["evidence"])
    # the word of whoever asks weighs as a registry row does
    _same(tried["confidence"], 1 - (1 - site["confidence"]) * (1 - city.taxonomy.registry_weight))
    plain = sites.sites_asked(_asked(osm="node/1"))
    if status in city.analysis.candidates.readiness:
        assert sites.tried_sites(plain, bare)["status"].tolist() == [status]
    else:
        with pytest.raises(InputError, match=f"it is {status}"):
            sites.tried_sites(plain, bare)


def test_out_of_reach_is_told_and_not_scored(towns: ModuleType, city: sites.BaseCity) -> None:
    area = towns.to_degrees(shapely.box(-50, -50, 3000, 1450))
    study = city.frames["study_area"].set_geometry([area], crs=4326)
    wide = replace(city, frames={**city.frames, "study_area": study})
    found = _try(wide, at=_at(towns, 2400, 700), status="vacated", name="Far")
    (row,) = found.candidates.to_dict("records")
    assert not row["reachable"] and "1,000 m away" in row["unreachable_reason"]
    assert all(math.isnan(row[name]) for name in CRITERIA)
    scored = found.scores.set_index("site_id")
    assert pd.isna(scored.loc["w-1", "rank"]) and scored.loc["w-1", "priorities"] == "not_ranked"
    assert (scored.drop("w-1")["move"] == 0).all()
    assert "out of reach, so not scored" in whatif.trial_in_words(found)


def test_words_tell_rank_place_and_the_missing_area(towns: ModuleType, city: sites.BaseCity) -> None:
    found = _try(city, at=_at(towns, 700, 500), status="vacated", name="Depot")
    text = whatif.trial_in_words(found)
    rank = int(found.scores.set_index("site_id").loc["w-1", "rank"])
    assert f"rank {rank} of 5;" in text and "Depot (vacated, unspecified" in text
    assert "its area is not known" in text and "nan" not in text.lower()
    assert all(name in text for name in CRITERIA)
    assert not whatif.trial_warnings(found)


def test_warnings(towns: ModuleType, city: sites.BaseCity) -> None:
    (told,) = whatif.trial_warnings(_try(city, osm="way/6", status="vacated"))
    assert "converted already" in told
    (told,) = whatif.trial_warnings(_try(city, at=_at(towns, 120, 120), status="vacated"))
    assert "lies on h-w1" in told and "osm=h-w1" in told


def test_csv_for_people(towns: ModuleType, city: sites.BaseCity, tmp_path: Path) -> None:
    found = _try(city, at=_at(towns, 700, 500), status="vacated", name='Depot "A", west')
    pack.write_csv(found.candidates, tmp_path / "mine.csv")
    back = pd.read_csv(tmp_path / "mine.csv")
    assert back.loc[0, "name"] == 'Depot "A", west' and "geometry" not in back
    point = found.candidates.geometry.iloc[0]
    assert back.loc[0, ["lat", "lon"]].tolist() == pytest.approx([point.y, point.x], abs=1e-5)


# ---------------------------------------------------------------- many sites


def test_a_csv_of_sites(towns: ModuleType, city: sites.BaseCity, tmp_path: Path) -> None:
    lat, lon = _at(towns, 700, 500).split(",")
    file = tmp_path / "mine.csv"
    file.write_text(f"name,lat,lon,osm,status,area_m2\nDepot,{lat},{lon},,,900\n,,,way/5,in_use,\n", "utf-8")
    found = _try(city, sites=str(file), status="vacated")
    rows = found.candidates.set_index("site_id")
    assert rows["status"].to_dict() == {"w-1": "vacated", "h-w5": "in_use"}
    alone = _try(city, at=f"{lat},{lon}", status="vacated", area_m2=900).candidates.iloc[0]
    for name in CRITERIA:
        _same(rows.loc["w-1", name], alone[name])
    assert len(found.scores) == 6


def test_a_geojson_of_outlines(towns: ModuleType, city: sites.BaseCity, tmp_path: Path) -> None:
    file = tmp_path / "mine.geojson"
    gpd.GeoDataFrame(
        {"name": ["Yard", None], "class": ["warehouse", None]},
        geometry=[towns.to_degrees(_square(700, 510, 100)), towns.to_degrees(towns.at(300, 310))],
        crs=4326,
    ).to_file(file)
    found = _try(city, sites=str(file), status="brownfield").candidates
    assert found["name"].tolist() == ["Yard", ""]
    assert found["heritage_class"].tolist() == ["warehouse", "unspecified"]
    # a place alone has no area, so it counts as typical of its class
    typical = city.analysis.candidates.typical_of("unspecified")
    assert found["site_capacity"].tolist() == pytest.approx([10_000, typical], rel=1e-3)
    assert found["area_unknown"].tolist() == [False, True]
    assert found["area_m2"].isna().tolist() == [False, True]


# ---------------------------------------------------------------- wrong


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, ["one of at=, osm= and sites=", "none is given"]),
        ({"at": "1,2", "osm": "way/1"}, ["not at and osm together"]),
        ({"at": "21.04"}, ["at:", "latitude,longitude"]),
        ({"at": "121.4,31.2"}, ["latitude 121.4", "latitude stands first"]),
        ({"osm": 12}, ["osm:", "way/123"]),
        ({"osm": "way/1", "status": "vacatd"}, ["status:", "did you mean vacated?"]),
        ({"osm": "way/1", "stauts": "vacated"}, ["stauts", "did you mean status?"]),
        ({"osm": "way/1", "area_m2": 0}, ["area_m2", "greater than 0"]),
        ({"osm": "way/1", "confidence": 1.2}, ["confidence", "less than or equal to 1"]),
        ({"osm": "way/1", "out": "../base"}, ["out:", "small letters"]),
        ({"osm": "way/999"}, ["way/999", "neither", "at="]),
        ({"osm": "node/2"}, ["outside the study area of town"]),
        ({"osm": "way/1", "class_": "warehous"}, ["class:", "did you mean warehouse?"]),
        (
            {"osm": "way/6"},
            ["status: it is converted", "status=to_be_vacated or vacated or brownfield or not_known or in_use"],
        ),
        ({"osm": "way/7"}, ["status: it is lost"]),
        ({"at": "0.19,3.006"}, ["status: it is not known"]),
        ({"at": "1.5,3.0", "status": "in_use"}, ["outside the study area of town", "latitude 0.1"]),
        ({"at": "3.006,0.19", "status": "in_use"}, ["longitude first"]),
        ({"sites": "nowhere.csv"}, ["nowhere.csv", "no such file"]),
    ],
)
def test_a_wrong_wish_is_told_in_a_line(city: sites.BaseCity, asked: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(InputError) as told:
        _try(city, **asked)
    assert "\n" not in str(told.value)
    assert all(word in str(told.value) for word in words), str(told.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,lat,lon\n", ["holds no site"]),
        ("name,colour\nA,red\n", ["row 1: colour", "no such key"]),
        ("osm,status\nway/1,\nway/2,gone\n", ["row 2: status", "no such status"]),
        ("name,status\nA,in_use\n", ["row 1", "give one of at"]),
        ("osm\nway/1\nway/11\n", ["row 2", "way/11 (h-w1) again"]),
        ("lat,lon\n0.19,\n", ["row 1: at", "latitude,longitude"]),
    ],
)
def test_a_wrong_row_is_named(city: sites.BaseCity, tmp_path: Path, text: str, words: list[str]) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError) as told:
        _try(city, sites=str(file))
    assert "mine.csv" in str(told.value) and "\n" not in str(told.value)
    assert all(word in str(told.value) for word in words), str(told.value)


def test_no_city_is_told() -> None:
    with pytest.raises(InputError, match="city: this key is missing"):
        read_asked({"osm": "way/1"})


def test_the_keys_of_a_what_if_are_no_configuration() -> None:
    asked, config = split_asked({"city": "town", "osm": "way/1", "stauts": "x", "seed": 3, "cities": ["a"]})
    assert asked == {"city": "town", "osm": "way/1", "stauts": "x"}
    assert config == {"seed": 3, "cities": ["a"]}
    # without a what-if a wrong key is the configuration's to refuse
    assert split_asked({"sed": 3}) == ({}, {"sed": 3})


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (4.1e-05, "under 0.0001"), (0.25, "0.25"), (2_916_394.0, "2,916,394")]
)
def test_no_figure_on_the_terminal_is_written_in_powers_of_ten(value: float, text: str) -> None:
    assert whatif._figure(value) == text
