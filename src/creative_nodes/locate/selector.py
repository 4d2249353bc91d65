"""Tag selectors: which tags of an object are meant."""

from __future__ import annotations

from creative_nodes.common import tables


def _several(value: str) -> list[str]:
    """Return a tag's value, and where it names several the single ones: gallery;museum is both."""
    return [value, *tables.tag_values(value)] if ";" in value else [value]


class Selector:
    """Tag selectors such as `key=*` and `key=a|b`, any of which may match."""

    def __init__(self, entries: list[str]) -> None:
        """Parse the entries; a malformed one raises ValueError."""
        self.by_key: dict[str, set[str] | None] = {}
        for entry in entries:
            key, sign, values = entry.partition("=")
            if not sign or not key or not values:
                raise ValueError(f"tag selector {entry!r} must look like key=value, key=a|b or key=*")
            if values == "*":
                self.by_key[key] = None
            elif self.by_key.get(key, set()) is not None:
                self.by_key[key] = (self.by_key.get(key) or set()) | set(values.split("|"))

    def found_in(self, tags: dict[str, str]) -> str:
        """Return the first matching tag as key=value, or an empty text."""
        for key, values in self.by_key.items():
            if key in tags and (values is None or not values.isdisjoint(_several(tags[key]))):
                return f"{key}={tags[key]}"
        return ""
