"""What a set of hits says of an object: confidence, tier, class, status and flags (METHOD section 2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from creative_nodes.common import Tier
from creative_nodes.locate.evidence import confidence, evidence_json, strongest, tier_of
from creative_nodes.locate.status import status_of_hits
from creative_nodes.locate.taxonomy import Hit, Rule, Taxonomy

SPACE_TIERS: tuple[Tier, ...] = get_args(Tier)


@dataclass(frozen=True)
class Statement:
    """What someone says of a site beside its tags: a registry, a list, whoever tries it. It weighs as a rule does."""

    rule: str
    weight: float
    tag: str
    reason: str

    def entry(self) -> dict[str, object]:
        """Return the entry of an evidence list, which names no OSM object."""
        return {"rule": self.rule, "weight": self.weight, "osm_id": "", "tag": self.tag, "reason": self.reason}


@dataclass(frozen=True)
class Judgement:
    """What the evidence of a site comes to.

    `tier`: of the confidence. `space_tier`: of a creative space. `status`: as far as hits tell.
    `evidence`: JSON, as in the column of that name.
    """

    confidence: float
    tier: str
    evidence: str
    class_: str
    space_tier: str
    status: str
    listed: bool
    public_land: bool


def judge(
    hits: Sequence[tuple[str, Hit]],
    taxonomy: Taxonomy,
    *,
    names: Iterable[str] = (),
    statements: Sequence[Statement] = (),
) -> Judgement:
    """Judge a site by what fired on its objects.

    Parameters
    ----------
    hits : what fired, each with the OSM id of the object it fired on.
    taxonomy : the rules, for its classes.
    names : names that tell a class where no rule does, old ones too.
    statements : what is said of the site beside its tags; of one rule the weight counts once.
    """
    rules = strongest([hit.rule for _, hit in hits])
    weights = {one.rule: one.weight for one in statements}
    value = confidence([*(rule.weight for rule in rules), *weights.values()])
    flags = {hit.rule.flag for _, hit in hits}
    tiers = [rule.tier for rule in rules if rule.tier is not None]
    return Judgement(
        confidence=value,
        tier=tier_of(value),
        evidence=evidence_json([*_entries(hits, rules), *(one.entry() for one in statements)]),
        class_=_class_of(rules, names, taxonomy),
        space_tier=min(tiers, key=SPACE_TIERS.index, default="supporting"),
        status=status_of_hits(hits).status,
        listed="listed" in flags,
        public_land="public_land" in flags,
    )


def _entries(hits: Sequence[tuple[str, Hit]], rules: list[Rule]) -> list[dict[str, object]]:
    """List what fired, once by object and rule; what a stronger rule of its family overrules weighs nothing."""
    counted = {rule.id for rule in rules}
    once: dict[tuple[str, str], Hit] = {}
    for osm_id, hit in hits:
        once.setdefault((osm_id, hit.rule.id), hit)
    return [
        {
            "rule": hit.rule.id,
            "weight": hit.rule.weight if hit.rule.id in counted else 0.0,
            "osm_id": osm_id,
            "tag": hit.tag,
            "reason": hit.rule.reason,
            **({"source": hit.source} if hit.source else {}),
        }
        for (osm_id, _), hit in once.items()
    ]


def _class_of(rules: list[Rule], names: Iterable[str], taxonomy: Taxonomy) -> str:
    """Return the class the strongest rule gives; without one, what the names tell."""
    opinions = [rule for rule in rules if rule.class_ is not None]
    if opinions:
        return str(max(opinions, key=lambda rule: rule.weight).class_)
    found = (taxonomy.class_in_name(name) for name in names)
    return next((one for one in found if one), taxonomy.default_class)
