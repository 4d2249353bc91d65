"""What the first site's score is made of, in words no larger than their numbers."""

import made_up
import pandas as pd

from creative_nodes.report.city.answer import what_counts
from creative_nodes.report.city.method import labels

SETTINGS = made_up.settings(made_up.ROOT)
WORDS = labels(SETTINGS.reach, SETTINGS.city)
ORDERED = pd.DataFrame({"site_id": ["h1", "h2"], "rank": [1, 2]})


def values(*rows):
    """Make rows of the table values for the first site: criterion, value, weight, verdict."""
    frame = pd.DataFrame(rows, columns=["criterion", "value", "weight", "verdict"])
    return frame.assign(site_id="h1")


def test_what_brings_most_is_told_whatever_its_verdict():
    """The largest part is of a figure that is no more than some here: named first, and not praised."""
    found = what_counts(
        values(
            ("network_gain", 0.4, 0.25, "some"),
            ("transit_minutes", 0.75, 0.06, "much"),
            ("heritage_value", 0.5, 0.08, "assumed"),
            ("site_capacity", 0.4, 0.08, "some"),
        ),
        ORDERED,
        WORDS,
    )
    assert found == (
        "Most of its score comes from: network gain: rise of a typical space's network, walk to the nearest "
        "rapid-transit station and heritage value (0–1). Of that it has much for this city: a rapid-transit station "
        "near by."
    )


def test_what_brings_nothing_is_not_told():
    found = what_counts(values(("network_gain", 0.0, 0.25, "little"), ("readiness", 1.0, 0.04, "much")), ORDERED, WORDS)
    assert found == (
        "Most of its score comes from: readiness (0–1). Of that it has much for this city: land that is ready for a "
        "new use."
    )
    assert what_counts(values(("network_gain", 0.0, 0.25, "little")), ORDERED, WORDS) == ""
    assert what_counts(None, ORDERED, WORDS) == ""
