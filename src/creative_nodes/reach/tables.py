"""Schemas of the tables that the stage `reach` writes."""

from __future__ import annotations

from creative_nodes.common import BY_MODE, CRITERIA, GEOMETRY, MESSAGES, NAMES, POSITION_CRITERIA, Column, Table

CRITERION_COLUMNS = tuple(
    Column(key, "number", one.meaning, one.unit, True, 0, one.maximum) for key, one in CRITERIA.items()
)
POSITION_COLUMNS = tuple(column for column in CRITERION_COLUMNS if column.name in POSITION_CRITERIA)

CANDIDATES = Table(
    "candidates",
    "a site that could become a node",
    (
        Column("site_id", "text", "id in the table heritage"),
        *NAMES,
        Column("heritage_class", "text", "class in the taxonomy"),
        Column("status", "text", "to_be_vacated, vacated, brownfield, not_known or in_use"),
        Column("list", "text", "known, likely or survey"),
        Column("confidence", "number", "that it is industrial heritage", "0-1", False, 0, 1),
        Column("reachable", "flag", "whether people on foot can get there along the streets"),
        Column("unreachable_reason", "text", "why not; empty when reachable"),
        *CRITERION_COLUMNS,
        Column("area_unknown", "flag", "its area is not known: site_capacity is that of a typical site of its class"),
        Column("age_unknown", "flag", "its age is not known: it counts as the middle in heritage_value"),
        Column(
            "one_ground_with",
            "texts",
            "site_id of other rows on its ground: outlines that are equal or overlap by half or more of the smaller",
        ),
        Column("spaces_walk", "integer", "creative spaces within the link time on foot", "spaces", True, 0),
        Column("nearest_space", "text", "space_id of the nearest creative space; empty when none in reach"),
        Column("nearest_space_m", "number", "walk to it", "m", True, 0),
        MESSAGES,
        GEOMETRY,
    ),
)

SURVEY_CANDIDATES = Table(
    "survey_candidates", "a ground of the survey list, measured as a candidate is", CANDIDATES.columns
)

REACH = Table(
    "reach",
    "what a candidate reaches within a time by a mode",
    (
        Column("site_id", "text", "id in the table candidates"),
        Column("mode", "text", "walk, bike, motorbike, car or transit (walking and public transport)"),
        Column("minutes", "number", "time limit, the walk to and from the street included", "min", False, 0),
        Column("residents", "number", "residents; missing when not known or not joined", "persons", True, 0),
        Column("spaces", "number", "creative spaces; missing when not joined to the mode", "spaces", True, 0),
        Column("major_spaces", "number", "of them core or intermediate", "spaces", True, 0),
    ),
)

PARTS = Table(
    "parts",
    "a part of one criterion of one candidate",
    (
        Column("site_id", "text", "id in the table candidates"),
        Column("criterion", "text", "column of the table candidates"),
        Column("kind", "text", "space, amenity, domain, residents, station or evidence"),
        Column("part", "text", "space_id, station_id, kind of amenity, domain or piece of evidence; or others"),
        Column("name", "text", "its name; empty when it has none of its own"),
        Column("n", "integer", "objects that it stands for", "", False, 0),
        Column(
            "value",
            "number",
            "what it adds. Exchange, neighbourhood, heritage_value and readiness are the sum of their parts; "
            "diversity is exp(Shannon entropy) of them; newly_served is one of two parts; those of "
            "network_gain are the spaces by which the network of each space grows",
        ),
        Column("unit", "text", "unit of the value"),
        Column("distance_m", "number", "walk to it", "m", True, 0),
    ),
)

MODES = Table(
    "modes",
    "the streets of a mode",
    (
        Column("mode", "text", "walk, bike, motorbike, car, or transit (its streets are those on foot)"),
        Column("junctions", "integer", "junctions in use", "", False, 0),
        Column("street_km", "number", "streets in use", "km", False, 0),
        Column("islands", "integer", "pieces of street cut off from the rest and left out", "", False, 0),
        Column("island_km", "number", "their length", "km", False, 0),
        Column("note", "text", "what a reader should know; empty when nothing"),
        MESSAGES,
    ),
)

SITE_LINKS = Table(
    "site_links",
    "a link that a candidate would have: to a creative space of the study area within network.link_minutes",
    (
        Column("site_id", "text", "id in the table candidates"),
        Column("space_id", "text", "id in the table creative"),
        Column("minutes", "number", "walk between them", "min", False, 0),
    ),
)

REFERENCE = Table(
    "reference",
    "a reference place, drawn along the streets of the study area uniformly by length, or a hexagon of it",
    (
        Column("place_id", "text", "number of the place, or H3 cell"),
        Column("kind", "text", "place or hexagon"),
        *POSITION_COLUMNS,
        GEOMETRY,
    ),
)

CLUSTER_REACH = Table(
    "cluster_reach",
    "a kept cluster of creative spaces as a node; it is not ranked",
    (
        Column("cluster_id", "text", "id in the table clusters"),
        Column("n_spaces", "integer", "creative spaces in it", "spaces", False, 1),
        Column("reachable", "flag", "whether people on foot can get to any of them along the streets"),
        Column(
            "typical_network",
            "number",
            "network of a typical one of them: how many spaces of the study area it is joined with (geometric mean)",
            "spaces",
            False,
            0,
        ),
        *POSITION_COLUMNS,
    ),
)

NETWORK_PARTS = Table(
    "network_parts",
    "what a candidate would add to the creative network, by other measures than network_gain",
    (
        Column("site_id", "text", "id in the table candidates"),
        Column("gain_order_0", "number", "network gain of order 0, where islands count most", "spaces", True, 0),
        Column("gain_order_1", "number", "network gain of order 1, the criterion network_gain", "spaces", True, 0),
        Column("gain_order_2", "number", "network gain of order 2, where the core counts most", "spaces", True, 0),
        Column("ec_as_space", "number", "rise of EC were the site a space itself", "spaces", True, 0),
        Column("ec_as_stone", "number", "rise of EC with the site as a stepping stone only", "spaces", True, 0),
        Column("own", "number", "part of the rise of EC²: the site with itself", "spaces²", True, 0),
        Column("flux", "number", "part of the rise of EC²: chains between the site and spaces", "spaces²", True, 0),
        Column("connector", "number", "part of the rise of EC²: chains between spaces over it", "spaces²", True, 0),
    ),
)

MEASURED = (CANDIDATES, REACH, PARTS, MODES, SITE_LINKS, NETWORK_PARTS)  # what `measure_reach` makes

ISOCHRONES = Table(
    "isochrones",
    "the ground that a candidate reaches in a time, drawn from the streets reached",
    (
        Column("site_id", "text", "id in the table heritage"),
        Column("mode", "text", "walk, bike, motorbike, car or transit"),
        Column("minutes", "number", "time from the site, the way to the street included", "min", False, 0),
        Column("area_km2", "number", "area of the ground", "km²", False, 0),
        GEOMETRY,
    ),
)

ACCESSIBILITY = Table(
    "accessibility",
    "a hexagon of the study area, and how well its residents are served today",
    (
        Column("hex_id", "text", "H3 cell"),
        Column(
            "residents",
            "number",
            "residents of its part inside the study area; missing when there is no source of them",
            "persons",
            True,
            0,
        ),
        *(
            Column(
                f"minutes_{mode}",
                "number",
                f"{how} to the nearest core creative space: mean over its residents who can get there, or from "
                "its middle where nobody lives; missing when nobody can or the mode is not there",
                "min",
                True,
                0,
            )
            for mode, how in BY_MODE.items()
        ),
        *(
            Column(
                f"unreachable_{mode}",
                "number",
                f"share of its residents with no way {how} to any core creative space, or no street near; "
                "missing when the mode is not there",
                "0-1",
                True,
                0,
                1,
            )
            for mode, how in BY_MODE.items()
        ),
        Column(
            "residents_walk",
            "number",
            "residents within reach.walk_minutes on foot of where its residents live on average; missing when "
            "no street is near",
            "persons",
            True,
            0,
        ),
        Column(
            "residents_ride",
            "number",
            "the same within reach.ride_minutes by the city's main mode",
            "persons",
            True,
            0,
        ),
        Column(
            "supply_per_100k",
            "number",
            "creative spaces, tier-weighted, per 100,000 residents who share them on foot (E2SFCA); of "
            "residents near a street, missing where there are none",
            "per 100,000",
            True,
            0,
        ),
        Column(
            "unserved_share",
            "number",
            "share of its residents near a street who have no core or intermediate space within "
            "reach.walk_minutes on foot",
            "0-1",
            True,
            0,
            1,
        ),
        Column(
            "underserved",
            "flag",
            "at least accessibility.underserved_min_residents live there near a street, and more than "
            "underserved_share of them have no core or intermediate space in walking reach",
        ),
        GEOMETRY,
    ),
)
