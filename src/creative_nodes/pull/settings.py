"""Settings of the stage `pull`."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from creative_nodes.common import Positive, Section

WIDEST_DEGREES = 5.0  # Chongqing, the widest municipality, measures 4.9


class Boundary(Section):
    """The study area: give exactly one of relation, bbox, polygon and place."""

    relation: int | None = Field(None, gt=0, description="OSM relation id of an administrative boundary")
    bbox: tuple[float, float, float, float] | None = Field(
        None, description="(west, south, east, north), degrees, EPSG:4326"
    )
    polygon: str | None = Field(None, description="path of a GeoJSON or GeoPackage file with one (multi)polygon")
    place: str | None = Field(None, description="place name, looked up in Nominatim (internet.nominatim_url)")
    radius_m: Positive | None = Field(
        None,
        le=100_000,
        description="with place: metres around the point that Nominatim gives of it, in place of its outline",
    )

    @field_validator("bbox")
    @classmethod
    def _bbox_in_order(cls, bbox: tuple[float, float, float, float] | None) -> tuple[float, float, float, float] | None:
        if bbox is None:
            return bbox
        west, south, east, north = bbox
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise ValueError(
                f"bbox must be (west, south, east, north) in degrees with west < east and south < north, got {bbox}"
            )
        if max(east - west, north - south) > WIDEST_DEGREES:
            raise ValueError(f"bbox is wider than {WIDEST_DEGREES:g} degrees, more than any city: got {bbox}")
        return bbox

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [key for key, value in self if value is not None and key != "radius_m"]
        if len(given) != 1:
            raise ValueError(f"give exactly one of relation, bbox, polygon, place; got {given or 'none'}")
        if self.radius_m and not self.place:
            raise ValueError("radius_m is drawn around a place: give place, or leave radius_m out")
        return self

    def at(self, polygon: str | None) -> Self:
        """Return it with the file of its polygon; itself without one."""
        return self.model_copy(update={"polygon": polygon}) if polygon else self


class Source(Section):
    """Where the OSM data comes from."""

    kind: Literal["extract", "geofabrik", "overpass"] = Field(
        "geofabrik",
        description="extract: a local file; geofabrik: a .osm.pbf at any URL; overpass: a query, "
        "whose answers are kept in data/raw/answers until you remove them. "
        "A file <city>.osm.pbf in the extracts folder goes before all of them",
    )
    file: str | None = Field(
        None, description="extract only: path or s3:// address of a .osm.pbf, .osm or .osm.bz2 file"
    )
    url: str | None = Field(
        None,
        description="geofabrik: http(s) URL of a .osm.pbf file; overpass: base URL of the server, default: "
        "overpass-api.de and two other public ones",
    )
    mirrors: list[str] = Field(
        default_factory=list,
        description="http(s) URLs of the same file, or base URLs of other Overpass servers, asked in turn where the "
        "first fails",
    )
    snapshot: str | None = Field(
        None,
        description="day of the data, YYYY-MM-DD. geofabrik: that day's file in place of the latest, where the server "
        "keeps it; overpass: the map as it was then; extract: when the file itself does not say (merged extracts do "
        "not)",
    )

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if self.kind == "extract" and not self.file:
            raise ValueError("source.kind is extract: give source.file, the path of a .osm.pbf, .osm or .osm.bz2")
        if self.kind == "geofabrik" and not self.url:
            raise ValueError("source.kind is geofabrik: give source.url, the URL of a .osm.pbf file")
        for url in (self.url, *self.mirrors):
            if url and self.kind != "extract" and not url.startswith(("http://", "https://")):
                raise ValueError(f"source.url and source.mirrors must start with http:// or https://, got {url}")
        return self


class Internet(Section):
    """How servers are asked; none of it changes a result."""

    contact: str | None = Field(
        None,
        description="URL or address by which the operators of servers can reach whoever runs this; it is sent in the "
        "User-Agent, as the rules of Overpass, Nominatim and Geofabrik ask",
    )
    proxy: str | None = Field(
        None,
        description="URL of a proxy, http://host:port; default: the variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY",
    )
    nominatim_url: str = Field(
        "https://nominatim.openstreetmap.org", description="base URL of the Nominatim server that boundary.place asks"
    )
    geofabrik_index: str = Field(
        "https://download.geofabrik.de/index-v1.json",
        description="URL of Geofabrik's index of extracts with their outlines, which `snakemake new_city` reads",
    )
    patience_minutes: Positive = Field(
        60, le=10_080, description="minutes without anything new from any server after which a download is given up"
    )
    tries: int = Field(
        100, ge=1, le=10_000, description="tries in a row without anything new after which a download is given up"
    )
    longest_hours: Positive = Field(12, le=720, description="hours that one download may take in all")
    largest_gb: Positive = Field(20, le=1000, description="gigabytes that one download may have")
    silence_s: Positive = Field(60, le=3600, description="seconds without a byte after which a connection is given up")
    longest_pause_s: Positive = Field(
        120, le=86_400, description="seconds between two tries at most, unless the server asks for more (Retry-After)"
    )
    second_s: Positive = Field(
        1, le=1, description="length of one second of patience, in seconds; tests shorten it, nobody else needs to"
    )


class ModeAccess(Section):
    """Which OSM ways a mode may use. Follows the network filters of OSMnx, then the access tags."""

    exclude_highway: list[str] = Field(description="highway values the mode does not use")
    exclude_service: list[str] = Field(default_factory=list, description="service values the mode does not use")
    exclude_tags: dict[str, list[str]] = Field(
        default_factory=dict,
        description="other tags and the values of them that close a way to the mode, unless an access tag opens it: "
        "motorroad=yes, a road for motor vehicles only, closes it to those on foot and on bicycles",
    )
    access_keys: list[str] = Field(description="access tags, the most specific first; the first one present decides")
    oneway: bool = Field(description="whether oneway streets bind the mode")
    oneway_keys: list[str] = Field(
        default_factory=list, description="oneway tags of the mode's own, which go before the general `oneway`"
    )
