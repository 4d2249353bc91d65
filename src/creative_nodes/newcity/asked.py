"""What is asked of a new city on the command line, read and checked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema, model_validator

from creative_nodes.common import LOCALES, Positive, Section, TravelMode, wrong_answer
from creative_nodes.pull import Boundary
from creative_nodes.settings import Config

NEW_CITY_COMMAND = 'snakemake new_city --config name="Hoi An"'
WHERE = "new city"
BOX = "must be west,south,east,north in degrees, such as 105.71,20.86,105.95,21.10"
NO_COUNTRIES = ("EU", "EZ", "QO", "UN", "XA", "XB", "ZZ")  # regions and placeholders that CLDR names beside countries
# letters that a decomposition leaves whole
_WHOLE = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, dict | list) else str(value)


def _box(value: Any) -> Any:
    """Read west,south,east,north, which the command line leaves a text."""
    parts = value.strip("[]() ").split(",") if isinstance(value, str) else value
    try:
        west, south, east, north = (float(part) for part in parts)
    except (TypeError, ValueError):
        raise ValueError(BOX) from None
    return west, south, east, north


def _country(value: Any) -> Any:
    # YAML's NO is a flag to some readers
    code = value if value is None else str(value).upper()
    if code and (len(code) != 2 or code not in LOCALES["en"].territories or code in NO_COUNTRIES):
        raise ValueError(f"{code} is no ISO 3166-1 code of a country; give one such as VN")
    return code


Text = Annotated[str, BeforeValidator(_text)]


def key_of(name: str) -> str:
    """Return the key that a city's name gives: small letters a-z, digits and hyphens; empty where none is left."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_WHOLE)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-").lstrip("0123456789-")


class AskedCity(Section):
    """A city to begin: a name, and where it lies when its name alone does not say."""

    name: Text = Field(min_length=1, description="its name in English, as shown")
    key: Text | None = Field(None, description="its key, the name of its file; by default made of its name")
    country: Annotated[str, BeforeValidator(_country)] | None = Field(
        None, pattern="^[A-Z]{2}$", description="ISO 3166-1 code; by default what Nominatim or Geofabrik's index says"
    )
    place: Text | None = Field(
        None, description="what Nominatim is asked for; by default the name, where neither box nor polygon is given"
    )
    radius_m: Positive | None = Field(
        None, le=100_000, description="with a place: metres around its point, in place of its outline"
    )
    box: (
        Annotated[tuple[float, float, float, float], BeforeValidator(_box), WithJsonSchema({"type": "string"})] | None
    ) = Field(None, description="west,south,east,north of the study area, degrees, EPSG:4326")
    polygon: Text | None = Field(
        None, description="GeoJSON or GeoPackage file of the study area, path from the working folder"
    )
    main_mode: TravelMode | None = Field(
        None,
        description=f"how most trips are made: one of {', '.join(get_args(TravelMode))}; by default as in the city "
        "whose speeds it takes",
    )

    @model_validator(mode="after")
    def _one_place(self) -> AskedCity:
        given = [name for name in ("place", "box", "polygon") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"give one of place=, box= and polygon=, not {' and '.join(given)} together")
        if self.radius_m and given not in ([], ["place"]):
            raise ValueError("radius_m is drawn around a place: leave it out, or box and polygon")
        if not self.city:
            raise ValueError(f"no key can be made of the name {self.name!r}; give one, such as key=da-nang")
        self.boundary()
        return self

    @property
    def city(self) -> str:
        """The key of the city."""
        return self.key or key_of(self.name)

    def boundary(self) -> Boundary:
        """Return the study area as a city's file gives it."""
        if self.box:
            return Boundary.model_validate({"bbox": self.box})
        if self.polygon:
            return Boundary.model_validate({"polygon": self.polygon})
        return Boundary.model_validate({"place": self.place or self.name, "radius_m": self.radius_m})


def split_new_city(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split what Snakemake has read: what is asked of a new city, and the configuration.

    Parameters
    ----------
    given : as Snakemake has read it.
    """
    asked = {key: value for key, value in given.items() if key not in Config.model_fields}
    return asked, {key: value for key, value in given.items() if key not in asked}


def read_new_city(given: Mapping[str, Any], *, where: str = WHERE) -> AskedCity:
    """Check what is asked of a new city.

    Parameters
    ----------
    given : its keys as written.
    where : what is named in errors.

    Raises
    ------
    InputError : an unknown key or value (the nearest valid key is named), no name, or more than one place.
    """
    try:
        return AskedCity.model_validate(dict(given))
    except ValidationError as error:
        raise wrong_answer(error, AskedCity, where=where, example="Hoi An") from None
