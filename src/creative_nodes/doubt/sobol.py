"""Which group's weight moves the ranks most? Sobol' indices (METHOD section 8).

The weights of the groups are drawn as in `smaa`, from a Dirichlet distribution around the run's; the split inside a
group stays. A Dirichlet draw is independent gamma draws divided by their sum, so the gamma draws are the independent
inputs that Sobol' indices need. The first-order index of a group is the share of an output's variance that its draw
explains alone, the total index the share that it has any part in (Saltelli et al. 2010; SALib).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from SALib.analyze import sobol as analyse
from SALib.sample import sobol as sample
from scipy.stats import gamma

from creative_nodes.common import CRITERION_GROUPS, InputError, tables
from creative_nodes.doubt.tables import SOBOL
from creative_nodes.score import Scale, Score, prepare, ranks_of, top_of

SAMPLES = "score.sobol_samples"
RESAMPLES = 200
STREAM = 2  # of the run's seed, beside those of the draws of weights


def draw(alpha: np.ndarray, samples: int, *, seed: int) -> np.ndarray:
    """Draw the groups' weights before they are divided by their sum, in the design of Saltelli et al. 2010.

    Parameters
    ----------
    alpha : shape parameters of the gamma distributions, above 0, shape (groups,).
    samples : a power of 2.
    seed : of the scrambled Sobol' sequence.

    Returns
    -------
    shape (samples x (groups + 2), groups); above 0.
    """
    k = len(alpha)
    problem = {"num_vars": k, "names": [str(i) for i in range(k)], "bounds": [[0.0, 1.0]] * k}
    uniform = sample.sample(problem, samples, calc_second_order=False, seed=np.random.default_rng([seed, STREAM]))
    tiny = np.finfo(float).eps
    return np.asarray(gamma.ppf(np.clip(uniform, tiny, 1 - tiny), alpha), dtype=float)


def indices(output: np.ndarray, inputs: int, *, seed: int) -> pd.DataFrame:
    """Return the indices of each input, from an output over the design of `draw`.

    Parameters
    ----------
    output : value at each point of the design.
    inputs : how many inputs the design has.
    seed : of the bootstrap.

    Returns
    -------
    first_order, first_order_margin, total, total_margin (half widths of 95 % bootstrap intervals), a row an input.
    Missing where the output never changes: there is no variance to share out.
    """
    names = {"S1": "first_order", "S1_conf": "first_order_margin", "ST": "total", "ST_conf": "total_margin"}
    if np.ptp(output) == 0:
        return pd.DataFrame(np.nan, index=range(inputs), columns=list(names.values()))
    found = analyse.analyze(
        {"num_vars": inputs, "names": [str(i) for i in range(inputs)]},
        np.asarray(output, dtype=float),
        calc_second_order=False,
        num_resamples=RESAMPLES,
        seed=[seed, STREAM],
    )
    return pd.DataFrame({new: np.asarray(found[old], dtype=float) for old, new in names.items()})


def measure_sobol(candidates: pd.DataFrame, scales: Mapping[str, Scale], settings: Score, *, seed: int) -> pd.DataFrame:
    """Share out the variance of the ranks over the weights of the groups.

    Parameters
    ----------
    candidates : the table candidates.
    scales : value functions of the city.
    settings : weights, concentration of the draws, `sobol_samples`.
    seed : of the draws.

    Returns
    -------
    the table sobol: the groups in use, for the mean absolute shift of rank against the run's (Saisana, Saltelli and
    Tarantola 2005) and for the rank of each of the top_n. No rows where nothing can be ranked.

    Raises
    ------
    InputError : no samples are asked for, or a figure is infinite.
    """
    if not settings.sobol_samples:
        raise InputError("is 0, so there is nothing to measure; give a power of 2 such as 1024", where=SAMPLES)
    prepared = prepare(candidates, scales, settings)
    groups = {
        group: np.array([name in criteria for name in prepared.names]) for group, criteria in CRITERION_GROUPS.items()
    }
    groups = {group: inside for group, inside in groups.items() if inside.any()}
    if not prepared.is_ranked():
        nobody: pd.DataFrame = tables.empty(SOBOL)
        return nobody
    weights = np.array([prepared.weights[inside].sum() for inside in groups.values()])
    # what a group adds to each score when it weighs 1
    parts = np.column_stack(
        [
            prepared.matrix[:, inside] @ prepared.weights[inside] / weight
            for inside, weight in zip(groups.values(), weights, strict=True)
        ]
    )
    drawn = draw(weights * settings.concentration, settings.sobol_samples, seed=seed)
    shares = drawn / drawn.sum(axis=1, keepdims=True)
    today = ranks_of((parts @ weights)[:, None])
    ranks = ranks_of(parts @ shares.T)
    outputs = [("rank_shift", "", np.abs(ranks - today).mean(axis=0))]
    first = np.lexsort((prepared.site_ids, today[:, 0]))[: top_of(len(today), settings)]
    outputs += [("rank", str(prepared.site_ids[site]), ranks[site]) for site in first]
    found = [
        indices(values, len(groups), seed=seed).assign(
            output=name, site_id=site, group=list(groups), variance=float(np.var(values)), samples=len(drawn)
        )
        for name, site, values in outputs
    ]
    return pd.concat(found, ignore_index=True)[[column.name for column in SOBOL.columns]]


def sobol_in_words(found: pd.DataFrame) -> str:
    """Say the table in a line."""
    shift = found[(found["output"] == "rank_shift") & found["total"].notna()]
    if shift.empty:
        return "no weight moves a rank"
    most = shift.iloc[int(shift["total"].to_numpy().argmax())]
    return f"{most['group']} has part in {most['total']:.0%} of the shift of ranks, {most['samples']} weightings"
