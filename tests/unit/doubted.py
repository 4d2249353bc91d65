"""A drawn town that is doubted, and the rules for it; the tests only read it."""

from functools import cache
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from creative_nodes.doubt.gather import DoubtedCity, DoubtRules
from creative_nodes.doubt.settings import Doubt
from creative_nodes.reach import measure as reach
from creative_nodes.reach.reference import PositionRules, measure_reference
from creative_nodes.score.against import scales_by

DOUBT = Doubt.model_validate({"worlds": 20, "weightings": 3, "places": 50})
# nothing is drawn, so that one world is as the other
STILL = DOUBT.still().model_copy(update={"worlds": 4})


@cache
def city_of(towns: ModuleType) -> DoubtedCity:
    """Draw a town of 25 by 15 streets; its spaces lie in the west, and one of its nine sites meets no street."""
    rng, config = np.random.default_rng(7), towns.config()

    def spots(n: int, east: float = 2880) -> Any:
        return [towns.at(*xy) for xy in zip(rng.uniform(0, east, n), rng.uniform(0, 1680, n), strict=True)]

    tiers, domains = ("core", "intermediate", "supporting"), ("books", "film", "music")
    creative = [
        {"geometry": xy, "tier": tiers[k % 3], "domain": domains[k % 3]} for k, xy in enumerate(spots(22, 1200))
    ]
    world = reach.World(
        creative=towns.spaces(*creative),
        amenities=towns.amenities(*({"geometry": xy} for xy in spots(30))),
        people=towns.people(*({"geometry": xy, "residents": 10.0 * (k % 5)} for k, xy in enumerate(spots(150)))),
        stations=towns.stations({"geometry": towns.at(1000, 500), "rapid": True}),
    )
    # one stands 300 m from any street
    places = [*spots(8), towns.at(3190, 800)]
    sites = towns.sites(
        *(
            {"geometry": xy, "confidence": (0.7, 0.85, 1.0)[k % 3], "start_year": (1900, None)[k % 2]}
            for k, xy in enumerate(places)
        )
    )
    sites["area_m2"] = [2_000.0, np.nan, 50_000.0] * 3
    streets = towns.grid(25, 15, 120.0)
    area = towns.to_degrees(shapely.box(-50, -50, 2930, 1730))
    rules = PositionRules(config.reach, config.network, "motorbike", 500.0)
    reference = measure_reference(area, world, streets, rules, places=120, h3_resolution=8, seed=1)
    measured = towns.measured(sites, world, streets)
    halves = [shapely.box(-500, -500, 600, 3000), shapely.box(600, -500, 4000, 3000)]
    completeness = gpd.GeoDataFrame(
        {"mapping": ["thin", "good"]}, geometry=[towns.to_degrees(one) for one in halves], crs=4326
    )
    more = towns.people(*({"geometry": xy, "residents": 7.0} for xy in spots(40)))
    more["cell_id"] = [f"other {k}" for k in range(len(more))]
    return DoubtedCity(
        measured.candidates,
        sites,
        reference,
        completeness,
        scales_by(reference, config.score.anchors),
        world,
        streets,
        area,
        (more,),
    )


def rules_of(towns: ModuleType, doubt: Doubt = STILL, **more: Any) -> DoubtRules:
    """Return the shipped rules with other doubts."""
    config = towns.config()
    given = {"main_mode": "motorbike", "link_within_m": 500.0, "seed": 80}
    return DoubtRules(doubt, config.reach, config.network, config.candidates, config.score, **(given | more))


def chosen_of(city: DoubtedCity, n: int = 3) -> list[str]:
    """Return the first sites that can be reached."""
    return city.candidates.loc[city.candidates["reachable"], "site_id"].tolist()[:n]
