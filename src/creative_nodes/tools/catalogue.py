"""The catalogue of messages: every English text that readers are told, and its place in the other languages' files.

python -m creative_nodes.tools.catalogue            bring the files in step with the code
python -m creative_nodes.tools.catalogue --check    fail when a message is missing, empty, unsure, or has other fields
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from creative_nodes.common import LANGUAGES, LOCALES, catalogue_file
from creative_nodes.report import SCRIPT_KEYWORDS

SOURCE = Path(__file__).parents[1]
ROOT = SOURCE.parents[1]
METHODS = [("**.py", "python"), ("**/templates/**.j2", "jinja2"), ("**/assets/**.js", "javascript")]
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("say", "told", "mark", "Message", "gettext")),
    **dict.fromkeys(("say_n", "told_n"), (2, 3)),
    **SCRIPT_KEYWORDS,
    "ngettext": (1, 2),
}
OPTIONS = {"**/templates/**.j2": {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.i18n"}}
NOT_OURS = ("leaflet",)
# what a reader is told out of the shipped settings: keys under which a text stands, file by file
SETTINGS_TEXTS = {
    "config/cities/*.yaml": {"name", "note", "total"},
    "config/taxonomy/*.yaml": {"classes", "reason"},
    "config/taxonomy/facets.yaml": {"title", "values"},
    "config/governance.yaml": {"title", "text", "body", "label", "unit", "by", "note"},
}
# and out of the shipped tables: the columns that readers are shown
CSV_TEXTS = {
    "config/cities/*.csv": ("name", "note"),
    "config/registry/*.csv": ("former_use", "present_use", "position_source"),
    "config/decisions.csv": ("decision",),
}
FIELD = re.compile(r"\{(\w+)[^}]*\}|%\((\w+)\)s")
FORMAT = re.compile(r"\{\w+:[^}]*\}")
TAG = re.compile(r"</?\w+")


def _texts(node: Any, keys: set[str], *, within: bool = False) -> Iterator[str]:
    """Find the texts under the given keys, however deep; a mapping or list under such a key is texts altogether."""
    if isinstance(node, str) and within:
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _texts(value, keys, within=within or key in keys)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value, keys, within=within)


def settings_texts() -> Iterator[tuple[str, str]]:
    """Go through the texts of the shipped settings that readers are told: file and text."""
    for pattern, keys in SETTINGS_TEXTS.items():
        for path in sorted(ROOT.glob(pattern)):
            for text in _texts(yaml.safe_load(path.read_text(encoding="utf-8")), keys):
                yield path.relative_to(ROOT).as_posix(), text
    for pattern, columns in CSV_TEXTS.items():
        for path in sorted(ROOT.glob(pattern)):
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    yield from ((path.relative_to(ROOT).as_posix(), row[key]) for key in columns if row.get(key))


@cache  # three languages and the checks ask for it
def template() -> Catalog:
    """Collect every message of the code, the templates, the scripts of the pages and the shipped settings."""
    catalog = Catalog(fuzzy=False)
    for file, _, text, _, context in extract_from_dir(SOURCE, METHODS, OPTIONS, KEYWORDS):
        if not any(name in file for name in NOT_OURS):
            catalog.add(text, locations=[(f"src/creative_nodes/{file}", 0)], context=context)
    for file, text in settings_texts():
        catalog.add(text, locations=[(file, 0)])
    return catalog


def _read(language: str) -> Catalog:
    path = catalogue_file(language)
    if not path.exists():
        return Catalog(locale=LOCALES[language].language, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=LOCALES[language].language)


def update(language: str) -> None:
    """Write a language's file: new messages come in empty, those that the code no longer says go."""
    old = _read(language)
    new = Catalog(locale=LOCALES[language].language, project="creative-nodes", fuzzy=False)
    for message in template():
        if message.id:
            known = old.get(message.id)
            # a message that was one form and is two now is another message
            said = known.string if known and known.pluralizable == message.pluralizable else ""
            new.add(message.id, said)
    text = io.BytesIO()
    write_po(text, new, width=120, omit_header=False, sort_output=True, no_location=True)
    unwanted = r'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team|Report-Msgid)[^\n]*\n'
    head = re.sub(unwanted, "", re.sub(r"\A(#[^\n]*\n)+", "", text.getvalue().decode()))
    path = catalogue_file(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head, encoding="utf-8")


def _texts_of(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _fields(text: str) -> set[str]:
    return {name for pair in FIELD.findall(text) for name in pair if name}


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    return sorted(pattern.findall(text))


def _fault(message: Message, known: Message | None) -> str:
    """Say what is wrong with a message's translation; nothing when it is right."""
    said = _texts_of(known.string) if known else ()
    if not said or not all(said):
        return "is missing"
    if known is not None and known.fuzzy:
        return "is marked fuzzy"
    english = _texts_of(message.id)[-1]
    if any(_fields(text) != _fields(english) for text in said):
        return f"has other fields than {', '.join(sorted(_fields(english))) or 'none'}"
    if any(_found(FORMAT, text) != _found(FORMAT, english) for text in said):
        return "writes its numbers otherwise"
    if any(_found(TAG, text) != _found(TAG, english) or text.count("%%") != english.count("%%") for text in said):
        return "has other markup"
    return ""


def faults(language: str) -> list[str]:
    """List what is wrong with a language: messages missing, fuzzy, with other fields, or no longer said."""
    known, wanted = _read(language), [message for message in template() if message.id]
    found = [(message, _fault(message, known.get(message.id))) for message in wanted]
    ids = {_texts_of(message.id)[0] for message in wanted}
    gone = [_texts_of(message.id)[0] for message in known if message.id and _texts_of(message.id)[0] not in ids]
    return [
        *(f"{language}: {_texts_of(message.id)[0]!r} {fault}" for message, fault in found if fault),
        *(f"{language}: {text!r} is no longer said" for text in gone),
    ]


def main(arguments: list[str]) -> int:
    """Update the files, or check them."""
    others = [code for code in LANGUAGES if code != "en"]
    if "--check" in arguments:
        found = [fault for code in others for fault in faults(code)]
        sys.stderr.write("".join(f"{fault}\n" for fault in found))
        if found:
            sys.stderr.write("run python -m creative_nodes.tools.catalogue, then translate what is empty\n")
        return 1 if found else 0
    for code in others:
        update(code)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
