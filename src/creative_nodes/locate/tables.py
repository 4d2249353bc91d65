"""Schemas of the tables that the stage `locate` writes."""

from __future__ import annotations

from creative_nodes.common import EVIDENCE, GEOMETRY, MESSAGES, NAMES, OSM_IDS, Column, Table, mark

HERITAGE = Table(
    "heritage",
    "an industrial-heritage site",
    (
        Column("site_id", "text", "stable id, from its oldest OSM object or its registry row"),
        *NAMES,
        Column("heritage_class", "text", "class in the taxonomy"),
        Column("status", "text", "to_be_vacated, vacated, brownfield, not_known, in_use, converted or lost"),
        Column("status_source", "text", "who says so: a source, an OSM object with its tag, or a creative space's id"),
        Column("status_date", "text", "when, as a year, month or day; empty when the source does not tell"),
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
        Column(
            "start_year",
            "integer",
            "year it was built or began, when tagged, in the registry or in an imported list",
            "year",
            True,
        ),
        Column("listed", "flag", "carries a heritage listing, in OSM or in an imported list"),
        Column("public_land", "flag", "tagged as publicly owned or operated"),
        Column("list", "text", "known (a register, a list or strong evidence), likely (medium), or empty (weak)"),
        Column(
            "offered",
            "flag",
            "may be offered for reuse: it neither serves the whole city nor goes by the name of something else today, "
            "or somebody says that it is or will be vacated; and what the map alone tells of is large enough",
        ),
        Column(
            "placed_to",
            "text",
            "how exactly its place is known: site, or street or ward where a registry row took the only industrial "
            "ground beside its street or in its ward",
        ),
        Column("told_by", "text", "who tells of it: register, list, or map (OSM alone)"),
        Column(
            "wikidata", "text", "its item in Wikidata, as OSM or an imported list tells it; empty when none is known"
        ),
        Column("image", "text", "a picture of it in Wikimedia Commons (name of the file); empty when none is known"),
        Column(
            "inception", "integer", "year that item began, which may be the works or what is there today", "year", True
        ),
        Column(
            "ground_id",
            "text",
            "industrial ground it stands on (table grounds), equal for sites of one ground; empty when on none",
        ),
        Column("registry_id", "text", "matched registry row; empty when none"),
        Column("in_osm", "flag", "false: known from the registry or an imported list only"),
        EVIDENCE,
        OSM_IDS,
        GEOMETRY,
    ),
)

GROUNDS = Table(
    "grounds",
    "mapped industrial ground: objects within 12 m of each other, differently named ones apart",
    (
        Column("ground_id", "text", "stable id: its oldest OSM object"),
        Column("name", "text", "name of its largest named object; empty without one"),
        Column("area_m2", "number", "area of the union of its objects", "m²", False, 0),
        Column(
            "named_elsewhere",
            "flag",
            "a row of the registry or of an imported list stands on it: it counts then whatever its size",
        ),
        OSM_IDS,
        GEOMETRY,
    ),
)

SURVEY = Table(
    "survey",
    "industrial ground in a telling setting whose age nobody has written down, named ones first",
    (
        Column("site_id", "text", "stable id, from its oldest OSM object"),
        *NAMES,
        Column("area_m2", "number", "area of the ground", "m²", False, 0),
        Column(
            "likelihood",
            "number",
            "1 / (1 + exp(-(intercept + weights of its signs))): it orders the grounds of a city, and is no share",
            "0-1",
            False,
            0,
            1,
        ),
        Column("place", "integer", "place by likelihood, 1 is the likeliest", "", False, 1),
        Column("eligible", "integer", "industrial grounds of a works' size in the city; same in each row", "grounds"),
        Column("ground_id", "text", "the ground (table grounds)"),
        Column("signs", "text", "JSON list of the rules that fired: rule, weight (log-odds), osm_id, tag, reason"),
        Column("settle", "text", "what would settle its age, in words"),
        MESSAGES,
        OSM_IDS,
        GEOMETRY,
    ),
)

CREATIVE = Table(
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
)

AMENITIES = Table(
    "amenities",
    "a complementary amenity",
    (
        Column("osm_id", "text", "OSM object"),
        Column("kind", "text", "rule that matched"),
        Column("weight", "number", "its weight beside creative spaces", "", False, 0),
        GEOMETRY,
    ),
)

# outcomes of a row of the registry
OUTSIDE, ONLINE_ONLY = mark("outside the study area"), mark("online only")

REGISTRY = Table(
    "registry",
    "a row of the city's registry of known sites",
    (
        Column("registry_id", "text", "id in the CSV"),
        *NAMES,
        Column("kind", "text", "heritage, creative or both"),
        Column("status", "text", "to_be_vacated, vacated, brownfield, not_known, in_use, converted or lost"),
        Column("former_use", "text", "use before"),
        Column("present_use", "text", "use now"),
        Column("year_converted", "integer", "year of conversion", "year", True),
        Column("heritage_class", "text", "class in the taxonomy; empty when it is no industrial heritage"),
        Column("domain", "text", "creative domain; empty when it is no creative space"),
        Column("tier", "text", "core, intermediate or supporting; empty when it is no creative space"),
        Column("lon", "number", "longitude in the registry, EPSG:4326", "degrees", True, -180, 180),
        Column("lat", "number", "latitude in the registry, EPSG:4326", "degrees", True, -90, 90),
        Column("precision", "text", "site, street or ward"),
        Column(
            "position_source",
            "text",
            "who published the position, where OpenStreetMap may not take it over; empty for the others",
        ),
        Column(
            "remote",
            "text",
            "where a partner outside the study area is, in words; online: it exists online alone; empty for the others",
        ),
        Column("source", "text", "public source"),
        Column("outcome", "text", "in OSM, not in OSM, not located, outside the study area, or online only"),
        Column("reason", "text", "why, in words"),
        Column("match_score", "number", "similarity of names", "0-1", True, 0, 1),
        Column("match_m", "number", "straight-line distance to the match", "m", True, 0),
        Column("site_id", "text", "heritage site it became; empty when none"),
        Column("space_id", "text", "creative space it became; empty when none"),
        MESSAGES,
    ),
)

IMPORTS = Table(
    "imports",
    "an imported list of known sites",
    (
        Column("file", "text", "its file name"),
        Column("source", "text", "who published it; of OSM's own tags also their day"),
        Column("kind", "text", "heritage, creative, osm (fresher tags) or wikidata (links, pictures and years)"),
        Column("datum", "text", "what its coordinates were read as: wgs84, gcj02, bd09 or an EPSG code"),
        Column(
            "n", "integer", "rows; of fresher tags the objects of the area read that they tell of", "rows", False, 0
        ),
        Column("placed", "integer", "rows that are on a site; the others lie outside, or are none", "rows", False, 0),
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
)

# in the order of what locating gives
LOCATED = (HERITAGE, CREATIVE, AMENITIES, REGISTRY, IMPORTS, GROUNDS)

CITY_LANGUAGES = Table(
    "city_languages",
    "a language of the city, the main one first",
    (
        Column("language", "text", "ISO 639 code"),
        Column("n_words", "integer", "its words and patterns that tell of industry and creative spaces", "", False, 0),
        Column("warning", "text", "that names in the city's main language are not read; empty when they are"),
        MESSAGES,
    ),
)
