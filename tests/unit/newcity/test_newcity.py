"""A new city's file, with real servers on loopback: Geofabrik's index, Nominatim's answers, and their failures."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import pytest
import shapely
import yaml

from creative_nodes.common import InputError, read_yaml
from creative_nodes.common.cities import known_cities
from creative_nodes.common.geo import utm_epsg
from creative_nodes.newcity.asked import NEW_CITY_COMMAND, key_of, read_new_city, split_new_city
from creative_nodes.newcity.known import three_letters, utm_zone
from creative_nodes.newcity.write import begin_city
from creative_nodes.settings import load_config, load_settings

ROOT = Path(__file__).resolve().parents[3]
# how documents tell to begin a city
EXAMPLES = re.compile(r'new_city --config name="([^"]+)"|new-city NAME="([^"]+)"')


def extract(name, bounds, *, codes=(), path=None):
    found = {"id": name, "name": f" {name} ", "urls": {"pbf": f"https://files.example/{path or name}-latest.osm.pbf"}}
    if codes:
        found["iso3166-1:alpha2"] = list(codes)
    return {"type": "Feature", "properties": found, "geometry": shapely.geometry.mapping(shapely.box(*bounds))}


# nested as Geofabrik's are: a continent, countries, a part of one; and a feature that is no extract
INDEX = {
    "type": "FeatureCollection",
    "features": [
        extract("asia", (60, -10, 150, 60)),
        extract("vietnam", (102, 8, 110, 23.5), codes=["VN"], path="asia/vietnam"),
        extract("china", (73, 22, 135, 54), codes=["CN"], path="asia/china"),
        extract("laos", (100, 14, 105.9, 22.5), codes=["LA"], path="asia/laos"),
        extract("north", (105, 20, 107.5, 22), path="asia/vietnam/north"),
        {"type": "Feature", "properties": {"name": "nothing"}, "geometry": None},
    ],
}
HANOI = shapely.Point(105.84, 21.03).buffer(0.05)
NOMINATIM = [
    {"lat": "21", "lon": "105", "importance": 0.9, "display_name": "a point", "address": {"country_code": "fr"}},
    {
        **{"lat": "21.0283", "lon": "105.8540", "importance": 0.7, "display_name": "Hà Nội, Việt Nam"},
        **{"name": "Hanoi", "namedetails": {"name": "Hà Nội"}, "address": {"country_code": "vn"}},
        "geojson": shapely.geometry.mapping(HANOI),
    },
]


def answers(said):
    """Answer every question with this as JSON, or fail with this status."""

    def answer(handler, _):
        body = json.dumps(said).encode() if not isinstance(said, int) else b"no"
        handler.send_response(said if isinstance(said, int) else 200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture
def begin(serve, tmp_path):
    """Begin a city in a folder of its own; returns its file as text, as data, and what is to be filled."""
    (tmp_path / "config/cities").mkdir(parents=True)
    for name in ("hanoi", "shanghai"):
        (tmp_path / f"config/cities/{name}.yaml").write_bytes((ROOT / f"config/cities/{name}.yaml").read_bytes())

    def run(asked, *, index=INDEX, nominatim=NOMINATIM):
        run.index, run.nominatim = serve(answers(index)), serve(answers(nominatim))
        config = read_yaml(ROOT / "config/config.yaml")
        config["internet"] |= {"geofabrik_index": f"{run.index.url}/index-v1.json", "nominatim_url": run.nominatim.url}
        config["internet"]["second_s"] = 0.01
        run.config = load_config(config)
        run.said = []
        made = begin_city(
            read_new_city(asked), run.config, cache=tmp_path / "answers", root=tmp_path, report=run.said.append
        )
        text = made[0].read_text(encoding="utf-8")
        return text, yaml.safe_load(text), made[1]

    run.root = tmp_path
    return run


def settings_of(begin, city):
    """Read the city as a run does, with the project's taxonomies."""
    for name in ("taxonomy", "registry"):
        (begin.root / "config" / name).symlink_to(ROOT / "config" / name)
    return load_settings(begin.config, city, root=begin.root)


def test_a_city_from_its_name_alone(begin):
    _, said, to_fill = begin({"name": "Hanoi Now"} | {"place": "Hanoi, Vietnam"})
    assert (said["name"], said["local_name"], said["country"]) == ("Hanoi Now", "Hà Nội", "VN")
    assert said["languages"] == ["vi", "en"]
    assert said["boundary"] == {"place": "Hanoi, Vietnam"}
    assert said["epsg"] == 32648
    # of the continent, the country and its part, the part is the smallest that holds it
    assert said["source"] == {"kind": "geofabrik", "url": "https://files.example/asia/vietnam/north-latest.osm.pbf"}
    assert said["centre"] == [105.854, 21.0283]
    assert said["main_mode"] == "motorbike"
    assert said["people"]["raster"] == read_yaml(ROOT / "config/cities/hanoi.yaml")["people"]["raster"]
    assert "override" not in said and to_fill == []
    asked = parse_qs(urlsplit(begin.nominatim.paths[0]).query)
    assert asked["q"] == ["Hanoi, Vietnam"] and asked["addressdetails"] == ["1"]
    settings = settings_of(begin, "hanoi-now")
    assert settings.city.source.url == said["source"]["url"]


def test_servers_are_asked_once(begin):
    begin({"name": "One", "place": "Hanoi"})
    first = begin.index, begin.nominatim
    # the same addresses, so that the answers that were kept serve
    assert len(first[0].paths) == len(first[1].paths) == 1
    config = begin.config
    begin_city(
        read_new_city({"name": "Two", "place": "Hanoi"}),
        config,
        cache=begin.root / "answers",
        root=begin.root,
        report=print,
    )
    assert len(first[0].paths) == len(first[1].paths) == 1


def test_a_circle_around_a_place(begin):
    _, said, _ = begin({"name": "Hanoi Core", "place": "Hanoi", "radius_m": 6000})
    assert said["boundary"] == {"place": "Hanoi", "radius_m": 6000.0}


def test_a_box_asks_nobody_for_a_name(begin):
    text, said, to_fill = begin({"name": "Hộp Nhỏ", "box": "105.82,21.01,105.87,21.05"})
    assert said["boundary"] == {"bbox": [105.82, 21.01, 105.87, 21.05]}
    assert said["country"] == "VN" and begin.nominatim.paths == []
    assert (begin.root / "config/cities/hop-nho.yaml").is_file()
    assert any("its name as people there write it" in line for line in to_fill)
    # the extract of a neighbour reaches over the border
    assert any("extracts of VN and LA hold it, and it lies deepest in that of VN" in line for line in to_fill)
    assert "# centre: [105.8450, 21.0300]" in text and "105.852" not in text  # its own middle, not that of Hanoi
    assert "23 km²" in text  # 0.05 degrees by 0.04 at 21° north: 5.19 km by 4.43 km


def test_a_country_that_the_city_does_not_lie_in_is_to_be_looked_at(begin):
    for asked in ({"name": "Boxed", "box": "105.82,21.01,105.87,21.05"}, {"name": "Named", "place": "Hanoi"}):
        _, said, to_fill = begin(asked | {"country": "SG"})
        assert said["country"] == "SG"
        told = [line for line in to_fill if "SG was asked for, but its centre lies in VN" in line]
        assert len(told) == 1 and "look whether it is right" in told[0]
    # a neighbour whose extract holds it too is none
    assert not any("asked for" in line for line in begin(asked | {"name": "B", "country": "VN"})[2])


def test_a_country_that_nothing_at_hand_can_confirm_is_to_be_looked_at(begin):
    """A box in the sea, or no network."""
    drawn = {"name": "At Sea", "box": "105.82,21.01,105.87,21.05", "country": "VN"}
    far = {"name": "Far Out", "box": "-30.0,0.0,-29.9,0.1", "country": "VN"}
    for asked, servers in ((drawn, {"index": 503}), (far, {})):
        _, said, to_fill = begin(asked, **servers)
        assert said["country"] == "VN"
        assert (
            sum("look whether it is right; nothing was at hand that tells what lies there" in one for one in to_fill)
            == 1
        )


def test_at_the_edge_of_an_extract_the_larger_one_holds_what_is_read_around(begin):
    # the box lies in the part, the 2 km around it do not
    _, said, _ = begin({"name": "Edge", "box": "107.45,21.01,107.49,21.05"})
    assert said["source"]["url"].endswith("asia/vietnam-latest.osm.pbf")


def test_a_polygon_file(begin):
    gpd.GeoDataFrame(geometry=[HANOI], crs=4326).to_file(begin.root / "area.geojson")
    _, said, _ = begin({"name": "Polygon Town", "polygon": "area.geojson", "main_mode": "transit"})
    assert said["boundary"] == {"polygon": "area.geojson"} and said["country"] == "VN"
    assert said["main_mode"] == "transit"
    with pytest.raises(InputError, match="no such file"):
        begin({"name": "Nowhere", "polygon": "none.geojson"})
    assert not (begin.root / "config/cities/nowhere.yaml").exists()


def test_a_country_without_speeds_takes_the_nearest_and_keeps_them_to_itself(begin):
    _, said, to_fill = begin({"name": "Vientiane", "box": "102.55,17.93,102.68,18.02", "country": "la"})
    assert said["country"] == "LA" and said["languages"][0] == "lo"
    speeds = begin.config.travel.speeds_kmh
    assert said["override"]["travel"]["speeds_kmh"] == {"LA": speeds["VN"]}  # the nearest
    older = said["override"]["scenarios"]["older_walkers"]["override"]["travel"]["speeds_kmh"]
    assert older == {"LA": {"walk": {"steps": 1.7, "default": 3.4}}}
    assert any("no table of speeds for LA" in line for line in to_fill)
    assert "/LAO/v1/" in said["people"]["raster"]["url"]
    settings = settings_of(begin, "vientiane")
    assert settings.analysis.travel.speeds_kmh == {"LA": speeds["VN"]}
    # no other city is made anew
    assert load_settings(begin.config, "hanoi", root=begin.root).analysis.travel.speeds_kmh == {"VN": speeds["VN"]}


def test_without_servers_the_file_says_what_to_fill(begin):
    text, said, _ = begin({"name": "Haiphong"}, index=503, nominatim=503)
    assert said["boundary"] == {"place": "Haiphong"} and said["source"] == {"kind": "overpass"}
    assert "country" not in said and "people" not in said
    assert "# country: VN" in text and "# people: {total:" in text
    told = " ".join(text.replace("\n# ", " ").split())
    assert "Nominatim could not be asked" in told and "answered 503" in told
    assert "no extract was found" in told and "Overpass serves until" in told
    assert len(begin.index.paths) == len(begin.nominatim.paths) == 3  # and not for an hour
    # filled in by hand it is a city
    path = begin.root / "config/cities/haiphong.yaml"
    path.write_text(text.replace("# country: VN", "country: VN"), encoding="utf-8")
    assert settings_of(begin, "haiphong").city.country == "VN"


def test_an_index_that_is_none_is_said(begin):
    text, said, _ = begin({"name": "Box", "box": "105.82,21.01,105.87,21.05", "country": "VN"}, index={"hello": 1})
    assert said["source"] == {"kind": "overpass"} and "is not Geofabrik's index" in text.replace("\n# ", " ")
    text, said, _ = begin({"name": "Sea", "box": "-30,0,-29.9,0.1", "country": "GA"})
    assert said["source"] == {"kind": "overpass"} and "no extract of Geofabrik holds" in text.replace("\n# ", " ")


def test_nothing_is_written_over(begin):
    before = (begin.root / "config/cities/hanoi.yaml").read_bytes()
    with pytest.raises(InputError, match=r"config/cities/hanoi\.yaml: is there already"):
        begin({"name": "Hanoi"})
    assert (begin.root / "config/cities/hanoi.yaml").read_bytes() == before
    assert not list((begin.root / "config/cities").glob(".*"))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "name: this key is missing"),
        ({"name": "A", "bocks": "1"}, "bocks: no such key; there are name, key, country"),
        ({"nmae": "Vinh"}, r"nmae: no such key; did you mean name\?"),
        ({"name": "A", "box": "1,2,3"}, "box: must be west,south,east,north"),
        ({"name": "A", "box": [1, 2, 3]}, "box: must be west,south,east,north"),
        ({"name": "A", "box": 5}, "box: must be west,south,east,north"),
        ({"name": "A", "box": "3,2,1,4"}, r"west < east and south < north, got \(3\.0, 2\.0, 1\.0, 4\.0\)$"),
        ({"name": "A", "box": "1,2,3,4", "place": "B"}, "not place and box together"),
        ({"name": "河内"}, "give one, such as key"),
        ({"name": "All"}, "are taken"),
        ({"name": "A", "key": "../x"}, "name the city in small letters"),
        ({"name": "A", "country": "Vietnam"}, "country"),
        ({"name": "A", "main_mode": "boat"}, "main_mode"),
    ],
)
def test_what_is_asked_is_checked(begin, asked, words):
    with pytest.raises(InputError, match=words):
        begin(asked)
    assert sorted(path.name for path in (begin.root / "config/cities").iterdir()) == ["hanoi.yaml", "shanghai.yaml"]


def test_keys_zones_and_codes():
    assert (
        key_of("Đà Nẵng") == "da-nang" and key_of("São Paulo (centro)") == "sao-paulo-centro" and key_of("上海") == ""
    )
    for lon, lat in ((105.85, 21.03), (-46.6, -23.5), (18.07, 59.33)):
        assert utm_zone(shapely.box(lon, lat, lon + 0.01, lat + 0.01)) == utm_epsg(lon, lat)
    # ISO 3166-1, also of countries whose withdrawn codes stand beside
    codes = {"VN": "VNM", "CN": "CHN", "DE": "DEU", "MM": "MMR", "CD": "COD", "FR": "FRA", "TL": "TLS", "YE": "YEM"}
    assert {two: three_letters(two) for two in codes} == codes
    asked, config = split_new_city({"name": "A", "seed": 1, "box": "x"})
    assert asked == {"name": "A", "box": "x"} and config == {"seed": 1}


def test_the_examples_of_the_documents_begin_a_city_that_is_not_shipped():
    # the example of the README was a row of the shipped table of Viet Nam's centres, and so refused
    documents = [*(ROOT / name for name in ("README.md", "Makefile", "config/README.md")), *ROOT.glob("docs/*.md")]
    text = "\n".join([*(path.read_text(encoding="utf-8") for path in documents), NEW_CITY_COMMAND])
    names = {name for pair in EXAMPLES.findall(text) for name in pair if name}
    assert names
    assert not {key_of(name) for name in names} & set(known_cities(root=ROOT))
