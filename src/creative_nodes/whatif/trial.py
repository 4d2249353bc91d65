"""What if another site were a candidate? It is measured and ranked among the others; the base stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from creative_nodes.common import CRITERIA, criterion, tables
from creative_nodes.doubt import doubt_priorities
from creative_nodes.reach import CANDIDATES, MODES, Survey, draw_isochrones, measure_criteria, one_ground_with
from creative_nodes.score import Basis, read_scales, score_candidates, score_scenarios, values_of
from creative_nodes.whatif.sites import BaseCity
from creative_nodes.whatif.tables import WHATIF_CANDIDATES, WHATIF_SCORES

PREFIX = {"name": "What if: ", "name_en": "What if: ", "name_vi": "Giả sử: ", "name_zh": "假设："}
COMBINED = ("heritage", "candidates", "scores", "reach", "parts", "isochrones")
BESIDE = ("study_area", "places", "sweeps", "scales", "reference")  # read only
SMALLEST = 0.0001  # of a figure that is written out
RANKED = ("values", "scenarios", "priorities_doubt", "agreement")  # made from the combined candidates alone


@dataclass(frozen=True)
class Trial:
    """What came of it.

    Attributes
    ----------
    candidates, scores : the tables whatif_candidates and whatif_scores.
    combined : the tables of `COMBINED` and `RANKED` with the sites tried in them.
    """

    candidates: gpd.GeoDataFrame
    scores: pd.DataFrame
    combined: dict[str, Any]

    def tables(self) -> dict[str, Any]:
        """Return every table by name."""
        return {"whatif_candidates": self.candidates, "whatif_scores": self.scores, **self.combined}


def _marked(frame: gpd.GeoDataFrame, tried: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Say in their names which sites are tried, in each language that they have a name in."""
    marked, asked = frame.copy(), tried.set_index("site_id")["asked"]
    nameless = marked["name"] == ""
    marked.loc[nameless, "name"] = asked.loc[marked.loc[nameless, "site_id"]].to_numpy()
    for key, prefix in PREFIX.items():
        marked[key] = [f"{prefix}{name}" if name else "" for name in marked[key]]
    return marked


def _with(base: Any, tried: Any, ids: Sequence[str]) -> Any:
    """Put rows in place of those of the same sites."""
    kept = base[~base["site_id"].isin(ids)]
    if tried.empty or kept.empty:
        return (kept if tried.empty else tried).reset_index(drop=True)
    return pd.concat([kept, tried[kept.columns]], ignore_index=True)


def _on_grounds(candidates: gpd.GeoDataFrame, city: BaseCity) -> gpd.GeoDataFrame:
    """Say anew which candidates stand on one ground, those tried among them."""
    found = one_ground_with(candidates["site_id"].tolist(), city.streets.shapes(candidates))
    return candidates.assign(one_ground_with=found)


def _moved(scores: pd.DataFrame, base: pd.DataFrame, candidates: pd.DataFrame, ids: Sequence[str]) -> pd.DataFrame:
    """Make the table whatif_scores: the ranks beside those of the base."""
    before = base.set_index("site_id")["rank"].astype("Int64")
    found = scores.merge(candidates[["site_id", "name"]], on="site_id", validate="one_to_one")
    found["tried"] = found["site_id"].isin(ids)
    found["base_rank"] = before.reindex(found["site_id"]).array
    found["move"] = found["rank"].astype("Int64") - found["base_rank"]
    columns = WHATIF_SCORES.columns
    whole = {column.name: "Int64" for column in columns if column.kind == "integer"}
    return found[[column.name for column in columns]].astype(whole)


def _ranked(candidates: gpd.GeoDataFrame, sweeps: pd.DataFrame, city: BaseCity) -> dict[str, pd.DataFrame]:
    """Rank the candidates of the base and those tried together; no setting is swept anew, no reach of a scenario.

    Values are those of the city's reference places, so that a site that is tried moves nobody's score.
    """
    score, seed = city.analysis.score, city.analysis.seed
    scales = read_scales(city.frames["scales"])
    scenarios = score_scenarios(Basis(candidates, city.frames["reference"]), score, city.analysis.scenarios)
    priorities, _, agreement = doubt_priorities(candidates, scales, scenarios, sweeps, score, seed=seed)
    return {
        "scores": score_candidates(candidates, scales, score, seed=seed),
        "values": values_of(candidates, scales, score),
        "scenarios": scenarios,
        "priorities_doubt": priorities,
        "agreement": agreement,
    }


def try_sites(tried: gpd.GeoDataFrame, city: BaseCity) -> Trial:
    """Measure sites as the base measures its candidates, and rank them among those.

    Parameters
    ----------
    tried : rows as `tried_sites` makes them, at least one.
    city : the base tables and what they were measured in.

    Returns
    -------
    the sites tried, every rank beside that of the base, and the combined tables. A site of the base that is tried again
    takes its own place. A site that cannot be reached has the reason and no rank.
    """
    analysis, frames, ids = city.analysis, city.frames, tried["site_id"].tolist()
    survey = Survey(tried, city.world, city.streets, analysis.people_grid.link_within_m)
    measured = measure_criteria(
        survey,
        reach=analysis.reach,
        network=analysis.network,
        candidates=analysis.candidates,
        main_mode=city.main_mode,
        modes=tables.empty(MODES),  # the streets are those of the base
    )
    own = {
        "heritage": _marked(tried, tried),
        "candidates": _marked(measured.candidates, tried),
        "reach": measured.reach,
        "parts": measured.parts,
        "isochrones": draw_isochrones(tried, city.streets, analysis.isochrones),
    }
    combined = {name: _with(frames[name], frame, ids) for name, frame in own.items()}
    combined["candidates"] = _on_grounds(combined["candidates"], city)
    sweeps = frames["sweeps"]
    combined |= _ranked(combined["candidates"], sweeps[~sweeps["site_id"].isin(ids)], city)
    columns = [column.name for column in WHATIF_CANDIDATES.columns]
    told = ["site_id", "asked", "found_as", "lies_on", "area_m2", "start_year", "listed", "public_land"]
    grounds = combined["candidates"].set_index("site_id")["one_ground_with"]
    own_rows = measured.candidates.assign(one_ground_with=grounds.loc[measured.candidates["site_id"]].to_list())
    candidates = own_rows.merge(tried[told], on="site_id", validate="one_to_one")[columns]
    scores = _moved(combined["scores"], frames["scores"], combined["candidates"], ids)
    return Trial(candidates, scores, combined)


def _places(candidates: pd.DataFrame, name: str) -> pd.Series:
    """Rank the candidates by one criterion, 1 the best; ties share the better rank, missing values have none."""
    known = candidates.loc[candidates["reachable"]].set_index("site_id")[name].astype(float)
    return known.rank(ascending=criterion(name).cost, method="min")


def _figure(value: float) -> str:
    """Write a figure, never in powers of ten."""
    if 0 < abs(value) < SMALLEST:
        return f"under {SMALLEST:g}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def _site_lines(row: Any, scored: Any, trial: Trial) -> list[str]:
    """Tell of one site: its rank, and each criterion with its place among the candidates."""
    called = row["name"] or row["asked"]
    head = f"{called} ({row['status']}, {row['heritage_class']}, {row['asked']}, {row['found_as']})"
    if not row["reachable"]:
        return [head, f"  out of reach, so not scored: {row['unreachable_reason']}"]
    if pd.isna(scored["rank"]):
        return [head, "  not scored: nothing with a weight is known of any site"]
    n = int(trial.scores["rank"].notna().sum())
    before = "" if pd.isna(scored["base_rank"]) else f", {scored['base_rank']} in the base"
    lines = [
        head,
        f"  rank {scored['rank']} of {n}{before}; {scored['rank_low']} to {scored['rank_high']} in 90 % of weightings; "
        f"among the best {scored['top_n']} in {scored['p_top']:.0%} "
        f"(priorities: {scored['priorities'].replace('_', ' ')}); score {scored['score']:.3f}",
        f"  {'criterion':<20}{'value':>14}  {'unit':<18}{'place':>6}{'adds':>8}",
    ]
    for name in CRITERIA:
        column, value = CANDIDATES.column(name), row[name]
        place = _places(trial.combined["candidates"], name).get(row["site_id"], np.nan)
        shown, rank = ("not known", "-") if pd.isna(value) else (_figure(value), f"{place:.0f}")
        adds = scored[f"part_{name}"]
        lines.append(f"  {name:<20}{shown:>14}  {column.unit:<18}{rank:>6}{'-' if pd.isna(adds) else f'{adds:.3f}':>8}")
    if row["area_unknown"]:
        lines.append("  its area is not known, so site_capacity is that of a typical site of its class; give area_m2=")
    if row["age_unknown"]:
        lines.append("  its age is not known, so it counts as the middle in heritage_value; give start_year=")
    return lines


def _others_lines(trial: Trial) -> list[str]:
    """Tell how the ranks of the base moved."""
    others = trial.scores[~trial.scores["tried"] & trial.scores["move"].notna()]
    if others.empty:
        return ["no other site is ranked"]
    moved = others[others["move"] != 0]
    if moved.empty:
        return [f"none of the {len(others)} other sites moves"]
    up, down = int((moved["move"] < 0).sum()), int((moved["move"] > 0).sum())
    far = moved.iloc[int(moved["move"].abs().to_numpy(dtype=int).argmax())]
    return [
        f"the {len(others)} other sites: {down} down, {up} up; farthest {far['name'] or far['site_id']}, from "
        f"{far['base_rank']} to {far['rank']}"
    ]


def trial_in_words(trial: Trial) -> str:
    """Say what came of it as a short plain table, a block a site."""
    scores = trial.scores.set_index("site_id")
    lines = [f"{len(trial.candidates)} tried"]
    for row in trial.candidates.to_dict("records"):
        lines += ["", *_site_lines(row, scores.loc[row["site_id"]], trial)]
    return "\n".join([*lines, "", *_others_lines(trial), ""])


def trial_warnings(trial: Trial) -> list[str]:
    """Say what a reader of the figures must know beside them."""
    found = []
    for row in trial.candidates.to_dict("records"):
        if row["found_as"] == "converted":
            found.append(
                f"{row['asked']} is converted already: its own creative spaces count among those it reaches, so its "
                "figures are too high"
            )
        if row["found_as"] == "lost":
            found.append(f"{row['asked']} is lost, by what OSM or the registry says")
        if row["lies_on"]:
            found.append(
                f"{row['asked']} lies on {row['lies_on']} of the table heritage, which stays as it is; to try that "
                f"site say osm={row['lies_on']}"
            )
    return found
