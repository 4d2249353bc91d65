"""The setting family of a taxonomy: which rules read the surroundings of industrial ground, and what they weigh."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Metres = Annotated[float, Field(gt=0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SettingRule(_Part):
    """One sign of the setting and its weight in log-odds."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    look: Literal["own", "near", "streets"] = Field(
        description="own: at the ground's own names; near: at objects within within_m; streets: at the grain of streets"
    )
    reason: str
    within_m: Metres = 100.0
    tags: list[str] = []
    none: list[str] = []
    names: dict[str, list[str]] = {}
    groups: list[str] = Field([], description="groups of words, for the languages that `names` does not hold")
    unless: dict[str, list[str]] = Field({}, description="names with one of these words tell nothing")
    expect: float = Field(1.0, description="log-odds expected of it by what it is; the fit starts there")
    weight: float = Field(0.0, description="log-odds, fitted on labelled grounds")
    interval: tuple[float, float] = Field((0.0, 0.0), description="its 95 % interval")


class Never(_Part):
    """What is no works, or no single one: such ground is never asked about."""

    tags: list[str] = []
    names: dict[str, list[str]] = {}
    groups: list[str] = Field([], description="groups of words, for the languages that `names` does not hold")
    covered_by: list[str] = Field(
        [], description="tags of what is no works, whose shapes cover at least half of the ground"
    )
    storeys: int | None = Field(
        None, ge=2, description="a building of so many storeys on half of the ground is a tower"
    )


class Setting(_Part):
    """The family of setting rules."""

    ground: list[str] = Field(description="tags of the objects that are industrial ground")
    never: Never = Field(default_factory=lambda: Never.model_validate({}))
    street_within_m: Metres = Field(400.0, description="nothing is said of ground farther from any street")
    residents_within_m: Metres = 1000.0
    residents_per_km2: float = Field(1500.0, ge=0, description="where fewer live around it, ground is not asked about")
    intercept: float = Field(0.0, description="log-odds of a ground without any sign")
    rules: list[SettingRule]
