"""From one run to another, one cause at a time: code, then settings, then the ground that data lay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from creative_nodes.common import PARTS, InputError, MadeOf, differing
from creative_nodes.runs.answers import Answer, answer, is_of, stored
from creative_nodes.runs.keys import ANSWERING, GROUND
from creative_nodes.runs.record import RunCity, made_of_table

UNSPLIT = "unsplit"


@dataclass(frozen=True, eq=False)
class Step:
    """One cause changed, all else kept.

    Attributes
    ----------
    parts : what changed: one of data, settings, code; several when they cannot be told apart.
    before, after : the answers at its ends.
    differs : names of what differs.
    computed : an end of it was computed for the comparison.
    problem : why causes could not be told apart.
    """

    parts: tuple[str, ...]
    before: Answer
    after: Answer
    differs: tuple[str, ...]
    computed: bool = False
    problem: str = ""

    @property
    def cause(self) -> str:
        """The one cause, or that they cannot be told apart."""
        return self.parts[0] if len(self.parts) == 1 else UNSPLIT


def _ground(run: RunCity) -> MadeOf:
    found = MadeOf()
    for path in run.files(*GROUND).values():
        found |= made_of_table(path)
    return found


def _names(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the names under which two parts differ."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _changed_values(before: RunCity, after: RunCity) -> tuple[str, ...]:
    """Name the settings of the answer that differ, with their values."""
    return tuple(f"{key}: {was} → {now}" for key, was, now in differing(before.values, after.values))


@dataclass(frozen=True)
class _Pair:
    """A city in two runs, and the code of today."""

    before: RunCity
    after: RunCity
    today: Mapping[str, str]

    def ground_differs(self) -> dict[str, list[str]]:
        """Return by part what of the ground differs."""
        old, new = _ground(self.before), _ground(self.after)
        found = {part: _names(getattr(old, part), getattr(new, part)) for part in PARTS}
        return {part: names for part, names in found.items() if names}

    def code_differs(self) -> list[str]:
        """Return which of the answering scripts differ."""
        old, new = ({name: one.made_of.code.get(name, "") for name in ANSWERING} for one in (self.before, self.after))
        return _names(old, new)

    def not_of_today(self, run: RunCity) -> bool:
        return not is_of(run, self.today, ANSWERING)


def _ground_names(differs: Mapping[str, list[str]]) -> tuple[str, ...]:
    return tuple(name for names in differs.values() for name in names)


def _computed(pair: _Pair, ground: Mapping[str, list[str]]) -> Iterator[Step]:
    """Yield the steps through answers computed with the code of today."""
    old, new = pair.before, pair.after
    states = [stored(old), answer(old, old, pair.today), answer(old, new, pair.today)]
    states += [answer(new, new, pair.today), stored(new)]
    code, settings = tuple(pair.code_differs()) or ANSWERING, _changed_values(old, new)
    if pair.not_of_today(old):
        yield Step(("code",), states[0], states[1], code, computed=True)
    if settings:
        yield Step(("settings",), states[1], states[2], settings, computed=True)
    if ground:
        yield Step(tuple(ground), states[2], states[3], _ground_names(ground), computed=bool(settings))
    if pair.not_of_today(new):
        yield Step(("code",), states[3], states[4], code, computed=True)


def steps_between(before: RunCity, after: RunCity, today: Mapping[str, str]) -> list[Step]:
    """Go from one run to another, one cause at a time.

    Where one cause alone differs, all that changed is due to it. Where several do, the answers in between are computed
    with the code of today: the ground of the run before, measured and scored by the settings of the run after, parts
    settings from data. What lays the ground (sites, spaces, residents, streets) is not computed again: where data,
    settings and code of that differ together, they cannot be told apart.

    Parameters
    ----------
    before, after : a city of each run.
    today : fingerprint by script, of `ANSWERING`.

    Returns
    -------
    The steps; none when nothing differs.
    """
    pair = _Pair(before, after, today)
    ground, code, settings = pair.ground_differs(), pair.code_differs(), _changed_values(before, after)
    alone = [tuple(ground)] * bool(ground) + [("code",)] * bool(code) + [("settings",)] * bool(settings)
    names = (*code, *settings, *_ground_names(ground))
    if not alone:
        return []
    if set(alone) == {alone[0]}:
        return [Step(alone[0], stored(before), stored(after), names)]
    try:
        return list(_computed(pair, ground))
    except InputError as error:
        parts = tuple(part for part in PARTS if any(part in one for one in alone))
        return [Step(parts, stored(before), stored(after), names, problem=str(error))]
