"""What hypothesis draws to spoil a good file: its bytes, its text, its cells, the values of a tree."""

import copy
import csv
import io
from contextlib import contextmanager

from hypothesis import strategies as st

from creative_nodes.common import InputError

LONGEST = 1500  # signs of a sentence
SIGNS = st.one_of(
    st.sampled_from([*"[]{}()<>:;,.-+#&*!|='\"%@/\\`~?_ \n\r\t019eE", "\0", "\ufeff", "\u2028", "\u202e", "\u00e9"]),
    st.sampled_from(["nan", "inf", "1e999", "null", "yes", "<a>", "&lt;", "''", '""', "\r\n", "x" * 2000]),
    st.characters(exclude_categories=["Cs"]),
)
# what stands in a cell that should hold a name, a number, a time or a date
CELLS = st.one_of(
    st.sampled_from(
        [
            *("", " ", "nan", "NaN", "inf", "-inf", "-1", "0", "1e999", "-1e999", "1e-320", "9" * 400, "0x10", "1_000"),
            *("true", "None", "null", "٣", "1,5", "1.5", "=1+1", "'", '"', "a;b", "\u00a0", "\ufeff", "25:61:00"),
            *(
                "-00:10:00",
                "99999999:00:00",
                "24:00:00",
                "20261399",
                "2026-13-45",
                "18446744073709551616",
                "-9999999999",
            ),
            *("9223372036854775807", "2147483648", "a\nb", "a\r\nb", "x" * 300, "\u202e", "<b>", "${x}", "{{x}}", "\0"),
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.integers(-(10**20), 10**20).map(str),
    st.floats().map(str),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), CELLS)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CELLS, inner, max_size=3), max_leaves=6
)


@contextmanager
def read_or_told(*names):
    """Let a reader read what it is given, or say in sentences, each with the file, what is wrong with it."""
    try:
        yield
    except InputError as error:
        text = str(error)
        assert any(name in text for name in names), text
        assert "Traceback" not in text and max(map(len, text.splitlines() or [""])) <= LONGEST, text


@st.composite
def spoilt(draw, good, *, most=4):
    """Draw a text or bytes with some signs put in, cut out, or doubled."""
    found, signs = good, st.binary(max_size=6) if isinstance(good, bytes) else SIGNS
    for _ in range(draw(st.integers(1, most))):
        at, cut = draw(st.integers(0, len(found))), draw(st.integers(0, 12))
        put = draw(st.one_of(signs, st.just(found[at : at + cut] * 2)))
        found = found[:at] + put + found[at + cut :]
    return found if draw(st.integers(0, 9)) else found[: draw(st.integers(0, len(found)))]


def as_csv(rows):
    """Write rows as a CSV."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


@st.composite
def spoilt_rows(draw, good, *, most=3):
    """Draw the rows of a table, the header first, with some cells changed, or rows doubled or left out."""
    rows = [list(row) for row in good]
    for _ in range(draw(st.integers(1, most))):
        number = draw(st.integers(0, len(rows) - 1))
        match draw(st.sampled_from(["cell", "cell", "cell", "cell", "double", "drop", "short", "long"])):
            case "cell" if rows[number]:
                rows[number][draw(st.integers(0, len(rows[number]) - 1))] = draw(CELLS)
            case "double":
                rows.insert(number, list(rows[number]))
            case "drop" if len(rows) > 1:
                del rows[number]
            case "short":
                del rows[number][-1:]
            case "long":
                rows[number].append(draw(CELLS))
    return rows


def _places(tree, at=()):
    """Yield the paths of all values of a tree."""
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield (*at, key)
        if isinstance(value, dict | list):
            yield from _places(value, (*at, key))


@st.composite
def spoilt_tree(draw, good, *, most=2):
    """Draw a tree of mappings and lists with some values changed, left out, or moved to another key."""
    tree = copy.deepcopy(good)
    for _ in range(draw(st.integers(1, most))):
        if not (places := list(_places(tree))):
            break
        *above, last = draw(st.sampled_from(places))
        inner = tree
        for key in above:
            inner = inner[key]
        match draw(st.sampled_from(["change", "change", "change", "drop", "rename"])):
            case "change":
                inner[last] = draw(TREES)
            case "drop":
                del inner[last]
            case "rename" if isinstance(inner, dict):
                inner[draw(CELLS)] = inner.pop(last)
    return tree
