"""What a what-if asks, as written on the command line or in a file of sites, read and checked."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, WithJsonSchema, model_validator

from creative_nodes.common import InputError, Positive, Section, Share, Status, keys_of, nearest, wrong_answer
from creative_nodes.settings import Config

COMMAND = "snakemake whatif --config city=hanoi at=21.0401,105.8702 status=vacated"
# as a shell reads it, and Python: errors reach both
EXAMPLE = 'at="21.0401,105.8702" with status="vacated"'
WHERE = "what-if"
_OSM_ID = re.compile(r"(?:^|/)(node|way|relation)/([1-9]\d*)/?$")
_SITE_ID = re.compile(r"^h-[\w-]+$")
_OUT = re.compile(r"^[a-z0-9][a-z0-9-]*$")


def _text(value: Any) -> Any:
    """Return what was written: the command line turns 1905 into a number and "a: b" into a mapping."""
    if isinstance(value, dict) and len(value) == 1:
        key, text = next(iter(value.items()))
        return f"{key}: {text}"
    return value if value is None or isinstance(value, dict | list) else str(value)


def _position(value: Any) -> tuple[float, float]:
    """Read latitude and longitude."""
    try:
        lat, lon = (float(part) for part in (value if isinstance(value, tuple | list) else str(value).split(",")))
    except (TypeError, ValueError):
        raise ValueError("must be latitude,longitude in degrees (WGS 84), for example 21.0401,105.8702") from None
    if not (math.isfinite(lat) and math.isfinite(lon)):
        raise ValueError("must be two finite numbers")
    if abs(lat) > 90 or abs(lon) > 180:
        raise ValueError(f"no place on Earth has latitude {lat:g} and longitude {lon:g}; latitude stands first")
    return (lat, lon)


def _osm_id(value: str) -> str:
    """Read an OSM id, also from the address of its page, or a site id of the table heritage."""
    found = _OSM_ID.search(value.strip())
    if found:
        return f"{found[1]}/{found[2]}"
    if _SITE_ID.match(value.strip()):
        return value.strip()
    raise ValueError("must look like way/123, node/123 or relation/123, or be a site_id of the table heritage")


def _status(value: Any) -> Any:
    if value not in get_args(Status):
        raise ValueError(f"no such status; {nearest(str(value), get_args(Status))}")
    return value


def _out(value: str) -> str:
    if not _OUT.match(value):
        raise ValueError("must be small letters, digits and hyphens, because it names a folder and a page")
    return value


Text = Annotated[str, BeforeValidator(_text)]


class AskedSite(Section):
    """One site to try."""

    at: Annotated[tuple[float, float], BeforeValidator(_position), WithJsonSchema({"type": "string"})] | None = Field(
        None, description="its place: latitude,longitude in degrees, WGS 84"
    )
    osm: Annotated[Text, AfterValidator(_osm_id)] | None = Field(
        None, description="its OSM object (way/123), or its site_id in the table heritage; in place of `at`"
    )
    name: Text | None = Field(None, description="its name; by default that in OSM")
    name_en: Text | None = Field(None, description="its English name")
    name_vi: Text | None = Field(None, description="its Vietnamese name")
    name_zh: Text | None = Field(None, description="its Chinese name")
    class_: Text | None = Field(
        None, alias="class", description="class of the heritage taxonomy; by default what OSM says, else unspecified"
    )
    status: Annotated[Status, BeforeValidator(_status)] | None = Field(
        None,
        description=f"one of {', '.join(get_args(Status))}; needed with `at`, by default what OSM says with `osm`",
    )
    area_m2: Positive | None = Field(
        None,
        description="its area in m²; by default that of its outline, else not known and counted as typical "
        "of its class",
    )
    confidence: Share | None = Field(
        None,
        description="that it is industrial heritage, 0-1; by default that of the table heritage, else that of a row "
        "of the registry (registry_weight of the taxonomy), with what OSM says",
    )
    start_year: int | None = Field(None, description="year it was built")
    listed: bool | None = Field(None, description="carries a heritage listing")
    public_land: bool | None = Field(None, description="stands on public land")


class Asked(AskedSite):
    """A what-if: a city, and one site or a file of them. With a file the other keys hold where a row says nothing."""

    city: Text = Field(description="key of the city")
    sites: Text | None = Field(
        None,
        description="file of sites in place of `at` and `osm`: CSV with columns named as these keys (lat and lon may "
        "stand for at), or GeoJSON with such properties",
    )
    out: Annotated[Text, AfterValidator(_out)] | None = Field(
        None, description="name of this what-if: it is kept apart from others in `whatif-<out>`"
    )

    @model_validator(mode="after")
    def _one_place(self) -> Asked:
        given = [name for name in ("at", "osm", "sites") if getattr(self, name) is not None]
        if len(given) != 1:
            said = f"not {' and '.join(given)} together" if given else "none is given"
            raise ValueError(f"give one of at=, osm= and sites= ({said}), such as {EXAMPLE}")
        return self

    @property
    def trial(self) -> str:
        """The name of its folder."""
        return f"whatif-{self.out}" if self.out else "whatif"

    def one(self) -> AskedSite:
        """Return what is asked of each site."""
        keys = AskedSite.model_fields.keys() & self.model_fields_set
        return AskedSite.model_construct(**{key: getattr(self, key) for key in keys})


def split_asked(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split what Snakemake has read: the keys of a what-if, and the configuration.

    A key that is of neither goes with the what-if where there is one, so that its nearest valid key is named.
    """
    mine = set(keys_of(Asked))
    asked = {key: value for key, value in given.items() if key in mine}
    if asked:
        asked |= {key: value for key, value in given.items() if key not in mine | Config.model_fields.keys()}
    return asked, {key: value for key, value in given.items() if key not in asked}


def read_asked(given: Mapping[str, Any], *, where: str = WHERE) -> Asked:
    """Check a what-if.

    Parameters
    ----------
    given : its keys as written.
    where : what is named in errors.

    Raises
    ------
    InputError : an unknown key or value (the nearest valid one is named), no city, not exactly one of at, osm, sites.
    """
    try:
        return Asked.model_validate(dict(given))
    except ValidationError as error:
        raise wrong_answer(error, Asked, where=where, example="hanoi") from None


def read_site(given: Mapping[str, Any], *, where: str) -> AskedSite:
    """Check one row of a file of sites; empty values are left out. Errors are as in `read_asked`.

    Parameters
    ----------
    given : key and value, as in a row.
    where : file and row, for errors.

    Raises
    ------
    InputError : see `read_asked`.
    """
    try:
        return AskedSite.model_validate({key: value for key, value in given.items() if value not in ("", None)})
    except ValidationError as error:
        raise wrong_answer(error, AskedSite, where=where, example="hanoi") from None


def sites_file(asked: Asked) -> list[str]:
    """Return the file of sites, if one is asked for.

    Raises
    ------
    InputError : it is not there.
    """
    if asked.sites is None:
        return []
    if not Path(asked.sites).is_file():
        raise InputError(f"sites: no such file: {asked.sites}", where=WHERE)
    return [asked.sites]
