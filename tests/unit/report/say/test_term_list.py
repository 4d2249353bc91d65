"""One word for one thing in Vietnamese and Chinese, as docs/TERMS.md lists them."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from creative_nodes.common.messages import catalogue_file

ROOT = Path(__file__).parents[4]
COLUMNS = {"vi": (1, 2), "zh": (3, 4)}


def _rows():
    lines = [line for line in (ROOT / "docs" / "TERMS.md").read_text(encoding="utf-8").splitlines() if "|" in line]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _words(cell):
    return [word.strip() for word in cell.split(" / ") if word.strip()]


def _said(language):
    """Go through the messages: English, both forms of a plural, and what the language says."""
    with catalogue_file(language).open("rb") as file:
        for message in read_po(file):
            if message.id:
                english = [message.id] if isinstance(message.id, str) else list(message.id)
                other = [message.string] if isinstance(message.string, str) else list(message.string)
                yield " ".join(english), " ".join(other)


def _has(word, text, language):
    if language == "vi":
        return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)
    return word in text


def _faults(language, rows, said):
    word, without = COLUMNS[language]
    for row in rows:
        term = re.compile(
            rf"(?<![\w.{{]){re.escape(row[0].rstrip('*'))}{'s?' if row[0].endswith('*') else ''}(?![\w.:}}])", re.I
        )
        wanted, unwanted = _words(row[word]), _words(row[without])
        for english, text in said:
            plain = re.sub(r"<code>.*?</code>|`[^`]*`", "", english)
            if wanted and term.search(plain) and not any(_has(one, text, language) for one in wanted):
                yield row[0], english, text
            if any(_has(one, text, language) for one in unwanted):
                yield f"not {row[without]}", english, text


@pytest.mark.parametrize("language", ["vi", "zh"])
def test_one_word_stands_for_one_thing(language):
    faults = list(_faults(language, _rows(), list(_said(language))))
    assert not faults, "\n".join(" | ".join(fault) for fault in faults)


def test_the_check_finds_a_second_word_and_a_missing_one():
    rows = [["candidate*", "địa điểm tiềm năng", "ứng viên", "候选地", ""]]
    assert [fault[0] for fault in _faults("vi", rows, [("A candidate", "Một ứng viên")])] == [
        "candidate*",
        "not ứng viên",
    ]
    assert [fault[0] for fault in _faults("zh", rows, [("Candidates", "地点")])] == ["candidate*"]
    assert not list(
        _faults("vi", rows, [("candidates.csv", "candidates.csv"), ("Two candidates", "Hai địa điểm tiềm năng")])
    )


def test_every_term_is_in_use():
    for language, (word, _) in COLUMNS.items():
        said = " ".join(text for _, text in _said(language)).lower()
        unused = [row[0] for row in _rows() if _words(row[word]) and not any(one in said for one in _words(row[word]))]
        assert not unused


def test_chinese_has_its_own_stops_and_commas():
    """But for what is quoted from a file, such as `override:`."""
    han = r"[\u4e00-\u9fff]"
    half = re.compile(rf"{han}[,;:!?](?!\w)|(?<!\w)[,;:!?]{han}")
    assert not [text for _, text in _said("zh") if half.search(re.sub(r"\{[^}]*\}|<code>.*?</code>|\w+:", "", text))]
