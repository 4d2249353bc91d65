"""Figures of the creative network and its clusters, and what gaps in the map would do to them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from creative_nodes.common import (
    Message,
    mark,
    told,
)
from creative_nodes.network import (
    Links,
    connectivity_of,
    efficiency,
    links_of,
    thin_out,
    typical_network,
)
from creative_nodes.report.indicators.facts import (
    LINKS,
    NONE_BUT_ONE,
    PER_100K,
    PER_KM2,
    SHARE,
    Facts,
    coverage,
    figure_row,
    per,
)


def _nearest_row(facts: Facts, n: int) -> dict[str, object]:
    minutes = facts.frames["nearest"]["minutes"].fillna(np.inf).to_numpy(dtype=float)
    # half of the spaces at least can walk to another one, or the median is not known
    median = float(np.median(minutes)) if n else np.inf
    alone = int(np.isinf(minutes).sum())
    said: Message | str = mark("along streets, however long the walk")
    if not np.isfinite(median):
        said = mark("half or more can walk to none") if n > 1 else NONE_BUT_ONE[n]
    elif alone:
        said = told("along streets, however long the walk; {n:count} can walk to none", n=alone)
    return figure_row(
        "nearest_space_minutes",
        mark("median walk to the nearest other creative space"),
        median if np.isfinite(median) else None,
        mark("min"),
        said,
    )


def _typical_rows(facts: Facts) -> list[dict[str, object]]:
    """Tell the network of a typical space, G, and N / G (METHOD section 7)."""
    sizes = facts.frames["nearest"]["network"].to_numpy(dtype=float)
    typical = typical_network(sizes) if len(sizes) else None
    rule = told(
        "best chains of walks, of which one of {minutes:g} minutes joins two spaces half (network.link_minutes, "
        "network.link_softness); {coverage}",
        minutes=facts.network.link_minutes,
        coverage=coverage(facts),
    )
    return [
        figure_row(
            "typical_network",
            mark("network of a typical creative space: how many it is joined with (G)"),
            typical,
            mark("spaces"),
            rule,
        ),
        figure_row(
            "separate_networks",
            mark("as many separate networks as these would be, each joined throughout (N / G)"),
            per(len(sizes), typical),
            mark("networks"),
            rule,
        ),
    ]


def _isolated_source(facts: Facts, network: Message) -> Message:
    lost = int(facts.frames["nearest"]["minutes"].isna().sum())
    if not lost:
        return network
    return told(
        "{network}; {n:count} of them can walk to no other at all, most often for want of a mapped street near",
        network=network,
        n=lost,
    )


def network_rows(facts: Facts, spaces: gpd.GeoDataFrame, residents: float | None) -> list[dict[str, object]]:
    """Tell how the creative spaces are joined by short walks.

    Parameters
    ----------
    facts : of the city.
    spaces : creative spaces of the study area.
    residents : of the study area; nothing when not known.
    """
    links = links_of(spaces, facts.frames["links"])
    parts, degree, n = links.parts(), links.degree(), len(spaces)
    area_km2 = float(facts.frames["study_area"]["area_km2"].iloc[0])
    rule = told(
        "spaces linked within {minutes:g} minutes' walk (network.link_minutes)", minutes=facts.network.link_minutes
    )
    network = told("{rule}; {coverage}", rule=rule, coverage=coverage(facts))
    hubs = degree[(spaces["tier"] == "core").to_numpy()]
    largest = per(np.bincount(parts, minlength=1).max(), n)
    return [
        figure_row(
            "connectivity",
            mark("chance that two creative spaces are joined by short walks"),
            connectivity_of(parts) if n else None,
            SHARE,
            network if n else NONE_BUT_ONE[0],
        ),
        *_typical_rows(facts),
        figure_row("links_per_space", mark("links per creative space"), per(len(links.a), n), LINKS, network),
        figure_row(
            "isolated_share",
            mark("creative spaces without a link"),
            float(np.mean(degree == 0)) if n else None,
            SHARE,
            _isolated_source(facts, network),
        ),
        *_thinning_rows(facts, links),
        figure_row(
            "components",
            mark("separate parts of the creative network"),
            float(len(np.unique(parts))),
            mark("parts"),
            rule,
        ),
        figure_row("largest_part_share", mark("creative spaces in the largest part"), largest, SHARE, rule),
        figure_row(
            "efficiency",
            mark("global efficiency"),
            efficiency(links) if n > 1 else None,
            mark("1/min"),
            told("Latora and Marchiori 2001; {rule}", rule=rule) if n > 1 else NONE_BUT_ONE[n],
        ),
        _nearest_row(facts, n),
        figure_row("hub_degree", mark("links per core space"), float(hubs.mean()) if len(hubs) else None, LINKS, rule),
        figure_row("links_per_km2", mark("links per km²"), per(len(links.a), area_km2), PER_KM2, rule),
        figure_row(
            "links_per_100k",
            mark("links per 100,000 residents"),
            per(len(links.a), residents, unit=1e5),
            PER_100K,
            rule,
        ),
    ]


# figures that are told for thinner maps too, and their labels
THINNED = {
    "connectivity": mark("chance that two are joined, had {share:percent} fewer spaces been mapped"),
    "links_per_space": mark("links per creative space, had {share:percent} fewer spaces been mapped"),
    "isolated_share": mark("creative spaces without a link, had {share:percent} fewer spaces been mapped"),
}
RANGE = (0.05, 0.95)  # quantiles of the draws
# labels of the ends of the range of C, by the ending of their keys
ENDS = {
    "low": mark("chance that two are joined, had {share:percent} fewer spaces been mapped: 5 % of the draws are below"),
    "high": mark(
        "chance that two are joined, had {share:percent} fewer spaces been mapped: 5 % of the draws are above"
    ),
}


def _thinning_source(facts: Facts, draws: int, between: tuple[float, float] | None) -> Message | str:
    if between is None:
        return NONE_BUT_ONE[0]
    low, high = between
    return told(
        "mean of {draws:count} draws (5-95 %: {low:number} to {high:number}), each without {share:percent} of the "
        "spaces, at random (network.thinning_share). Were as many of the real spaces not mapped, today's figure would "
        "be off by about as much, or more where the gaps lie together; {coverage}",
        draws=draws,
        low=low,
        high=high,
        share=facts.network.thinning_share,
        coverage=coverage(facts),
    )


def _range(values: np.ndarray) -> tuple[float, float] | None:
    """Return the range that most draws lie in; nothing without draws."""
    if not len(values):
        return None
    low, high = np.quantile(values, RANGE)
    return float(low), float(high)


def _thinning_rows(facts: Facts, links: Links) -> list[dict[str, object]]:
    """Tell what gaps in the map do to the figures: their mean when some spaces are left out at random."""
    settings = facts.network
    thinned = thin_out(links, settings.thinning_share, settings.thinning_draws, seed=facts.seed)
    rows = []
    for name, label in THINNED.items():
        values = getattr(thinned, name)
        unit = LINKS if name == "links_per_space" else SHARE
        named, between = told(label, share=settings.thinning_share), _range(values)
        source = _thinning_source(facts, len(values), between)
        rows.append(figure_row(f"{name}_thinned", named, _mean(values), unit, source, between=between))
    between = _range(thinned.connectivity)
    source = _thinning_source(facts, len(thinned.connectivity), between)
    for (end, label), value in zip(ENDS.items(), between or (None, None), strict=True):
        named = told(label, share=settings.thinning_share)
        rows.append(figure_row(f"connectivity_thinned_{end}", named, value, SHARE, source))
    return rows


def _mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if len(values) else None


CLUSTERED = {
    "dbscan": mark(
        "DBSCAN, {reach:g} m along streets, p at most {p:g} against {draws:count} random placements along the streets, "
        "no larger than chance: {more:count} more. In a wide study area smaller groups stand out"
    ),
    "hdbscan": mark(
        "HDBSCAN, up to {reach:g} m along streets, p at most {p:g} against {draws:count} random placements along the "
        "streets, no larger than chance: {more:count} more. In a wide study area smaller groups stand out"
    ),
}


def cluster_rows(facts: Facts, spaces: gpd.GeoDataFrame, residents: float | None) -> list[dict[str, object]]:
    """Count the clusters that chance does not explain.

    Parameters
    ----------
    facts : of the city.
    spaces : creative spaces of the study area.
    residents : of the study area; nothing when not known.
    """
    settings, table = facts.clusters, facts.frames["clusters"]
    kept = table[table["kept"]]
    area_km2 = float(facts.frames["study_area"]["area_km2"].iloc[0])
    rule = told(
        CLUSTERED[settings.method],
        reach=settings.eps_m if settings.method == "dbscan" else settings.hdbscan_cut_m,
        p=settings.max_p_value,
        draws=settings.simulations,
        more=len(table) - len(kept),
    )
    return [
        figure_row("clusters", mark("clusters of creative spaces"), float(len(kept)), mark("clusters"), rule),
        figure_row(
            "clusters_per_100km2",
            mark("clusters per 100 km²"),
            per(len(kept), area_km2, unit=100),
            mark("per 100 km²"),
            rule,
        ),
        figure_row(
            "clusters_per_100k",
            mark("clusters per 100,000 residents"),
            per(len(kept), residents, unit=1e5),
            PER_100K,
            rule,
        ),
        figure_row(
            "clustered_share",
            mark("creative spaces in a cluster"),
            per(kept["n_spaces"].sum(), len(spaces)),
            SHARE,
            rule,
        ),
    ]
