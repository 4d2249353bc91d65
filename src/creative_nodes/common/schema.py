"""The schema of every table: what a row is, and each column's type, unit, meaning and range.

It stands here once; `tables` checks by it, and the data dictionary (`docs/DATA_DICTIONARY.md`) is generated from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "integer", "flag", "texts", "geometry"]


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Table:
    """One table: what a row is, and its columns."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def has_geometry(self) -> bool:
        """Tell whether the table has a geometry column."""
        return any(column.kind == "geometry" for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)


GEOMETRY = Column("geometry", "geometry", "shape, EPSG:4326", "degrees")
OSM_IDS = Column("osm_ids", "texts", "OSM objects the site is made of, e.g. way/123; empty when not in OSM")
EVIDENCE = Column("evidence", "text", "JSON list of {rule, weight, osm_id, tag, reason}: what fired on which object")
MESSAGES = Column(
    "messages",
    "text",
    "JSON {column: message} of those texts of the row that carry values, to speak them in other languages "
    "(messages.spoken); empty when none does",
)
NAMES = (
    Column("name", "text", "name as signed on the ground; empty when unnamed"),
    Column("name_en", "text", "English name; empty when not known"),
    Column("name_vi", "text", "Vietnamese name; empty when not known"),
    Column("name_zh", "text", "Chinese name; empty when not known"),
)

CRITERION_COLUMNS = (
    Column("residents_walk_15", "number", "residents within 15 minutes' walk", "persons", True, 0),
    Column("residents_ride_30", "number", "residents within 30 minutes by the city's main mode", "persons", True, 0),
    Column("transit_minutes", "number", "walk to the nearest rapid-transit station (less is better)", "min", True, 0),
    Column("exchange", "number", "creative spaces, tier-weighted, decaying as exp(-b d)", "weighted spaces", True, 0),
    Column(
        "neighbourhood", "number", "creative spaces and amenities, weighted, by half-life", "weighted places", True, 0
    ),
    Column("diversity", "number", "effective number of creative domains around", "domains", True, 0),
    Column(
        "newly_served",
        "number",
        "residents in walking reach of the site and of no core or intermediate space today",
        "persons",
        True,
        0,
    ),
    Column("relay", "number", "rise in network connectivity C when the site joins", "probability", True, 0, 1),
    Column("site_capacity", "number", "site area (scored on a log scale)", "m²", True, 0),
    Column("heritage_value", "number", "confidence, listing and age combined", "0-1", True, 0, 1),
    Column("readiness", "number", "readiness by status and public land", "0-1", True, 0, 1),
)

PLAN_COLUMNS = (
    Column(
        "newly_served",
        "number",
        "residents in walking reach of a chosen site and of no core or intermediate space today",
        "persons",
        True,
        0,
    ),
    Column(
        "far_residents",
        "number",
        "residents of the study area farther than portfolio.far_minutes on foot from every core or intermediate space "
        "and every chosen site",
        "persons",
        True,
        0,
    ),
    Column(
        "mean_minutes",
        "number",
        "mean walk of the study area's residents to the nearest of them; longer walks than portfolio.max_minutes count "
        "as that",
        "min",
        True,
        0,
    ),
    Column(
        "connectivity",
        "number",
        "C of the creative network with the chosen sites as relays",
        "probability",
        False,
        0,
        1,
    ),
)

PROOF_COLUMNS = (
    Column("status", "text", "as it is, as ranked, optimal (proven), not proven, or not possible"),
    Column("gap", "number", "how far below the best it can be at most, of the best; 0 when proven", "0-1", True, 0, 1),
)

BACKTEST_FIGURES = (
    "auc: chance that a converted site beats a rival; auc_by_centre: by distance to the centre alone; auc_lift: the "
    "difference; mean_percentile: share of its rivals that a converted site beats (the same as auc); precision_at_10: "
    "share of converted sites among the first ten; precision_at_10_by_centre; precision_by_chance: their share among "
    "all; converted_sites, tested_sites (those of them that can be reached) and rivals: numbers of sites"
)

BY_MODE = {
    "walk": "on foot",
    "bike": "by bicycle",
    "motorbike": "by motorbike",
    "car": "by car",
    "transit": "by public transport",
}

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "study_area",
            "the study area",
            (
                Column("city", "text", "city key"),
                Column("epsg", "integer", "metric CRS of every length and area", "EPSG code"),
                Column("area_km2", "number", "area", "km²", minimum=0),
                GEOMETRY,
            ),
        ),
        Table(
            "places",
            "a tagged OSM object",
            (
                Column("osm_id", "text", "OSM object, e.g. way/123"),
                Column("tags", "text", "all its tags, JSON"),
                Column("edited", "text", "day of its last edit (ISO 8601); empty when the file does not say"),
                GEOMETRY,
            ),
        ),
        Table(
            "street_nodes",
            "a junction or end of a street",
            (Column("node_id", "integer", "OSM node id"), GEOMETRY),
        ),
        Table(
            "street_edges",
            "a street piece between two junctions",
            (
                Column("u", "integer", "OSM node id where it starts"),
                Column("v", "integer", "OSM node id where it ends"),
                Column("way_id", "integer", "OSM way id"),
                Column("length_m", "number", "length in the metric CRS", "m", minimum=0),
                Column("highway", "text", "OSM highway value; ferry for a ferry line"),
                Column("name", "text", "street name; empty when unnamed"),
                Column("maxspeed_kmh", "number", "signed limit", "km/h", True, 0),
                Column("crossing_min", "number", "crossing of a ferry, where its duration is tagged", "min", True, 0),
                Column("walk", "flag", "open to people on foot"),
                Column("bike", "flag", "open to bicycles"),
                Column("motorbike", "flag", "open to motorbikes"),
                Column("car", "flag", "open to cars"),
                *(
                    Column(
                        f"oneway_{mode}", "integer", f"{mode}: 1 u to v only, -1 v to u only, 0 both", "", False, -1, 1
                    )
                    for mode in ("bike", "motorbike", "car")
                ),
                GEOMETRY,
            ),
        ),
        Table(
            "stations",
            "a place where one boards public transport",
            (
                Column("station_id", "text", "stable id, from its oldest OSM object or its GTFS stop"),
                *NAMES,
                Column("kinds", "texts", "kinds of transport: subway, light_rail, monorail, train, tram, bus"),
                Column("rapid", "flag", "one of its kinds counts as rapid transit (transit.rapid)"),
                Column("n_services", "integer", "services that stop here; 0 when none is known", "services", False, 0),
                Column("n_entrances", "integer", "entrances it has in the geometry", "entrances", False, 0),
                Column("source", "text", "OSM, the source of the GTFS feed, or both"),
                Column("osm_ids", "texts", "OSM objects it is made of, entrances included; empty when not in OSM"),
                Column(
                    "geometry",
                    "geometry",
                    "points where one gets in from the street: the entrances when n_entrances is not 0, else the "
                    "station itself, else its stops; EPSG:4326",
                    "degrees",
                ),
            ),
        ),
        Table(
            "services",
            "a stop of a service, in the order of travel",
            (
                Column("service_id", "text", "OSM relation or GTFS route, one direction and stop sequence of it"),
                Column("ref", "text", "number of the line; empty when it has none"),
                Column("name", "text", "name of the line; empty when it has none"),
                Column("kind", "text", "subway, light_rail, monorail, train, tram or bus"),
                Column("sequence", "integer", "0 for the first stop", "", False, 0),
                Column("station_id", "text", "id in the table stations"),
                Column("minutes", "number", "ride from the stop before; 0 for the first", "min", False, 0),
                Column("boards", "flag", "one may get on here"),
                Column("alights", "flag", "one may get off here"),
                Column("headway_min", "number", "minutes between its departures", "min", False, 0),
                Column("headway_source", "text", "config, OSM interval or GTFS"),
                Column("reverse", "flag", "true: the way back of a line whose other direction is not mapped"),
                Column("source", "text", "OSM, or the source of the GTFS feed"),
                Column("osm_id", "text", "OSM relation; empty when it is from a GTFS feed"),
            ),
        ),
        Table(
            "transit_notes",
            "what was read of public transport, made up, or left out",
            (
                Column("key", "text", "its key"),
                Column("text", "text", "one sentence or two"),
                Column("notice", "flag", "true: who reads the results should know"),
                MESSAGES,
            ),
        ),
        Table(
            "heritage",
            "an industrial-heritage site",
            (
                Column("site_id", "text", "stable id, from its oldest OSM object or its registry row"),
                *NAMES,
                Column("heritage_class", "text", "class in the taxonomy"),
                Column("status", "text", "active, disused, brownfield, converted or lost"),
                Column(
                    "confidence",
                    "number",
                    "1 - prod(1 - weight) over the distinct rules that fired",
                    "0-1",
                    False,
                    0,
                    1,
                ),
                Column("tier", "text", "high (>= 0.7), medium (>= 0.4) or low"),
                Column("area_m2", "number", "area of the outline; missing for a point", "m²", True, 0),
                Column("start_year", "integer", "year it was built, when tagged or in an imported list", "year", True),
                Column("listed", "flag", "carries a heritage listing, in OSM or in an imported list"),
                Column("public_land", "flag", "tagged as publicly owned or operated"),
                Column("registry_id", "text", "matched registry row; empty when none"),
                Column("in_osm", "flag", "false: known from the registry or an imported list only"),
                EVIDENCE,
                OSM_IDS,
                GEOMETRY,
            ),
        ),
        Table(
            "creative",
            "a creative space",
            (
                Column("space_id", "text", "stable id, from its oldest OSM object or its registry row"),
                *NAMES,
                Column("domain", "text", "creative domain"),
                Column("tier", "text", "core, intermediate or supporting"),
                Column(
                    "confidence",
                    "number",
                    "1 - prod(1 - weight) over the distinct rules that fired",
                    "0-1",
                    False,
                    0,
                    1,
                ),
                Column("cluster_id", "text", "cluster it belongs to; empty when none"),
                Column("inside", "flag", "lies in the study area; those in the buffer count for reach only"),
                Column("registry_id", "text", "matched registry row; empty when none"),
                Column("in_osm", "flag", "false: known from the registry or an imported list only"),
                EVIDENCE,
                OSM_IDS,
                GEOMETRY,
            ),
        ),
        Table(
            "amenities",
            "a complementary amenity",
            (
                Column("osm_id", "text", "OSM object"),
                Column("kind", "text", "rule that matched"),
                Column("weight", "number", "its weight beside creative spaces", "", False, 0),
                GEOMETRY,
            ),
        ),
        Table(
            "registry",
            "a row of the city's registry of known sites",
            (
                Column("registry_id", "text", "id in the CSV"),
                *NAMES,
                Column("kind", "text", "heritage, creative or both"),
                Column("status", "text", "active, disused, converted or lost"),
                Column("former_use", "text", "use before"),
                Column("present_use", "text", "use now"),
                Column("year_converted", "integer", "year of conversion", "year", True),
                Column("heritage_class", "text", "class in the taxonomy; empty when it is no industrial heritage"),
                Column("domain", "text", "creative domain; empty when it is no creative space"),
                Column("lon", "number", "longitude in the registry, EPSG:4326", "degrees", True, -180, 180),
                Column("lat", "number", "latitude in the registry, EPSG:4326", "degrees", True, -90, 90),
                Column("precision", "text", "site, street or ward"),
                Column("source", "text", "public source"),
                Column("outcome", "text", "in OSM, not in OSM, not located, or outside the study area"),
                Column("reason", "text", "why, in words"),
                Column("match_score", "number", "similarity of names", "0-1", True, 0, 1),
                Column("match_m", "number", "straight-line distance to the match", "m", True, 0),
                Column("site_id", "text", "heritage site it became; empty when none"),
                Column("space_id", "text", "creative space it became; empty when none"),
                MESSAGES,
            ),
        ),
        Table(
            "imports",
            "an imported list of known sites",
            (
                Column("file", "text", "its file name"),
                Column("source", "text", "who published it"),
                Column("kind", "text", "heritage or creative"),
                Column("datum", "text", "what its coordinates were read as: wgs84, gcj02, bd09 or an EPSG code"),
                Column("n", "integer", "rows", "rows", False, 0),
                Column("placed", "integer", "rows that are on a site; the others lie outside", "rows", False, 0),
                Column("matched", "integer", "of them on a site that is in OSM", "rows", False, 0),
                Column("in_registry", "integer", "of them on a site that the registry holds too", "rows", False, 0),
                Column("pairs", "integer", "rows found in OSM by name alone, to measure the offset", "rows", False, 0),
                Column("median_m", "number", "median distance from them to the centroid in OSM", "m", True, 0),
                Column("median_outline_m", "number", "median distance from them to the outline in OSM", "m", True, 0),
                Column("offsets", "text", "JSON: the same two medians for every datum it could be in", "m"),
                Column("best_datum", "text", "datum with the least median_m; empty without pairs"),
                Column("warning", "text", "that it looks shifted, and what to set; empty when it does not"),
                MESSAGES,
            ),
        ),
        Table(
            "people",
            "a grid cell with residents",
            (
                Column("cell_id", "text", "row and column in the grid"),
                Column("residents", "number", "residents", "persons", False, 0),
                Column("inside", "flag", "its centre lies inside the study area"),
                GEOMETRY,
            ),
        ),
        Table(
            "completeness",
            "a hexagon of the study area, and how completely its part inside is mapped",
            (
                Column("hex_id", "text", "H3 cell"),
                Column("residents", "number", "residents; missing when there is no source of them", "persons", True, 0),
                Column("street_km", "number", "length of its streets", "km", False, 0),
                Column(
                    "named_venues",
                    "integer",
                    "objects with a name and amenity, shop, tourism, office, leisure, craft or historic",
                    "venues",
                    False,
                    0,
                ),
                Column("buildings", "integer", "objects with building, other than no", "buildings", False, 0),
                Column("venues_per_1000", "number", "named venues per 1,000 residents", "per 1,000", True, 0),
                Column("venues_per_street_km", "number", "named venues per km of street", "per km", True, 0),
                Column("buildings_per_street_km", "number", "buildings per km of street", "per km", True, 0),
                Column("last_edit", "text", "newest day of edit of its tagged objects; empty when not known"),
                Column("median_edit", "text", "half of its tagged objects were edited later; empty when not known"),
                Column("mapping", "text", "thin, fair, good, or empty (no streets and nobody)"),
                GEOMETRY,
            ),
        ),
        Table(
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
        ),
        Table(
            "isochrones",
            "the ground that a candidate reaches in a time, drawn from the streets reached",
            (
                Column("site_id", "text", "id in the table heritage"),
                Column("mode", "text", "walk, bike, motorbike, car or transit"),
                Column("minutes", "number", "time from the site, the way to the street included", "min", False, 0),
                Column("area_km2", "number", "area of the ground", "km²", False, 0),
                GEOMETRY,
            ),
        ),
        Table(
            "clusters",
            "a cluster of creative spaces",
            (
                Column("cluster_id", "text", "id"),
                Column(
                    "name", "text", "its best-known member and its quarter; the quarter is left out when none is near"
                ),
                Column("name_en", "text", "the same in English; empty when the member has no English name"),
                Column("name_vi", "text", "the same in Vietnamese; empty when the member has no Vietnamese name"),
                Column("name_zh", "text", "the same in Chinese; empty when the member has no Chinese name"),
                Column("n_spaces", "integer", "creative spaces in it", "spaces", False, 1),
                Column("p_value", "number", "pseudo-p against random placements along the streets", "0-1", False, 0, 1),
                Column("kept", "flag", "true when chance does not explain it"),
                GEOMETRY,
            ),
        ),
        Table(
            "links",
            "a walkable link between two creative spaces",
            (
                Column("a", "text", "space_id"),
                Column("b", "text", "space_id"),
                Column("minutes", "number", "walk", "min", False, 0),
            ),
        ),
        Table(
            "nearest",
            "a creative space of the study area, and the nearest other one",
            (
                Column("space_id", "text", "id in the table creative"),
                Column("nearest_id", "text", "space_id of the nearest other space; empty when none can be walked to"),
                Column("minutes", "number", "walk to it, however long", "min", True, 0),
            ),
        ),
        Table(
            "site_links",
            "a link that a candidate would have: to a creative space of the study area within network.link_minutes",
            (
                Column("site_id", "text", "id in the table candidates"),
                Column("space_id", "text", "id in the table creative"),
                Column("minutes", "number", "walk between them", "min", False, 0),
            ),
        ),
        Table(
            "colocation",
            "a distance of the cross-K curve of industrial heritage and creative spaces (empty without both)",
            (
                Column("distance_m", "number", "distance along streets", "m", False, 0),
                Column(
                    "k_observed",
                    "number",
                    "mean number of creative spaces within that distance of a standing heritage site",
                    "spaces",
                    False,
                    0,
                ),
                Column("k_expected", "number", "the same, mean over all relabellings (exact)", "spaces", False, 0),
                Column("k_low", "number", "2.5 % of the relabellings lie below", "spaces", False, 0),
                Column("k_high", "number", "2.5 % of the relabellings lie above", "spaces", False, 0),
                Column("n_heritage", "integer", "heritage sites counted; the same in each row", "sites", False, 1),
                Column("n_spaces", "integer", "creative spaces counted; the same in each row", "spaces", False, 1),
                Column(
                    "n_same",
                    "integer",
                    "creative spaces that are a heritage site themselves and count as one; the same in each row",
                    "spaces",
                    False,
                    0,
                ),
                Column(
                    "p_value", "number", "of the test over all distances at once; the same in each row", "", False, 0, 1
                ),
            ),
        ),
        Table(
            "candidates",
            "a site that could become a node",
            (
                Column("site_id", "text", "id in the table heritage"),
                *NAMES,
                Column("heritage_class", "text", "class in the taxonomy"),
                Column("status", "text", "active, disused or brownfield"),
                Column("confidence", "number", "that it is industrial heritage", "0-1", False, 0, 1),
                Column("reachable", "flag", "whether people on foot can get there along the streets"),
                Column("unreachable_reason", "text", "why not; empty when reachable"),
                *CRITERION_COLUMNS,
                Column("spaces_walk", "integer", "creative spaces within the link time on foot", "spaces", True, 0),
                Column("nearest_space", "text", "space_id of the nearest creative space; empty when none in reach"),
                Column("nearest_space_m", "number", "walk to it", "m", True, 0),
                MESSAGES,
                GEOMETRY,
            ),
        ),
        Table(
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
        ),
        Table(
            "parts",
            "a part of one criterion of one candidate",
            (
                Column("site_id", "text", "id in the table candidates"),
                Column("criterion", "text", "column of the table candidates"),
                Column("kind", "text", "space, amenity, domain, residents, station, part of the network or evidence"),
                Column("part", "text", "space_id, station_id, kind of amenity, domain or piece of evidence; or others"),
                Column("name", "text", "its name; empty when it has none of its own"),
                Column("n", "integer", "objects that it stands for", "", False, 0),
                Column(
                    "value",
                    "number",
                    "what it adds. Exchange, neighbourhood, heritage_value and readiness are the sum of their parts; "
                    "diversity is exp(Shannon entropy) of them; newly_served is one of two parts; the parts of relay "
                    "are spaces n_c, and relay is ((sum n_c)^2 - sum n_c^2) / N^2",
                ),
                Column("unit", "text", "unit of the value"),
                Column("distance_m", "number", "walk to it", "m", True, 0),
            ),
        ),
        Table(
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
        ),
        Table(
            "scores",
            "a candidate, ranked",
            (
                Column("site_id", "text", "id in the table heritage"),
                Column("score", "number", "weighted sum of normalised criteria", "0-1", True, 0, 1),
                Column("rank", "integer", "1 is best; missing when not scored", "rank", True, 1),
                Column("rank_low", "integer", "5 % quantile of its rank over random weightings", "rank", True, 1),
                Column("rank_high", "integer", "95 % quantile of its rank over random weightings", "rank", True, 1),
                Column("p_top10", "number", "chance of being in the top 10 over random weightings", "0-1", True, 0, 1),
                Column(
                    "top_n", "integer", "how many count as the top: 10, or fewer when candidates are few", "", True, 1
                ),
                Column("p_top", "number", "chance of being among the top_n over random weightings", "0-1", True, 0, 1),
                Column(
                    "certainty", "text", "robust (p_top >= 0.8), depends on priorities, weak (< 0.2); or not scored"
                ),
                *(
                    Column(
                        f"part_{column.name}",
                        "number",
                        f"contribution of {column.name} to the score",
                        "0-1",
                        True,
                        0,
                        1,
                    )
                    for column in CRITERION_COLUMNS
                ),
            ),
        ),
        Table(
            "scenario_candidates",
            "a candidate under a scenario that changes more than weights, its criteria measured anew",
            (
                Column("scenario", "text", "key of the scenario in config.yaml"),
                Column("site_id", "text", "id in the table heritage"),
                Column("reachable", "flag", "whether people on foot can get there along the streets"),
                *CRITERION_COLUMNS,
            ),
        ),
        Table(
            "scenarios",
            "a candidate under one scenario",
            (
                Column("scenario", "text", "key of the scenario in config.yaml"),
                Column("label", "text", "its name in plain words"),
                Column("site_id", "text", "id in the table heritage"),
                Column(
                    "status",
                    "text",
                    "scored; or why not: cannot be reached, nothing with a weight is known, no candidate under it, its "
                    "reach is not computed (the scenario changes the criteria themselves)",
                ),
                Column("score", "number", "weighted sum of normalised criteria", "0-1", True, 0, 1),
                Column("rank", "integer", "1 is best; ties share the better rank", "rank", True, 1),
                Column("top_n", "integer", "how many count as the top", "", True, 1),
                Column("weights", "text", "JSON: weight of each criterion as it applied; they sum to 1"),
            ),
        ),
        Table(
            "robustness",
            "a candidate, and how sure its rank is",
            (
                Column("site_id", "text", "id in the table heritage"),
                Column("rank", "integer", "1 is best; missing when not scored", "rank", True, 1),
                Column("p_first", "number", "chance of being first, weights drawn around the run's", "0-1", True, 0, 1),
                Column("rank_low", "integer", "5 % quantile of its rank over those draws", "rank", True, 1),
                Column("rank_high", "integer", "95 % quantile of its rank over those draws", "rank", True, 1),
                Column("p_top10", "number", "chance of being in the top 10 over those draws", "0-1", True, 0, 1),
                Column("top_n", "integer", "how many count as the top: 10, or fewer", "", True, 1),
                Column("p_top", "number", "chance of being among the top_n over those draws", "0-1", True, 0, 1),
                Column(
                    "flat_p_first",
                    "number",
                    "chance of being first when every weighting of the criteria in use is as likely as any other",
                    "0-1",
                    True,
                    0,
                    1,
                ),
                Column("flat_rank_low", "integer", "5 % quantile of its rank over those", "rank", True, 1),
                Column("flat_rank_high", "integer", "95 % quantile of its rank over those", "rank", True, 1),
                Column("flat_p_top10", "number", "chance of being in the top 10 over those", "0-1", True, 0, 1),
                Column("flat_p_top", "number", "chance of being among the top_n over those", "0-1", True, 0, 1),
                Column("rank_topsis", "integer", "rank by TOPSIS", "rank", True, 1),
                Column("rank_vikor", "integer", "rank by VIKOR", "rank", True, 1),
                Column("rank_marcos", "integer", "rank by MARCOS", "rank", True, 1),
                Column("scenarios_ranked", "integer", "scenarios that rank it", "scenarios", True, 0),
                Column("scenarios_first", "integer", "scenarios under which it is first", "scenarios", True, 0),
                Column("scenarios_top", "integer", "scenarios under which it is in the top", "scenarios", True, 0),
                Column("scenario_best_rank", "integer", "best rank over the scenarios", "rank", True, 1),
                Column("scenario_worst_rank", "integer", "worst rank over the scenarios", "rank", True, 1),
                Column("swept", "integer", "changed settings (sweep_variants) under which it is ranked", "", True, 0),
                Column(
                    "swept_out",
                    "integer",
                    "changed settings under which it has no rank: it is no candidate then, or cannot be reached",
                    "",
                    True,
                    0,
                ),
                Column(
                    "largest_move",
                    "integer",
                    "its largest move over the sweeps, negative towards the top; missing when nothing is swept",
                    "ranks",
                    True,
                ),
                Column("moved_by", "text", "setting that moves it so far (sweeps.parameter); empty when none does"),
                Column("moved_by_value", "text", "the value it was set to (sweeps.value); empty when none moves it"),
                Column(
                    "dominated_by",
                    "integer",
                    "candidates as good or better on every criterion and better on one; it can never be first alone "
                    "when there is one",
                    "sites",
                    True,
                    0,
                ),
                Column("carried_by", "text", "criterion that adds most to its score; empty when none"),
                Column("held_back_by", "text", "criterion that costs it most score against the best; empty when none"),
                Column("held_back_points", "number", "score it loses there", "0-1", True, 0, 1),
                Column("left_out", "text", "criterion whose leaving out moves its rank most; empty when none does"),
                Column("rank_left_out", "integer", "its rank without that criterion", "rank", True, 1),
                Column(
                    "first_if",
                    "text",
                    "criterion whose weight, changed alone (the others keep their proportions), puts it first soonest; "
                    "empty when it is first already or no single weight does",
                ),
                Column("first_if_weight", "number", "weight that criterion would need", "0-1", True, 0, 1),
                *(
                    Column(
                        f"central_{column.name}",
                        "number",
                        f"central weight of {column.name}: its mean over the flat weightings that put the site first; "
                        "missing when none does, or the criterion does not count",
                        "0-1",
                        True,
                        0,
                        1,
                    )
                    for column in CRITERION_COLUMNS
                ),
            ),
        ),
        Table(
            "rank_acceptability",
            "a rank a candidate takes under random weightings",
            (
                Column("site_id", "text", "id in the table heritage"),
                Column("draws", "text", "around (the run's weights) or flat (every weighting as likely)"),
                Column("rank", "integer", "the rank; ties share the better one", "rank", False, 1),
                Column("share", "number", "share of the weightings that give it; ranks never taken have no row", "0-1"),
            ),
        ),
        Table(
            "agreement",
            "two rankings of the same candidates, compared",
            (
                Column("kind", "text", "what is compared: method or scenario"),
                Column("ranking", "text", "one: weighted_sum, topsis, vikor, marcos, or the key of a scenario"),
                Column("other", "text", "the other"),
                Column("n", "integer", "candidates compared; with few of them the figures say little", "sites"),
                Column(
                    "kendall_tau_b",
                    "number",
                    "Kendall's tau-b: 1 the same order, 0 unrelated, -1 reversed; missing when all are tied",
                    "-1 to 1",
                    True,
                    -1,
                    1,
                ),
                Column("spearman", "number", "Spearman's rank correlation", "-1 to 1", True, -1, 1),
                Column("top_n", "integer", "how many count as the top", "", False, 1),
                Column("top_shared", "integer", "candidates in the top of both", "sites", False, 0),
                Column("same_first", "flag", "whether a candidate is first in both"),
            ),
        ),
        Table(
            "portfolio",
            "a choice of sites together, beside today (people counted once, existing spaces fixed)",
            (
                Column("plan", "text", "today, coverage, equity, median, network or score (the first by score)"),
                Column("aim", "text", "what the sites were chosen for, in plain words"),
                Column("limit", "text", "how many sites, or for how much"),
                Column("sites", "texts", "site_id of the chosen, the one that adds most first; empty when none"),
                Column("n_sites", "integer", "sites chosen", "sites", False, 0),
                Column("cost", "number", "their cost together; missing without a budget", "config currency", True, 0),
                *PLAN_COLUMNS,
                Column(
                    "of_best",
                    "number",
                    "newly_served as a share of what the plan coverage serves; missing when that is nobody",
                    "0-1",
                    True,
                    0,
                ),
                *PROOF_COLUMNS,
                Column("note", "text", "what a reader should know; empty when nothing"),
            ),
        ),
        Table(
            "portfolio_sites",
            "a site of a choice, in the order of what each adds to those before it",
            (
                Column("plan", "text", "key in the table portfolio"),
                Column("step", "integer", "1 first", "", False, 1),
                Column("site_id", "text", "id in the table heritage"),
                Column("alone", "number", "residents it would newly serve alone", "persons", True, 0),
                Column("gain", "number", "residents it newly serves beside the steps before it", "persons", True, 0),
                Column(
                    "only_here", "number", "of the whole choice's, those no other site of it serves", "persons", True, 0
                ),
                Column("connectivity", "number", "C with this and the steps before it", "probability", False, 0, 1),
                Column("cost", "number", "its cost; missing without a budget", "config currency", True, 0),
            ),
        ),
        Table(
            "portfolio_gain",
            "a number of sites: what the best choice of so many serves, beside going step by step and by score",
            (
                Column("k", "integer", "sites at most", "sites", False, 1),
                Column("sites", "texts", "site_id of the best choice; fewer than k when more add nobody"),
                Column("newly_served", "number", "residents it newly serves", "persons", False, 0),
                Column("gain", "number", "more than the best choice of one site fewer", "persons", False, 0),
                Column("connectivity", "number", "C with the best choice", "probability", False, 0, 1),
                Column(
                    "greedy_site", "text", "site added when the one that adds most is taken each time; empty when none"
                ),
                Column("greedy_served", "number", "residents newly served by going so", "persons", False, 0),
                Column("score_site", "text", "site of that place in the score"),
                Column(
                    "score_served", "number", "residents newly served by the first k of the score", "persons", False, 0
                ),
                *PROOF_COLUMNS,
            ),
        ),
        Table(
            "portfolio_front",
            "a choice where neither aim can gain without the other losing: newly served against far from any space",
            (
                Column(
                    "point",
                    "integer",
                    "1 is the best for newly_served, the last the best for far_residents",
                    "",
                    False,
                    1,
                ),
                Column("sites", "texts", "site_id of the chosen, the one that adds most first"),
                Column("n_sites", "integer", "sites chosen", "sites", False, 0),
                *PLAN_COLUMNS,
                *PROOF_COLUMNS,
            ),
        ),
        Table(
            "sweeps",
            "a candidate's rank with one setting changed",
            (
                Column("site_id", "text", "id in the table candidates"),
                Column("parameter", "text", "config key; speed and a mode; or people"),
                Column("value", "text", "its value; × factor for speeds; the source for people"),
                Column("rank_today", "integer", "rank under the settings of the run", "rank", False, 1),
                Column(
                    "rank", "integer", "rank with the change; missing when it is no candidate then", "rank", True, 1
                ),
                Column("move", "integer", "rank minus rank_today; negative is towards the top", "ranks", True),
            ),
        ),
        Table(
            "sweep_variants",
            "one changed setting",
            (
                Column("parameter", "text", "config key; speed and a mode; or people"),
                Column("value", "text", "its value"),
                Column("candidates", "integer", "candidates ranked with it", "sites", False, 0),
                Column("first", "text", "site_id of the first; empty when nobody is ranked"),
                Column("tau", "number", "Kendall's tau-b between today's ranks and these", "", True, -1, 1),
                Column("largest_move", "number", "largest move of a candidate, either way", "ranks", True, 0),
                Column("mean_move", "number", "mean move, either way", "ranks", True, 0),
            ),
        ),
        Table(
            "sobol",
            "the part of one group's weight in how the ranks vary (only with score.sobol_samples)",
            (
                Column(
                    "output",
                    "text",
                    "what varies: rank_shift, the mean over the candidates of how far each rank is from the run's, or "
                    "rank, that of one candidate",
                ),
                Column("site_id", "text", "the candidate, of those in the top; empty for rank_shift"),
                Column("group", "text", "people, spillover, network or site; those in use"),
                Column(
                    "first_order",
                    "number",
                    "share of the variance that its weight explains alone; an estimate, so it can be just below 0",
                    "",
                    True,
                ),
                Column("first_order_margin", "number", "half of its 95 % interval", "", True, 0),
                Column("total", "number", "share of the variance that its weight has any part in", "", True, 0),
                Column("total_margin", "number", "half of its 95 % interval", "", True, 0),
                Column("variance", "number", "variance of the output; with 0 there are no shares", "ranks²", False, 0),
                Column("samples", "integer", "weightings ranked", "", False, 1),
            ),
        ),
        Table(
            "backtest",
            "a converted site, scored as if it were unconverted",
            (
                Column("site_id", "text", "id in the table heritage"),
                *NAMES,
                Column("heritage_class", "text", "class in the taxonomy"),
                Column("hidden_spaces", "integer", "creative spaces hidden with its conversion", "spaces", False, 0),
                Column("hidden_amenities", "integer", "amenities hidden with it", "", False, 0),
                Column("score", "number", "its score by the criteria of the back-test", "0-1", False, 0, 1),
                Column("rank", "integer", "its rank among itself and its rivals", "rank", False, 1),
                Column("rivals", "integer", "candidates it was ranked among", "sites", False, 0),
                Column("percentile", "number", "share of rivals it beats, a tie counting half", "0-1", False, 0, 1),
                Column("percentile_by_centre", "number", "the same by distance to the centre", "0-1", False, 0, 1),
            ),
        ),
        Table(
            "backtest_pairs",
            "a converted site against one rival",
            (
                Column("site_id", "text", "the converted site, id in the table heritage"),
                Column("rival_id", "text", "the candidate, id in the table heritage"),
                Column("score", "number", "score of the converted site", "0-1", False, 0, 1),
                Column("rival_score", "number", "score of the rival in the same run", "0-1", False, 0, 1),
                Column("beats", "number", "1 when the converted site scores higher, 0.5 a tie, 0", "0-1", False, 0, 1),
                Column("beats_by_centre", "number", "the same by distance to the centre", "0-1", False, 0, 1),
                Column("centre_m", "number", "straight line from the converted site to the centre", "m", False, 0),
                Column("rival_centre_m", "number", "the same from the rival", "m", False, 0),
            ),
        ),
        Table(
            "backtest_summary",
            "one figure of the back-test",
            (
                Column("figure", "text", BACKTEST_FIGURES),
                Column("value", "number", "its value", "", True),
                Column("low", "number", "2.5 % quantile of the bootstrap; missing where it cannot be told", "", True),
                Column("high", "number", "97.5 % quantile", "", True),
            ),
        ),
        Table(
            "backtest_pooled",
            "one figure of the back-test of one city or of all together (`data/processed/backtest_pooled.parquet`)",
            (
                Column("city", "text", "key of the city; all for the cities of the run pooled"),
                Column(
                    "figure",
                    "text",
                    f"{BACKTEST_FIGURES}. Of all: each converted site against the rivals of its own city; precision "
                    "over one list of all, each at its percentile within its city; cities and cities_tested: how many "
                    "there are, and how many have converted sites and rivals. A city without adds no rivals",
                ),
                Column("value", "number", "its value", "", True),
                Column("low", "number", "2.5 % quantile of the bootstrap; missing where it cannot be told", "", True),
                Column("high", "number", "97.5 % quantile", "", True),
            ),
        ),
        Table(
            "indicators",
            "one figure of the city",
            (
                Column("indicator", "text", "its key"),
                Column("label", "text", "its name in plain words"),
                Column("value", "number", "its value; missing when it cannot be told", "", True),
                Column("unit", "text", "its unit"),
                Column("source", "text", "where it comes from, or why it is missing"),
                MESSAGES,
            ),
        ),
    )
}

# sites that are tried: what their tables have beside the columns of the base
TABLES |= {
    table.name: table
    for table in (
        Table(
            "whatif_candidates",
            "a site that is tried by `snakemake whatif` (the table lies in the folder `whatif`)",
            (
                Column("asked", "text", "its place as asked for: latitude,longitude, an OSM id, or the row of a file"),
                Column(
                    "found_as",
                    "text",
                    "what it is in the base: new, in OSM (but no heritage), weak evidence, candidate (its row is "
                    "replaced), converted or lost",
                ),
                Column("lies_on", "text", "another site of the table heritage that it lies on; empty when none"),
                Column("area_m2", "number", "its area; missing when not known", "m²", True, 0),
                Column("start_year", "integer", "year it was built, when known", "year", True),
                Column("listed", "flag", "carries a heritage listing"),
                Column("public_land", "flag", "stands on public land"),
                *TABLES["candidates"].columns,
            ),
        ),
        Table(
            "whatif_scores",
            "a candidate of the base or a site that is tried, ranked together (the table lies in the folder `whatif`)",
            (
                Column("name", "text", "its name; that of a site tried is marked"),
                Column("tried", "flag", "it is tried"),
                Column(
                    "base_rank", "integer", "its rank in the table scores; missing when it has none", "rank", True, 1
                ),
                Column("move", "integer", "rank minus base_rank; negative is towards the top", "ranks", True),
                *TABLES["scores"].columns,
            ),
        ),
    )
}
