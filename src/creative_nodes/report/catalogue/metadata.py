"""What catalogues of others read: a Data Package, and DCAT 3 as JSON-LD; STAC stands in `stac`.

Addresses in them are relative, so that the folder may be hosted anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import Column
from creative_nodes.report.catalogue.files import FORMATS, File, Published, csv_columns
from creative_nodes.report.catalogue.sources import Source
from creative_nodes.report.licences import ODBL, Licence, licence_of
from creative_nodes.report.settings import CatalogueSettings


class Streamed(list[Any]):
    """A list for `json` alone, whose items are made one by one as they are written: those of a thousand cities.

    Parameters
    ----------
    make : begins the items anew; there is one at least.
    """

    def __init__(self, make: Callable[[], Iterator[Any]]) -> None:
        """Keep what begins them."""
        super().__init__()
        self._make = make

    def __iter__(self) -> Iterator[Any]:
        """Begin anew."""
        return self._make()

    def __len__(self) -> int:
        """Say that there is something; json asks nothing else."""
        return 1


TITLE = "Creative spaces and old industry: an open catalogue"
ABOUT = (
    "Creative spaces, candidate sites of industrial heritage, and how their reuse would connect a city's creative "
    "spaces: every published table of a run of creative-nodes."
)
HOME = "https://www.openstreetmap.org/"
# datapackage.org/standard/data-package, version 1, which readers of version 2 read as well
TYPES = {"text": "string", "texts": "string", "number": "number", "integer": "integer", "flag": "boolean"}
CSV_ENCODING = "utf-8-sig"  # the files begin with a byte order mark, for spreadsheets
FLAGS = {"trueValues": ["True"], "falseValues": ["False"]}
# w3.org/TR/vocab-dcat-3
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"


@dataclass(frozen=True)
class CataloguedCity:
    """A city of the catalogue.

    Attributes
    ----------
    settings : of the city.
    snapshot : day of its map; empty when not known.
    sources : where its tables come from beside the map.
    area : EPSG:4326.
    tables : what is published.
    """

    settings: CatalogueSettings
    snapshot: str
    sources: tuple[Source, ...]
    area: BaseGeometry
    tables: tuple[Published, ...]

    @property
    def licence(self) -> Licence:
        """What its data are under."""
        return licence_of(fictional=self.settings.fictional)

    @property
    def credits(self) -> tuple[str, ...]:
        """Whom to name, a line each."""
        return (self.licence.attribution, *self._further)

    @property
    def terms(self) -> str:
        """Under what its data are, and what other sources say of theirs, in a line."""
        return "; ".join((str(self.licence), *self._further))

    @property
    def _further(self) -> tuple[str, ...]:
        return tuple(source.line(self.settings.name) for source in self.sources)


def all_credits(cities: Sequence[CataloguedCity]) -> tuple[str, ...]:
    """Return whom to name for all cities, each once.

    Parameters
    ----------
    cities : of the run.
    """
    return tuple(dict.fromkeys(one for city in cities for one in city.credits))


def described(one: Published) -> str:
    """Say what a row of a table is."""
    return f"A row is {one.table.row}."


# ---------------------------------------------------------------- Data Package


def _field(column: Column) -> dict[str, Any]:
    meaning = f"{column.meaning} [{column.unit}]" if column.unit else column.meaning
    field: dict[str, Any] = {"name": column.name, "type": TYPES[column.kind], "description": meaning}
    ends = {"minimum": column.minimum, "maximum": column.maximum}
    limits: dict[str, Any] = {key: value for key, value in ends.items() if value is not None}
    if not column.nullable and column.kind not in ("text", "texts"):
        limits["required"] = True
    return field | (FLAGS if column.kind == "flag" else {}) | ({"constraints": limits} if limits else {})


def _resource(city: CataloguedCity, one: Published, file: File) -> dict[str, Any]:
    name, media_type = FORMATS[file.ending]
    key = f"{city.settings.key}-{one.table.name}".replace("_", "-")
    told = {
        "name": key if file.ending == "csv" else f"{key}-{file.ending}",
        "path": file.path,
        "title": f"{city.settings.name}: {one.table.name} ({name})",
        "description": described(one),
        "format": file.ending,
        "mediatype": media_type,
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
        "licenses": [_data_licence(city.licence)],
    }
    if file.ending != "csv":
        return told | {"type": "file"}
    schema = {"fields": [_field(column) for column in csv_columns(one.table)], "missingValues": [""]}
    return told | {"profile": "tabular-data-resource", "encoding": CSV_ENCODING, "schema": schema}


def _data_licence(licence: Licence) -> dict[str, str]:
    return {"name": licence.name, "title": licence.title, "path": licence.url}


def data_package(cities: Sequence[CataloguedCity], run: Mapping[str, Any]) -> dict[str, Any]:
    """Describe every file as a Data Package; the tables as CSV with their columns.

    Parameters
    ----------
    cities : of the run.
    run : its record.
    """
    licences = {city.licence.name: city.licence for city in cities}
    return {
        "profile": "data-package",
        "name": "creative-nodes-catalogue",
        "id": run["id"],
        "version": run["version"],
        "title": TITLE,
        "description": f"{ABOUT} {'; '.join(all_credits(cities))}.",
        "licenses": [_data_licence(one) for one in licences.values()],
        "sources": [
            {"title": one, "path": HOME} if one == ODBL.attribution else {"title": one} for one in all_credits(cities)
        ],
        "resources": Streamed(
            lambda: (_resource(city, one, file) for city in cities for one in city.tables for file in one.files)
        ),
    }


# ---------------------------------------------------------------- DCAT


def _english(text: str) -> dict[str, str]:
    return {"@value": text, "@language": "en"}


def _provenance(city: CataloguedCity) -> list[dict[str, Any]]:
    """Name every source, a statement each."""
    return [{"@type": "dct:ProvenanceStatement", "rdfs:label": _english(one)} for one in city.credits]


def _distribution(licence: Licence, file: File) -> dict[str, Any]:
    name, media_type = FORMATS[file.ending]
    return {
        "@id": f"#{file.path}",
        "@type": "dcat:Distribution",
        "dct:title": _english(name),
        "dcat:downloadURL": {"@id": file.path},
        "dcat:mediaType": {"@id": f"{MEDIA_TYPES}{media_type}"},
        "dcat:byteSize": {"@value": str(file.size), "@type": "xsd:nonNegativeInteger"},
        "dct:license": {"@id": licence.url},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@value": file.sha256, "@type": "xsd:hexBinary"},
        },
    }


def _series(city: CataloguedCity) -> dict[str, Any]:
    box = shapely.box(*city.area.bounds).wkt
    return {
        "@id": f"#{city.settings.key}",
        "@type": "dcat:DatasetSeries",
        "dct:title": _english(city.settings.name),
        "dct:description": _english(f"The tables of {city.settings.name}."),
        "dct:license": {"@id": city.licence.url},
        "dct:rights": _english("; ".join(city.credits)),
        "dct:provenance": _provenance(city),
        "dct:spatial": {"@type": "dct:Location", "dcat:bbox": {"@value": box, "@type": "geo:wktLiteral"}},
    }


def _dataset(city: CataloguedCity, one: Published, version: str) -> dict[str, Any]:
    key = city.settings.key
    told: dict[str, Any] = {
        "@id": f"#{key}/{one.table.name}",
        "@type": "dcat:Dataset",
        "dct:title": _english(f"{city.settings.name}: {one.table.name}"),
        "dct:description": _english(described(one)),
        "dct:identifier": f"{key}/{one.table.name}",
        "dcat:inSeries": {"@id": f"#{key}"},
        "dcat:version": version,
        "dcat:landingPage": {"@id": f"{key}/index.html"},
        "dct:license": {"@id": city.licence.url},
        "dct:rights": _english("; ".join(city.credits)),
        "dct:provenance": _provenance(city),
        "dcat:distribution": [_distribution(city.licence, file) for file in one.files],
    }
    if not city.settings.fictional:
        told["dct:source"] = {"@id": HOME}
    if city.snapshot:
        told["dct:modified"] = {"@value": city.snapshot, "@type": "xsd:date"}
    return told


def dcat(cities: Sequence[CataloguedCity], run: Mapping[str, Any]) -> dict[str, Any]:
    """Describe the catalogue by DCAT 3 as JSON-LD: a series a city, a dataset a table, a distribution a file.

    Parameters
    ----------
    cities : of the run.
    run : its record.
    """
    publisher = {"@id": "#publisher", "@type": "foaf:Agent", "foaf:name": "creative-nodes"}

    def datasets() -> Iterator[dict[str, Any]]:
        yield from (_dataset(city, one, str(run["id"])) for city in cities for one in city.tables)
        yield from map(_series, cities)

    catalogue = {
        "@id": "#catalogue",
        "@type": "dcat:Catalog",
        "dct:title": _english(TITLE),
        "dct:description": _english(ABOUT),
        "dct:identifier": run["id"],
        "dct:publisher": publisher,
        "foaf:homepage": {"@id": "index.html"},
        "dcat:dataset": Streamed(datasets),
    }
    return {"@context": CONTEXT, **catalogue}
