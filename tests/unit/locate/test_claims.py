"""Rows that are placed to their street claim the only industrial ground beside them, and nothing else."""

from __future__ import annotations

import pytest
import shapely

from creative_nodes.common import reproject
from creative_nodes.locate.claims import claim_grounds
from creative_nodes.locate.forming import Site
from creative_nodes.locate.grounds import Ground
from creative_nodes.locate.registry import Known

EPSG = 32648
EAST, NORTH = 588_000.0, 2_325_000.0


def _row(x: float, name: str = "Nhà máy Sao Vàng", **changes: str) -> Known:
    """Place a row x metres east of the western edge of the first ground, 50 m up."""
    at = reproject(shapely.Point(EAST + x, NORTH + 50), EPSG, 4326)
    given = {
        "registry_id": name,
        "name": name,
        "kind": "heritage",
        "heritage_class": "mill_factory",
        "source": "a book",
    }
    return Known.model_validate(
        {**given, "status": "vacated", "precision": "street", "lon": at.x, "lat": at.y, **changes}
    )


def _ground(number: int, x: float, name: str = "") -> Ground:
    return Ground(f"way/{number}", [f"way/{number}"], name, shapely.box(EAST + x, NORTH, EAST + x + 100, NORTH + 100))


def _claim(rows: list[Known], *grounds: Ground) -> tuple[list[str], list[Site]]:
    sites = [Site(f"w{one.osm_ids[0][4:]}", {}, one.geometry, osm_ids=one.osm_ids) for one in grounds]
    return claim_grounds(rows, grounds, sites, epsg=EPSG), sites


@pytest.mark.parametrize(("x", "claimed"), [(50, True), (-59, True), (-61, False)])
def test_a_ground_is_claimed_to_sixty_metres(x, claimed):
    found, (site,) = _claim([_row(x)], _ground(1, 0))
    assert bool(found) is claimed
    assert (site.known is not None) is claimed
    if claimed:
        assert site.match.how == "claim"
        assert site.match.distance_m == pytest.approx(max(0, -x), abs=0.1)


def test_between_two_grounds_nothing_is_claimed():
    assert _claim([_row(125)], _ground(1, 0), _ground(2, 150))[0] == []


@pytest.mark.parametrize(("name", "claimed"), [("", 1), ("Cao su Sao Vàng", 1), ("Nhà máy nước Yên Phụ", 0)])
def test_a_ground_of_another_name_is_another_works(name, claimed):
    assert len(_claim([_row(50)], _ground(1, 0, name))[0]) == claimed


@pytest.mark.parametrize("changes", [{"precision": "site"}, {"status": "lost"}])
def test_what_is_well_placed_or_gone_claims_nothing(changes):
    assert _claim([_row(50, **changes)], _ground(1, 0))[0] == []


def test_several_works_share_one_ground_each_as_a_site():
    rows = [_row(50), _row(70, "Nhà máy Xà phòng")]
    found, sites = _claim(rows, _ground(1, 0))
    assert found == ["Nhà máy Sao Vàng", "Nhà máy Xà phòng"]
    assert [site.key for site in sites] == ["w1", "r-Nhà máy Xà phòng"]
    assert [site.known.name for site in sites] == found
    assert sites[1].osm_ids == ["way/1"]
    assert shapely.equals(sites[0].geometry, sites[1].geometry)
