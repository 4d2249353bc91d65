"""What is said in other languages: a catalogue without gaps, of all that speaks."""

import pytest
from babel.messages.catalog import Catalog

from creative_nodes.common import LANGUAGES
from creative_nodes.tools import catalogue

OTHERS = [code for code in LANGUAGES if code != "en"]


@pytest.mark.parametrize("code", OTHERS)
def test_no_message_is_missing_unsure_or_short_of_a_field(code):
    assert catalogue.faults(code) == []


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("", "is missing"),
        ("{khác} nút", "has other fields"),
        ("{n:percent} nút", "writes its numbers otherwise"),
        ("<b>{n:count}</b> nút", "has other markup"),
    ],
)
def test_a_faulty_translation_is_named(said, fault, monkeypatch):
    wanted, known = Catalog(), Catalog()
    wanted.add("{n:count} nodes")
    known.add("{n:count} nodes", said)
    known.add("Gone", "Mất")
    monkeypatch.setattr(catalogue, "template", lambda: wanted)
    monkeypatch.setattr(catalogue, "_read", lambda language: known)
    first, gone = catalogue.faults("vi")
    assert "{n:count} nodes" in first and fault in first
    assert "'Gone' is no longer said" in gone


def test_texts_of_code_templates_scripts_and_settings_are_collected():
    files = {file for message in catalogue.template() for file, _ in message.locations}
    for part in (".py", ".j2", ".js", "config/cities/hanoi.yaml", "config/taxonomy/", "config/registry/hanoi.csv"):
        assert any(part in file for file in files), part
    assert not any("leaflet" in file for file in files)
