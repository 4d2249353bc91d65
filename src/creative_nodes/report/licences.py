"""Under what the data of a city are, wherever a file or a page says so for programs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Licence:
    """A licence of data: its SPDX name, title and address, whom to name, and what it asks of those who pass data on."""

    name: str
    title: str
    url: str
    attribution: str
    terms: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.title} ({self.url}): {self.terms}"


ODBL = Licence(
    "ODbL-1.0",
    "Open Data Commons Open Database License 1.0",
    "https://opendatacommons.org/licenses/odbl/1-0/",
    "© OpenStreetMap contributors",
    "name © OpenStreetMap contributors (https://www.openstreetmap.org/copyright); share a derived database under the "
    "same licence",
)
MADE_UP = Licence(
    "MIT",
    "MIT License",
    "https://opensource.org/license/mit",
    "creative-nodes: a made-up town",
    "made up for this project",
)


def licence_of(*, fictional: bool) -> Licence:
    """Return the licence of a city's data; `fictional`: the town is made up."""
    return MADE_UP if fictional else ODBL
