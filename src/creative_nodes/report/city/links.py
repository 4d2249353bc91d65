"""Where to read on about a site: the photo, Wikipedia and Wikidata addresses in the OSM tags of its members.

Tags are written by anyone, so an address is made from a checked value or not at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

import pandas as pd
import pyarrow.parquet as pq

from creative_nodes.report.draw.basemap import need_columns

LinkKind = Literal["photo", "wikipedia", "wikidata"]
Links = tuple[tuple[LinkKind, str], ...]
SHOWN_OF_A_KIND = 4
# kind and the start of a value by tag, in the order shown; a tag may hold several values, parted by semicolons
TAGS: dict[str, tuple[LinkKind, str]] = {
    "wikimedia_commons": ("photo", r"(?:File|Category):"),
    "image": ("photo", r"https?://"),
    "wikipedia": ("wikipedia", r"(?:[a-z]{2,3}(?:-[a-z]{2,12})*|simple):"),
    "wikidata": ("wikidata", r"Q[0-9]"),
}
# parts of an address behind its street, from the smallest
AREAS = ("quarter", "subdistrict", "suburb", "district")
KINDS: tuple[LinkKind, ...] = ("photo", "wikipedia", "wikidata")
NO_TITLE = re.compile(r"[<>\[\]{}|]|//")  # MediaWiki takes none of the first in a title; "//" is an address gone wrong
# named hosts only: an IP address or localhost would lead into the reader's own network
HOST = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}")
NO_ADDRESS = re.compile(r"[\s\"'<>\\^`{|}]")


def _title(text: str) -> str:
    """Encode a wiki title for an address, its section left out; nothing when it cannot be one."""
    title = unquote(text).partition("#")[0].strip()
    steps = {".", ".."} & set(title.split("/"))  # a browser would climb out of /wiki/
    if not title or steps or NO_TITLE.search(title) or not title.isprintable():
        return ""
    return quote(title.replace(" ", "_"), safe="/:")


def _commons(value: str) -> str:
    space, _, name = value.partition(":")
    title = _title(name)
    return f"https://commons.wikimedia.org/wiki/{space}:{title}" if title else ""


def _image(value: str) -> str:
    if NO_ADDRESS.search(value) or not value.isprintable():
        return ""
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises when it is no number
    except ValueError:
        return ""
    return value if "@" not in parts.netloc and HOST.fullmatch(parts.hostname or "") else ""


def _wikipedia(value: str) -> str:
    code, _, name = value.partition(":")
    title = _title(name)
    return f"https://{code}.wikipedia.org/wiki/{title}" if title else ""


def _wikidata(value: str) -> str:
    return f"https://www.wikidata.org/wiki/{value}" if re.fullmatch(r"Q[1-9][0-9]{0,11}", value) else ""


ADDRESS = {"wikimedia_commons": _commons, "image": _image, "wikipedia": _wikipedia, "wikidata": _wikidata}


def tag_links(tags: Mapping[str, str]) -> Links:
    """Make the addresses that the tags of one OSM object give.

    Parameters
    ----------
    tags : of the object. Read are `wikimedia_commons` (File:... or Category:...), `image` (http or https),
        `wikipedia` (lang:Title) and `wikidata` (Q and digits); any other value is left out.

    Returns
    -------
    Kind and address, each address once: photos, then Wikipedia, then Wikidata.
    """
    found: dict[str, LinkKind] = {}
    for tag, (kind, start) in TAGS.items():
        for value in re.split(rf";\s*(?={start})", str(tags.get(tag) or "")):
            address = ADDRESS[tag](value.strip()) if re.match(start, value.strip()) else ""
            if address:
                found[address] = kind
    return tuple((kind, address) for address, kind in found.items())


def _tags_of(path: str | Path, osm_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Read the tags of some OSM objects, and no other rows of the table places."""
    need_columns(Path(path), ["osm_id", "tags"])
    wanted = sorted(set(osm_ids))
    if not wanted:
        return {}
    table = pq.read_table(path, columns=["osm_id", "tags"], filters=[("osm_id", "in", wanted)])
    return {row["osm_id"]: json.loads(row["tags"]) for row in table.to_pylist()}


def read_links(path: str | Path, osm_ids: Iterable[str]) -> dict[str, Links]:
    """Read the addresses in the tags of some OSM objects, and no other rows of the table.

    Parameters
    ----------
    path : the table places.
    osm_ids : of the objects, such as "way/123".

    Returns
    -------
    Links by osm_id; objects without any are left out.

    Raises
    ------
    InputError : the table lacks a column.
    """
    found = {osm_id: tag_links(tags) for osm_id, tags in _tags_of(path, osm_ids).items()}
    return {osm_id: links for osm_id, links in found.items() if links}


def tag_address(tags: Mapping[str, str]) -> str:
    """Join the parts of an address as OSM tags hold them; nothing without a street, a place or the whole of it."""
    if full := str(tags.get("addr:full") or ""):
        return full
    street = str(tags.get("addr:street") or tags.get("addr:place") or "")
    first = " ".join(part for part in (str(tags.get("addr:housenumber") or ""), street) if part) if street else ""
    return ", ".join(part for part in (first, *(str(tags.get(f"addr:{key}") or "") for key in AREAS)) if part)


def read_addresses(path: str | Path, osm_ids: Iterable[str]) -> dict[str, str]:
    """Read the addresses in the tags of some OSM objects, in one line each.

    Parameters
    ----------
    path : the table places.
    osm_ids : of the objects, such as "way/123".

    Raises
    ------
    InputError : the table lacks a column.
    """
    found = {osm_id: tag_address(tags) for osm_id, tags in _tags_of(path, osm_ids).items()}
    return {osm_id: address for osm_id, address in found.items() if address}


def site_addresses(heritage: pd.DataFrame, addresses: Mapping[str, str]) -> dict[str, str]:
    """Return the address of each site by site_id, the fullest of its members'; sites without any are left out.

    Parameters
    ----------
    heritage : table with site_id and osm_ids, the members.
    addresses : by osm_id, as `read_addresses` gives them.
    """
    own = {
        site_id: [addresses[one] for one in osm_ids if one in addresses]
        for site_id, osm_ids in zip(heritage["site_id"], heritage["osm_ids"], strict=True)
    }
    return {site_id: max(found, key=len) for site_id, found in own.items() if found}


def _item_links(item: str, image: str) -> Links:
    """Make the addresses of an item of Wikidata and of its picture."""
    return tag_links({"wikidata": item, "wikimedia_commons": f"File:{image}" if image else ""})


def _in_order(links: Iterable[tuple[LinkKind, str]]) -> Links:
    once = list(dict.fromkeys(links))
    by_kind = ([link for link in once if link[0] == kind][:SHOWN_OF_A_KIND] for kind in KINDS)
    return tuple(link for group in by_kind for link in group)


def site_links(heritage: pd.DataFrame, links: Mapping[str, Links]) -> dict[str, Links]:
    """Gather the links of each site's members.

    Parameters
    ----------
    heritage : table with site_id, osm_ids (the members), wikidata and image (its item, and a picture).
    links : by osm_id, as `read_links` gives them.

    Returns
    -------
    Links by site_id, sorted by kind, at most `SHOWN_OF_A_KIND` of each; sites without any are left out.
    """
    members = zip(*(heritage[column] for column in ("site_id", "osm_ids", "wikidata", "image")), strict=True)
    found = {
        site_id: _in_order([*(link for osm_id in osm_ids for link in links.get(osm_id, ())), *_item_links(item, image)])
        for site_id, osm_ids, item, image in members
    }
    return {site_id: told for site_id, told in found.items() if told}
