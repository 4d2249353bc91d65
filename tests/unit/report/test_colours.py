"""The colours of the pages: each named once, for both themes, and dark enough or light enough to be read."""

import re
from pathlib import Path

import pytest

ASSETS = Path(__file__).parents[3] / "src" / "creative_nodes" / "report" / "assets"
SHEETS = [sheet for sheet in sorted(ASSETS.glob("*.css")) if sheet.name not in ("colours.css", "leaflet.css")]
COLOUR = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b|\b(?:rgb|hsl)a?\(")
NAMED = re.compile(r"(--[\w-]+): (?:light-dark\((.+?), (.+?)\)|([^;]+?));")
# what is read, and the ground that it stands on
READ = [
    *(("--ink", ground) for ground in ("--paper", "--card", "--raised", "--tint", "--told", "--map-ground")),
    *(("--soft", ground) for ground in ("--paper", "--card", "--tint")),
    *(("--hot", ground) for ground in ("--paper", "--card")),
    *(("--cool", ground) for ground in ("--paper", "--card")),
    *(("--on-fill", ground) for ground in ("--button", "--pin", "--likely")),
    *(("--up", "--card"), ("--down", "--card"), ("--care-ink", "--care"), ("--care-ink", "--open")),
    *(("--holds-ink", "--holds"), ("--fails-ink", "--fails"), ("--banner-ink", "--banner")),
    *(("--name-water", "--map-water"), ("--name-park", "--map-green")),
]


def colours() -> dict[str, tuple[str, str]]:
    """Every named colour in the light and in the dark theme."""
    text = (ASSETS / "colours.css").read_text(encoding="utf-8")
    return {name: (light or same, dark or same) for name, light, dark, same in NAMED.findall(text)}


def lightness(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_colour_stands_in_one_file_alone(sheet):
    found = [line for line in sheet.read_text(encoding="utf-8").splitlines() if COLOUR.search(line.partition("{")[2])]
    assert found == []


def coloured_by_language(sheet: str) -> list[str]:
    """The rules of a sheet that ask for the language and set more than whether something is shown."""
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", sheet, flags=re.S))
    asked = [(one, kept) for one, kept in rules if re.search(r":lang\(|\[(?:hreflang|lang|data-lang)", one)]
    return [one.strip() for one, kept in asked if set(re.findall(r"([\w-]+)\s*:", kept)) - {"display"}]


def test_no_colour_hangs_on_the_language():
    # the browser tests look at the dark theme in one language for all
    assert coloured_by_language('p:lang(vi) { color: var(--soft); } [lang="zh"] { display: none; }') == ["p:lang(vi)"]
    told = {sheet.name: coloured_by_language(sheet.read_text(encoding="utf-8")) for sheet in ASSETS.glob("*.css")}
    assert not any(told.values())
    scripts = "".join(path.read_text(encoding="utf-8") for path in ASSETS.glob("js/*.js"))
    assert not re.findall(r"language\s*===?[^\n;]*--[a-z]", scripts)


def test_every_colour_that_is_used_has_a_name_and_every_name_is_used():
    known = colours()
    text = "".join(path.read_text(encoding="utf-8") for path in (*SHEETS, *ASSETS.glob("js/*.js")))
    text += (ASSETS.parent / "draw" / "maps.py").read_text(encoding="utf-8")
    used = set(re.findall(r"--[a-z][\w-]+", text))
    assert set(re.findall(r"var\((--[\w-]+)\)", text)) <= set(known)
    assert set(known) - used == set()


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), READ)
def test_what_is_read_stands_out_from_its_ground(text, ground, theme):
    known = colours()
    pair = sorted((lightness(known[name][theme]) for name in (text, ground)), reverse=True)
    assert (pair[0] + 0.05) / (pair[1] + 0.05) >= 4.5
