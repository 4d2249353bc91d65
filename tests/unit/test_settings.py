"""Settings: what ships loads, and a mistake is answered with the file, the key and the way out."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from creative_nodes.common.cities import known_cities
from creative_nodes.common.errors import InputError
from creative_nodes.common.settings import restore
from creative_nodes.common.words import CRITERION_GROUPS
from creative_nodes.pull.settings import Boundary
from creative_nodes.reach.settings import Reach
from creative_nodes.settings import load_config, load_settings, pick, wanted_downloads

ROOT = Path(__file__).resolve().parents[2]
CITIES = sorted(path.stem for path in (ROOT / "config" / "cities").glob("*.yaml"))


def criteria_of_the_method() -> set[str]:
    """Read the keys off the table of criteria that readers are given."""
    told = (ROOT / "docs" / "METHOD.md").read_text(encoding="utf-8").split("## Criteria of a candidate", 1)[1]
    return set(re.findall(r"^\| `(\w+)` \|", told.split("\n## ", 1)[0], flags=re.MULTILINE))


CRITERIA = criteria_of_the_method()


@pytest.fixture
def data() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def city() -> dict[str, Any]:
    """A city file that is right, to spoil."""
    return {
        "name": "Trial",
        "local_name": "Thử",
        "country": "VN",
        "boundary": {"bbox": [105.8, 21.0, 105.9, 21.1]},
        "source": {"kind": "extract", "file": "trial.osm.pbf"},
    }


@pytest.fixture
def load(tmp_path, data):
    """Write a city file into a project of its own and load it."""

    def write(city, name="trial", main=data):
        folder = tmp_path / "config" / "cities"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(city, allow_unicode=True), encoding="utf-8")
        return load_settings(load_config(main), name, root=tmp_path)

    return write


def put(data, dotted, value):
    """Return a copy of the mapping with one key changed."""
    changed = copy.deepcopy(data)
    inner = changed
    *path, last = dotted.split(".")
    for part in path:
        inner = inner[part]
    inner[last] = value
    return changed


def message(call, *arguments, **named) -> str:
    with pytest.raises(InputError) as caught:
        call(*arguments, **named)
    return str(caught.value)


# ---------------------------------------------------------------- what ships


def test_shipped_config_loads_with_the_values_of_the_method(data):
    config = load_config(data)
    assert set(config.cities) == {"hanoi", "hcmc", "shanghai"}
    assert config.reach.exchange_decay_per_m == 0.016
    assert config.reach.neighbourhood_half_life_m == 302
    assert (config.reach.walk_minutes, config.reach.ride_minutes) == (15, 30)
    assert (config.clusters.eps_m, config.clusters.min_spaces, config.clusters.simulations) == (300, 4, 199)
    assert config.clusters.max_p_value == 0.05
    assert config.network.link_minutes == 15
    assert config.score.draws == 10_000
    at = config.score.anchors
    assert (at.benefit_low, at.benefit_high, at.cost_best, at.cost_worst) == (0.10, 0.99, 0.01, 0.90)
    assert (at.exchange_spaces, at.capacity_low_m2, at.capacity_high_m2) == (1, 500, 100_000)
    assert set(config.score.weights) == CRITERIA
    assert sum(config.score.weights.values()) == pytest.approx(1)
    readiness = config.candidates.readiness
    assert readiness["to_be_vacated"] == readiness["vacated"] > readiness["brownfield"]
    assert readiness["brownfield"] > readiness["not_known"] > readiness["in_use"]
    assert set(config.travel.modes) == {"walk", "bike", "motorbike", "car"}
    assert not config.travel.modes["walk"].oneway
    assert all(config.travel.modes[mode].oneway for mode in ("bike", "motorbike", "car"))


def test_every_criterion_of_the_method_stands_in_one_group():
    grouped = [name for names in CRITERION_GROUPS.values() for name in names]
    assert set(CRITERION_GROUPS) == {"people", "spillover", "network", "site"}
    assert sorted(grouped) == sorted(CRITERIA)


@pytest.mark.parametrize("key", CITIES)
def test_shipped_city_loads_and_its_files_are_there(data, key):
    settings = load_settings(load_config(data), key, root=ROOT)
    assert settings.key == key
    assert settings.city.registry is not None
    assert (ROOT / settings.city.registry).is_file()
    for file in (
        settings.analysis.locate.heritage_taxonomy,
        settings.analysis.locate.creative_taxonomy,
        settings.analysis.locate.amenity_taxonomy,
    ):
        assert (ROOT / file).is_file()
    assert settings.city.fictional == (key == "sample")


def test_the_cities_of_a_full_run_have_files(data):
    assert set(data["cities"]) <= set(CITIES)


def test_sample_overrides_the_buffer_and_how_many_worlds_and_nothing_else(data):
    config = load_config(data)
    sample = load_settings(config, "sample", root=ROOT).analysis.model_dump()
    assert (sample["edge_buffer_m"], sample["doubt"]["worlds"]) == (500, 100)
    sample["doubt"]["worlds"] = 250
    assert {**sample, "edge_buffer_m": 2000} == load_settings(config, "hcmc", root=ROOT).analysis.model_dump()


# ---------------------------------------------------------------- mistakes in config.yaml


@pytest.mark.parametrize(
    ("section", "wrong", "nearest"),
    [
        ("", "edge_bufer_m", "edge_buffer_m"),
        ("reach.", "walk_minute", "walk_minutes"),
        ("clusters.", "eps", "eps_m"),
        ("travel.modes.walk.", "exclude_highways", "exclude_highway"),
    ],
)
def test_an_unknown_key_is_answered_with_the_nearest(data, section, wrong, nearest):
    said = message(load_config, put(data, section + wrong, 1))
    assert "config/config.yaml" in said
    assert section + wrong in said
    assert f"did you mean {nearest}?" in said


def test_an_unknown_key_near_nothing_points_to_the_reference(data):
    assert "config/README.md" in message(load_config, {**data, "xyzzy": 1})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("edge_buffer_m", "far"),
        ("edge_buffer_m", -5),
        ("edge_buffer_m", float("nan")),
        ("seed", 1.5),
        ("clusters.min_spaces", 1),
        ("locate.registry_match_score", 1.2),
        ("report.online_tiles", "perhaps"),
        ("internet.patience_minutes", 0),
        ("internet.largest_gb", float("inf")),
        ("internet.second_s", 2),
        ("internet.contct", "https://x.org"),
        ("cities", []),
        ("cities", ["Hà Nội"]),
        ("candidates.readiness.converted", 0.5),
    ],
)
def test_a_wrong_value_names_file_and_key(data, key, value):
    said = message(load_config, put(data, key, value))
    assert "config/config.yaml" in said
    assert key in said


def test_a_wrong_type_shows_what_was_given(data):
    assert "'far'" in message(load_config, put(data, "reach.walk_minutes", "far"))


def test_every_fault_is_said_at_once(data):
    said = message(load_config, put(put(data, "seed", -1), "reach.walk_minutes", "far"))
    assert "seed" in said
    assert "reach.walk_minutes" in said


def test_a_missing_key_is_named(data):
    del data["reach"]
    said = message(load_config, data)
    assert "reach" in said
    assert "missing" in said


def test_another_file_name_stands_in_the_error(data):
    assert message(load_config, put(data, "seed", -1), where="mine.yaml").startswith("mine.yaml")


def test_weights_must_sum_to_one(data):
    said = message(load_config, put(data, "score.weights.network_gain", 0.35))
    assert "score" in said
    assert "sum to 1.1" in said


def test_weights_may_differ_from_one_by_rounding(data):
    weights = dict.fromkeys(CRITERIA, 1 / len(CRITERIA))
    assert set(load_config(put(data, "score.weights", weights)).score.weights) == CRITERIA


def test_a_missing_weight_is_named(data):
    del data["score"]["weights"]["network_gain"]
    assert "network_gain" in message(load_config, data)


def test_a_weight_of_an_unknown_criterion_is_named(data):
    assert "residents_wlk" in message(load_config, put(data, "score.weights.residents_wlk", 0.0))


def test_a_negative_weight_is_refused(data):
    weights = {**data["score"]["weights"], "network_gain": -0.05, "exchange": 0.3}
    assert "network_gain" in message(load_config, put(data, "score.weights", weights))


def test_a_speed_table_without_default_is_refused(data):
    said = message(load_config, put(data, "travel.speeds_kmh.VN.car", {"primary": 20}))
    assert "VN" in said
    assert "car" in said
    assert "default" in said


def test_parts_of_heritage_value_sum_to_one(data):
    assert "heritage_age" in message(load_config, put(data, "candidates.heritage_age", 0.25))


def test_anchors_in_order(data):
    said = message(load_config, put(data, "score.anchors.benefit_low", 0.995))
    assert "score.anchors.benefit_low must be below score.anchors.benefit_high" in said


# ---------------------------------------------------------------- mistakes in a city file


@pytest.mark.parametrize(
    "bbox",
    [
        [105.9, 21.0, 105.8, 21.1],  # east and west changed round
        [105.8, 21.1, 105.9, 21.0],  # north and south changed round
        [21.0, 105.8, 21.1, 105.9],  # latitude first
        [105.8, 21.0, 105.8, 21.1],  # no width
        [105.8, 21.0, 105.9],
    ],
)
def test_a_bbox_in_the_wrong_order_is_refused(load, city, bbox):
    said = message(load, put(city, "boundary.bbox", bbox))
    assert "config/cities/trial.yaml" in said
    assert "bbox" in said


def test_a_bbox_error_says_the_order(load, city):
    assert "west, south, east, north" in message(load, put(city, "boundary.bbox", [105.9, 21.0, 105.8, 21.1]))


@pytest.mark.parametrize("boundary", [{}, {"relation": 1, "place": "Hanoi"}, {"relation": None}])
def test_a_boundary_is_exactly_one_thing(load, city, boundary):
    said = message(load, {**city, "boundary": boundary})
    assert "boundary" in said
    assert "exactly one" in said


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ({"kind": "extract"}, "source.file"),
        ({"kind": "geofabrik"}, "source.url"),
        ({"kind": "geofabrik", "url": "download.geofabrik.de/asia.osm.pbf"}, "http"),
        ({"kind": "geofabrik", "url": "file:///etc/asia.osm.pbf"}, "http"),
        ({"kind": "planet", "url": "https://x"}, "source.kind"),
    ],
)
def test_a_source_has_what_it_needs(load, city, source, word):
    assert word in message(load, {**city, "source": source})


@pytest.mark.parametrize("epsg", [4326, 4756, 4978, 2277, 999999])
def test_a_crs_not_projected_in_metres_is_refused(load, city, epsg):
    said = message(load, {**city, "epsg": epsg})
    assert "epsg" in said
    assert str(epsg) in said


@pytest.mark.parametrize("epsg", [3405, 32648, 32651, None])
def test_a_metric_crs_is_taken(load, city, epsg):
    assert load({**city, "epsg": epsg}).city.epsg == epsg


@pytest.mark.parametrize("country", ["Vietnam", "vn", "V"])
def test_a_country_is_two_capital_letters(load, city, country):
    assert "country" in message(load, {**city, "country": country})


def test_a_country_without_speeds_is_refused(load, city):
    said = message(load, {**city, "country": "FR"})
    assert "FR" in said
    assert "speeds_kmh" in said
    assert "VN" in said


@pytest.mark.parametrize("raster", [{"year": 2020, "source": "x"}, {"file": "x.tif", "source": "x"}])
def test_a_raster_has_a_place_and_a_year(load, city, raster):
    assert "raster" in message(load, {**city, "people": {"raster": raster}})


def test_an_unknown_city_key_is_answered_with_the_nearest(load, city):
    said = message(load, {**city, "main_mod": "car"})
    assert "main_mod" in said
    assert "did you mean main_mode?" in said


def test_an_unknown_city_is_answered_with_the_nearest(data):
    assert "did you mean hanoi?" in message(load_settings, load_config(data), "hanio", root=ROOT)


def test_an_unknown_city_near_none_gets_the_list(data):
    said = message(load_settings, load_config(data), "zzz", root=ROOT)
    assert all(key in said for key in CITIES)


@pytest.mark.parametrize("text", ["name: [", "- a list", ""])
def test_a_city_file_that_is_no_mapping_is_named(tmp_path, data, text):
    folder = tmp_path / "config" / "cities"
    folder.mkdir(parents=True)
    (folder / "trial.yaml").write_text(text)
    assert "trial.yaml" in message(load_settings, load_config(data), "trial", root=tmp_path)


# ---------------------------------------------------------------- override


def test_an_override_merges_deeply(load, city, data):
    over = {"reach": {"walk_minutes": 10}, "travel": {"speeds_kmh": {"VN": {"walk": {"default": 4.0}}}}}
    analysis = load({**city, "override": over}).analysis
    expected = put(put(data, "reach.walk_minutes", 10), "travel.speeds_kmh.VN.walk.default", 4.0)
    assert analysis.reach.walk_minutes == 10
    assert analysis.model_dump() == load({**city}, "other", expected).analysis.model_dump()
    assert analysis.travel.speeds_kmh["VN"]["car"]["primary"] == data["travel"]["speeds_kmh"]["VN"]["car"]["primary"]


def test_speeds_of_other_countries_are_no_settings_of_a_city(load, city, data):
    elsewhere = {"travel": {"speeds_kmh": {"CN": {"walk": {"default": 3.0}}}, "peak_factor": {"CN": {"car": 2.0}}}}
    other = put(data, "scenarios.older_walkers.override.travel", elsewhere["travel"])
    here = put(data, "scenarios.older_walkers.override.travel", {"speeds_kmh": {}, "peak_factor": {}})
    own = load({**city, "override": elsewhere}, "one", other)
    assert set(own.analysis.travel.speeds_kmh) == {"VN"}
    assert own.analysis.model_dump() == load({**city}, "two", here).analysis.model_dump()


def test_an_override_of_one_city_does_not_reach_another(tmp_path, data, city):
    config = load_config(data)
    folder = tmp_path / "config" / "cities"
    folder.mkdir(parents=True)
    over = {"travel": {"speeds_kmh": {"VN": {"walk": {"default": 1.0}}}}, "score": {"weights": {"network_gain": 0.25}}}
    (folder / "one.yaml").write_text(yaml.safe_dump({**city, "override": over}))
    (folder / "two.yaml").write_text(yaml.safe_dump(city))
    assert load_settings(config, "one", root=tmp_path).analysis.travel.speeds_kmh["VN"]["walk"]["default"] == 1.0
    assert load_settings(config, "two", root=tmp_path).analysis.travel.speeds_kmh["VN"]["walk"]["default"] == 4.8


@pytest.mark.parametrize(
    ("over", "word"),
    [
        ({"reach": {"walk_minute": 10}}, "did you mean walk_minutes?"),
        ({"score": {"weights": {"network_gain": 0.5}}}, "sum to 1"),
        ({"reach": {"walk_minutes": "ten"}}, "reach.walk_minutes"),
        ({"cities": ["hanoi"]}, "cities"),
    ],
)
def test_an_override_is_checked(load, city, over, word):
    said = message(load, {**city, "override": over})
    assert word in said
    assert "config/cities/trial.yaml" in said
    assert "override" in said


# ---------------------------------------------------------------- pick and restore


def test_pick_depends_on_its_keys_only(load, city, data):
    weights = {**data["score"]["weights"], "network_gain": 0.05, "exchange": 0.26}
    before, after = load(city), load(city, "trial", put(data, "score.weights", weights))
    assert pick(before, "analysis.reach") == pick(after, "analysis.reach")
    assert pick(before, "city", "analysis.travel", "analysis.locate") == pick(
        after, "city", "analysis.travel", "analysis.locate"
    )
    assert pick(before, "analysis.score") != pick(after, "analysis.score")


def test_pick_does_not_depend_on_the_order_in_the_file(load, city, data):
    turned = dict(reversed(data.items()))
    turned["reach"] = dict(reversed(data["reach"].items()))
    turned["score"] = {**data["score"], "weights": dict(reversed(data["score"]["weights"].items()))}
    one, other = load(city), load(city, "trial", turned)
    assert pick(one, "analysis.reach", "analysis.score") == pick(other, "analysis.score", "analysis.reach")


def test_pick_round_trips(load, city):
    settings = load(city)
    text = pick(settings, "analysis.reach", "city.boundary", "city.local_name")
    assert set(json.loads(text)) == {"analysis.reach", "city.boundary", "city.local_name"}
    assert "Thử" in text
    assert restore(text, "analysis.reach", Reach) == settings.analysis.reach
    assert restore(text, "city.boundary", Boundary) == settings.city.boundary
    assert restore(text, "city.boundary", Boundary).bbox == (105.8, 21.0, 105.9, 21.1)


# ---------------------------------------------------------------- public transport

FEED = {"file": "feed.zip", "date": "2018-05-16", "source": "someone"}


def test_a_feed_is_found_as_a_file_or_as_a_folder(tmp_path):
    from creative_nodes.streets.settings import Gtfs, find_gtfs

    feed = Gtfs.model_validate(FEED)
    assert find_gtfs(None, [tmp_path], where="x") == []
    with pytest.raises(InputError, match=r"^city\.yaml: gtfs\.file: feed\.zip is not in .*GTFS.*required: false"):
        find_gtfs(feed, [tmp_path], where="city.yaml")
    assert find_gtfs(feed.model_copy(update={"required": False}), [tmp_path], where="city.yaml") == []
    (tmp_path / "feed.zip").write_bytes(b"")
    assert find_gtfs(feed, [tmp_path / "other", tmp_path], where="x") == [tmp_path / "feed.zip"]
    folder = tmp_path / "feed"
    folder.mkdir()
    as_folder = Gtfs.model_validate({**FEED, "file": "feed"})
    with pytest.raises(InputError, match=r"holds no \.txt file"):
        find_gtfs(as_folder, [tmp_path], where="x")
    for name in ("trips.txt", "stops.txt", "notes.pdf"):
        (folder / name).write_bytes(b"")
    assert find_gtfs(as_folder, [tmp_path], where="x") == [folder / "stops.txt", folder / "trips.txt"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"speed_kmh": {"subway": 33}}, "transit.speed_kmh must name the same kinds"),
        ({"rapid": ["train"]}, r"transit.rapid names \['train'\]"),
        ({"detour": {"subway": 0.9}}, "greater than or equal to 1"),
    ],
)
def test_transit_kinds_must_agree(change, said):
    from pathlib import Path

    import yaml

    from creative_nodes.streets.settings import Transit

    root = Path(__file__).resolve().parents[2]
    whole = yaml.safe_load((root / "config" / "config.yaml").read_text(encoding="utf-8"))["transit"]
    with pytest.raises(ValueError, match=said):
        Transit.model_validate({**whole, **change})


@pytest.mark.parametrize("url", [None, "http://tiles.example/{z}/{x}/{y}.png", "https://tiles.example/tiles.png"])
def test_online_tiles_need_a_server_of_their_own(data, url):
    data["report"].update(online_tiles=True, tiles_url=url)
    assert "online_tiles needs tiles_url" in message(load_config, data)


def test_what_cities_may_have_to_download(data):
    wanted, internet = wanted_downloads({**data, "at": "a key of a what-if"}, cities=["hanoi", "shanghai"], root=ROOT)
    found = {one.url.rpartition("/")[2]: one for one in wanted.values()}
    assert set(found) == {
        "vietnam-latest.osm.pbf",
        "shanghai-latest.osm.pbf",
        "vnm_pop_2025_CN_1km_R2025A_UA_v1.tif",
        "chn_pop_2025_CN_1km_R2025A_UA_v1.tif",
    }
    assert all(len(one.mirrors) == 2 for name, one in found.items() if name.endswith(".pbf"))
    # the raster of 2020 where that of 2025 is not to be had
    older = found["chn_pop_2025_CN_1km_R2025A_UA_v1.tif"].instead
    assert older.url.endswith("/2020/CHN/chn_ppp_2020_1km_Aggregated_UNadj.tif")
    assert internet.patience_minutes == 60


# ---------------------------------------------------------------- what is readable and meant otherwise


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("score.draws", 10**12), ("people_grid.cell_m", 0.001), ("isochrones.cell_m", 0.001), ("edge_buffer_m", 1e9)),
        *(("clusters.simulations", 10**9), ("reference.places", 10**9), ("backtest.bootstrap", 10**9)),
        *(("score.sobol_samples", 2**40), ("portfolio.k", 10**6), ("travel.entrance_spacing_m", 1e-6)),
        *(("reach.walk_minutes", 1e6), ("clusters.colocation_step_m", 1e-9), ("travel.ferry_wait_minutes", 1e9)),
        *(("seed", True), ("reach.walk_minutes", True), ("locate.heritage_taxonomy", False)),
        ("travel.speeds_kmh.VN.walk.default", 1e9),
        ("travel.speeds_kmh.VN.car.residental", 18),
        ("travel.speeds_kmh.vn", {"walk": {"default": 4}}),
        ("transit.headway_minutes.bus", 1e9),
    ],
)
def test_what_would_never_end_or_is_a_slip_is_refused_with_its_key(data, key, value):
    said = message(load_config, put(data, key, value))
    assert "config/config.yaml" in said
    assert key in said
    assert len(said.splitlines()) == 1


def test_an_unknown_highway_class_is_answered_with_the_nearest(data):
    assert "did you mean residential?" in message(load_config, put(data, "travel.speeds_kmh.VN.car.residental", 18))


@pytest.mark.parametrize("table", ["portfolio.cost_per_m2", "candidates.typical_area_m2"])
def test_an_unknown_class_in_a_figure_by_class_is_answered_with_the_nearest(data, table):
    config = load_config(put(data, f"{table}.warehose", 200))
    said = message(load_settings, config, "hanoi", root=ROOT)
    assert f"{table}.warehose" in said and "did you mean warehouse?" in said


def test_typical_areas_need_one_for_every_other_class(data):
    said = message(load_config, put(data, "candidates.typical_area_m2", {"warehouse": 200}))
    assert "candidates.typical_area_m2 needs a default" in said


@pytest.mark.parametrize("bbox", [[-180, -90, 180, 90], [100, 10, 106, 11]])
def test_a_box_wider_than_any_city_is_refused(load, city, bbox):
    assert "more than any city" in message(load, put(city, "boundary.bbox", bbox))


CITY_TEXT = (ROOT / "config" / "cities" / "hanoi.yaml").read_text(encoding="utf-8")


def read_city(tmp_path, data, content):
    folder = tmp_path / "config" / "cities"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "trial.yaml").write_bytes(content)
    return load_settings(load_config(data), "trial", root=tmp_path)


def test_a_byte_order_mark_is_read(tmp_path, data):
    assert read_city(tmp_path, data, CITY_TEXT.encode("utf-8-sig")).city.local_name == "Hà Nội"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (CITY_TEXT.encode("utf-16"), "is not UTF-8"),
        (CITY_TEXT.replace("à", "a").replace("ộ", "o").replace("#", "# \u00e9").encode("latin-1"), "is not UTF-8"),
        ((CITY_TEXT + "country: CN\n").encode(), "country stands twice"),
        (CITY_TEXT.replace("country: VN", "country: NO").encode(), "no table for NO"),
        (CITY_TEXT.replace("main_mode: motorbike", "main_mode: yes").encode(), "main_mode"),
        (b"name: " + b"[" * 5000, "not valid YAML"),
        (
            b"a: &a [x, x, x, x, x, x, x, x]\n"
            + b"".join(b"%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c]\n" % (c + 1, c + 1, *[c] * 6) for c in range(97, 110)),
            "more than 100,000 values",
        ),
        (b"a: &a [*a]\n", "trial.yaml"),
        (b"\x00\x01", "not valid YAML"),
        (b"? [a, b]\n: c\n", "not valid YAML"),
        (b"name: 2026-13-45\n", "not valid YAML"),
    ],
)
def test_an_odd_city_file_ends_in_a_sentence_that_names_it(tmp_path, data, content, said):
    told = message(read_city, tmp_path, data, content)
    assert "trial.yaml" in told and said in told


def test_a_flag_is_no_number(load, city, tmp_path, data):
    """YAML 1.1 reads yes as true, and pydantic true as 1."""
    total = {"residents": True, "year": 2020, "source": "x"}
    assert "people.total.residents" in message(load, {**city, "people": {"total": total}})
    content = CITY_TEXT.replace("people:\n", "people:\n  total: {residents: yes, year: 2020, source: x}\n", 1)
    assert "people.total.residents" in message(read_city, tmp_path, data, content.encode())


def test_a_folder_is_no_city_file(tmp_path, data):
    (tmp_path / "config" / "cities" / "trial.yaml").mkdir(parents=True)
    assert "trial.yaml" in message(load_settings, load_config(data), "trial", root=tmp_path)


@pytest.mark.parametrize("name", ["Hà Nội.yaml", "my city.yaml", "Hanoi.yaml", "hanoi.yml", "a.b.yaml", "index.yaml"])
def test_an_odd_file_name_is_refused(tmp_path, name):
    folder = tmp_path / "config" / "cities"
    folder.mkdir(parents=True)
    (folder / "town.yaml").write_text("name: x")
    (folder / ".#town.yaml").write_text("an editor's own")
    assert known_cities(root=tmp_path) == ["town"]
    (folder / name).write_text("name: x")
    said = message(known_cities, root=tmp_path)
    assert name in said and "small letters" in said
