"""Items of Wikidata: the link, picture and year that they lend to the sites they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

import numpy as np
import shapely

from creative_nodes.common import InputError
from creative_nodes.locate import registry
from creative_nodes.locate.forming import Item, Site
from creative_nodes.locate.settings import Locate

_ITEM = re.compile(r"(?:https?://www\.wikidata\.org/(?:entity|wiki)/)?(Q[1-9]\d{0,11})")
_COMMONS = re.compile(r"https?://commons\.wikimedia\.org/wiki/(?:Special:FilePath/|File:)(.+)|(?:File:)?([^/:]+)")
_FILE = re.compile(r"[^<>\[\]{}|#/]+\.[A-Za-z0-9]{2,5}")  # a title that MediaWiki takes, with an ending
NAMED_AFTER = ("wikidata",)  # brand:wikidata and operator:wikidata tell of a firm


def item_id(text: str, where: str) -> str:
    """Return the id of an item of Wikidata, given as such or as its address; an empty text stays so.

    Parameters
    ----------
    text : as it stands in a list.
    where : row, for the error.

    Raises
    ------
    InputError : it is neither.
    """
    found = _ITEM.fullmatch(text)
    if text and not found:
        raise InputError(f"{text!r} is no item of Wikidata; write it like Q123", where=where)
    return found[1] if found else ""


def commons_file(text: str, where: str) -> str:
    """Return the name of a file of Wikimedia Commons, given as such or as its address; an empty text stays so.

    Parameters
    ----------
    text : as it stands in a list.
    where : row, for the error.

    Raises
    ------
    InputError : it is neither.
    """
    found = _COMMONS.fullmatch(text)
    name = unquote(found[1] or found[2]).replace("_", " ").strip() if found else ""
    if text and not (_FILE.fullmatch(name) and name.isprintable()):
        raise InputError(f"{text!r} is no file of Wikimedia Commons; write it like Old mill.jpg", where=where)
    return name


def lend_items(sites: Sequence[Site], rows: Sequence[registry.Known], settings: Locate, *, epsg: int) -> None:
    """Give each site its item, in place: the one its objects name, else one of like name at the same place.

    An item that lies farther than a registry row may is another thing, whatever it is called, and so is one of which
    nobody knows where it lies. A site whose objects name an item takes no other.

    Parameters
    ----------
    sites : sites, metric CRS.
    rows : items of lists, as rows.
    settings : how far off and how like in name a match may be.
    epsg : metric CRS.
    """
    placed = {row.wikidata: (row, at) for row, at in zip(rows, registry.positions(list(rows), epsg), strict=True)}
    for site in sites:
        site.item = _tagged(site, placed, settings.registry_match_m)
    free, taken = [site for site in sites if not site.item.wikidata], {site.item.wikidata for site in sites}
    left = [row for row, at in placed.values() if at is not None and row.wikidata not in taken]
    shapes, names = np.array([site.geometry for site in free], dtype=object), [site.all_names() for site in free]
    for one in registry.match(
        left, names, shapes, epsg=epsg, within_m=settings.registry_match_m, min_score=settings.registry_match_score
    ):
        free[one.site].item = _item(left[one.row])


def _tagged(site: Site, placed: dict[str, tuple[registry.Known, shapely.Point | None]], within_m: float) -> Item:
    """Return the first item that the site's objects name; what lists say of it only where it lies there too."""
    named = [tags[key] for tags in site.tags for key in NAMED_AFTER if _ITEM.fullmatch(tags.get(key, ""))]
    if not named:
        return Item()
    row, at = placed.get(named[0], (None, None))
    if row is None or at is None or not shapely.dwithin(site.geometry, at, within_m):
        return Item(named[0])
    return _item(row)


def _item(row: registry.Known) -> Item:
    return Item(row.wikidata, row.image, row.year_built)
