"""The forward record: public decisions on industrial sites, beside where this run ranks them (METHOD section 9).

Every decision that is known is told, however it came out. The map a run reads may be younger than a decision, so a row
says which of the two came first.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from creative_nodes.choose.tables import DECISIONS
from creative_nodes.common import InputError, tables, values_bounded

_DATE = re.compile(r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")
SETS = ("best", "runner_up", "single")


class Decision(BaseModel):
    """One public decision on an industrial site; `registry_id` is empty where no row tells of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    city: str = Field(min_length=1)
    registry_id: str
    site: str = Field(min_length=1)
    kind: Literal["release", "reuse", "study", "other_use"]
    decision: str = Field(min_length=1)
    date: str
    source: str = Field(min_length=1)

    @field_validator("date")
    @classmethod
    def _a_day(cls, date: str) -> str:
        if not _DATE.match(date):
            raise ValueError("give a year, a month or a day: 2025, 2025-11 or 2025-11-25")
        return date


@values_bounded()
def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Read the rows of the file with their line numbers; more values than columns are a fault."""
    where, rows = str(path), []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in Decision.model_fields if name not in (reader.fieldnames or [])]
            if missing:
                raise InputError(f"column {', '.join(missing)} is missing", where=where)
            for values in reader:
                if None in values:
                    raise InputError(
                        "has more values than there are columns; put a value that holds a comma in quotes",
                        where=f"{where}, line {reader.line_num}",
                    )
                rows.append((reader.line_num, {key: (value or "").strip() for key, value in values.items()}))
    except FileNotFoundError:
        raise InputError("no such file of decisions", where=where) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8; save it as UTF-8", where=where) from None
    except csv.Error as error:
        raise InputError(f"is not a sound CSV file: {error}", where=where) from None
    return rows


def read_decisions(path: str | Path, *, cities: Sequence[str] = ()) -> list[Decision]:
    """Read the file of decisions (CSV, UTF-8).

    Parameters
    ----------
    path : the file.
    cities : keys of the cities that may be named; by default any.

    Returns
    -------
    its rows, by city, date and site.

    Raises
    ------
    InputError : the file, a column or a value is not as it must be, a city is not known, or a row stands twice; file
        and line are named.
    """
    found: dict[tuple[str, str, str, str], Decision] = {}
    for line, values in _rows(Path(path)):
        where = f"{path}, line {line}"
        try:
            one = Decision.model_validate(values)
        except ValidationError as error:
            faults = (f"{fault['loc'][0]}: {fault['msg'].removeprefix('Value error, ')}" for fault in error.errors())
            raise InputError("; ".join(faults), where=where) from None
        if cities and one.city not in cities:
            raise InputError(f"city: {one.city} is not known; known are {', '.join(cities)}", where=where)
        key = (one.city, one.date, one.site, one.kind)
        if key in found:
            raise InputError(f"{one.site}: the same kind of decision of {one.date} stands twice", where=where)
        found[key] = one
    return [found[key] for key in sorted(found)]


def _standing(site_id: str, ranks: pd.Series) -> str:
    """Return how a site stands in the run: not_located, no_candidate, ranked or not_ranked."""
    if not site_id:
        return "not_located"
    if site_id not in ranks.index:
        return "no_candidate"
    return "ranked" if pd.notna(ranks.loc[site_id]) else "not_ranked"


def _sets_of(recommended: pd.DataFrame) -> dict[str, list[str]]:
    """Return the sets that each site is a member of."""
    members = recommended.groupby("site_id")["set"].agg(set)
    return {str(site): [name for name in SETS if name in names] for site, names in members.items()}


def record_decisions(
    decisions: Sequence[Decision],
    registry: pd.DataFrame,
    scores: pd.DataFrame,
    recommended: pd.DataFrame,
    *,
    city: str,
    snapshot: str,
) -> pd.DataFrame:
    """Set the decisions of one city beside the run.

    Parameters
    ----------
    decisions : of any city.
    registry, scores, recommended : tables of the run.
    city : its key.
    snapshot : date of the map data, ISO 8601; any other text is no date, and the age of the map not known.

    Returns
    -------
    the table decisions, by date.

    Raises
    ------
    InputError : a decision names a row that the registry lacks.
    """
    # what is no date (unknown) tells nothing of age
    snapshot = snapshot if _DATE.match(snapshot) else ""
    site_of = {"": "", **dict(zip(registry["registry_id"], registry["site_id"], strict=True))}
    status_of = dict(zip(registry["registry_id"], registry["status"], strict=True))
    by_site = scores.set_index("site_id")
    sets, rows = _sets_of(recommended), []
    for one in decisions:
        if one.city != city:
            continue
        if one.registry_id not in site_of:
            raise InputError(f"{one.registry_id}: the registry of {city} has no such row", where="config/decisions.csv")
        site_id = site_of[one.registry_id]
        scored = site_id in by_site.index
        rows.append(
            {
                **one.model_dump(exclude={"city"}),
                "site_id": site_id,
                "standing": _standing(site_id, by_site["rank"]),
                "list": by_site.loc[site_id, "list"] if scored else "",
                "rank": by_site.loc[site_id, "rank"] if scored else pd.NA,
                "ranked": int(by_site["rank"].notna().sum()),
                "sets": sets.get(site_id, []),
                "snapshot": snapshot,
                "known_to_run": one.kind == "release" and status_of.get(one.registry_id) == "to_be_vacated",
                "map_is_younger": bool(snapshot) and snapshot[: len(one.date)] >= one.date,
            }
        )
    if not rows:
        empty: pd.DataFrame = tables.empty(DECISIONS)
        return empty
    frame = pd.DataFrame(rows).astype({"rank": "Int64"})
    return frame[[column.name for column in DECISIONS.columns]]
