"""What readers are told, in three languages: English text with named fields, spoken in the language in force.

English is written in the code; the other languages stand in `locale/<language>/LC_MESSAGES/messages.po`, and
`python -m creative_nodes.catalogue` keeps those files in step with the code.
"""

from __future__ import annotations

import json
import math
import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import get_decimal_symbol, get_group_symbol

LANGUAGES = {"en": "English", "vi": "Tiếng Việt", "zh": "中文"}
LOCALES = {"en": Locale("en", "GB"), "vi": Locale("vi", "VN"), "zh": Locale.parse("zh_Hans_CN")}
LOCALE_FOLDER = Path(__file__).parents[1] / "locale"
# how a date is written, by itself and with its day of the week; Vietnamese writes it in figures
DAY = {"en": "long", "vi": "d/M/y", "zh": "long"}
WEEKDAY = {"en": "full", "vi": "EEEE, d/M/y", "zh": "full"}
NBSP = "\u00a0"  # keeps a number and its unit on one line
_language: ContextVar[str] = ContextVar("language", default="en")


def catalogue_file(language: str) -> Path:
    """Return the file that a language other than English stands in."""
    return LOCALE_FOLDER / language / "LC_MESSAGES" / "messages.po"


@lru_cache
def translations(language: str) -> dict[str, str]:
    """Read what a language says for each English text; a plural stands under its singular."""
    path = catalogue_file(language)
    if language == "en" or not path.exists():
        return {}
    with path.open("rb") as file:
        known = [message for message in read_po(file) if message.id and not message.fuzzy]
    first = ((_first(message.id), _first(message.string)) for message in known)
    return {text: said for text, said in first if said}


def _first(texts: Any) -> str:
    """Return the text of a message, or the first of its plural forms."""
    return texts if isinstance(texts, str) else next(iter(texts or ()), "")


# ---------------------------------------------------------------- the language in force


def language() -> str:
    """Return the code of the language in force: en, vi or zh."""
    return _language.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak another language within a block.

    Parameters
    ----------
    code : of the language, one of `LANGUAGES`.

    Raises
    ------
    ValueError : there is no such language.
    """
    if code not in LANGUAGES:
        raise ValueError(f"no language {code!r}; there are {', '.join(LANGUAGES)}")
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


def translated(text: str) -> str:
    """Return a text in the language in force; one that the language lacks stays English."""
    return translations(language()).get(text, text)


# ---------------------------------------------------------------- numbers and units


@lru_cache
def _figures(code: str) -> dict[int, str]:
    """Return the signs of a language that stand in numbers for Python's."""
    locale = LOCALES[code]
    return {ord(","): get_group_symbol(locale), ord("."): get_decimal_symbol(locale)}


def figures_of(text: str) -> str:
    """Write a number as Python does (1,234.5) the way the language in force does (1.234,5)."""
    return text.translate(_figures(language()))


def number(value: float, *, digits: int = 3) -> str:
    """Write a number with that many digits that count, thousands apart, never in powers of ten.

    Parameters
    ----------
    value : any number; one that is not finite is not known.
    digits : how many count.
    """
    if not math.isfinite(value):
        return not_known()
    if value == 0:
        return "0"
    whole = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    if language() == "zh" and abs(value) >= 1e4:
        size, unit = (1e8, "亿") if abs(value) >= 1e8 else (1e4, "万")
        return f"{float(f'{value / size:.{digits}g}'):,.15g}{unit}"
    if abs(value) >= 10 ** (digits - 1):
        step = 10 ** max(0, math.floor(math.log10(abs(value))) - digits + 1)
        return figures_of(f"{round(value / step) * step:,.0f}")
    text = f"{value:.{min(whole, 5)}f}"
    return figures_of(text.rstrip("0").rstrip(".") if "." in text else text)


def count(value: float) -> str:
    """Write a count, thousands apart."""
    return figures_of(f"{value:,.0f}")


def plain_number(value: float) -> str:
    """Write a setting as it stands in the configuration: 15, 0.5."""
    return figures_of(f"{value:g}")


def percent_sign() -> str:
    """Return the sign as it stands after a number: apart in English alone."""
    return f"{NBSP}%" if language() == "en" else "%"


def percent(share: float) -> str:
    """Write a share as a percentage; near none or all it keeps a decimal, and is rounded to neither."""
    value, sign = share * 100, percent_sign()
    if 0 < value < 0.1:
        return say("under {limit}", limit=f"{figures_of('0.1')}{sign}")
    if 99.95 <= value < 100:
        return say("over {limit}", limit=f"{figures_of('99.9')}{sign}")
    exact = (value < 10 or value >= 99.5) and round(value, 1) % 1
    return figures_of(f"{value:.1f}" if exact else f"{value:.0f}") + sign


def area(square_metres: float) -> str:
    """Write an area in m² or hectares."""
    if square_metres >= 1e4:
        return say("{n} ha", n=number(square_metres / 1e4))
    return say("{n} m²", n=number(square_metres))


def metres(value: float) -> str:
    """Write a distance in m or km."""
    if value >= 1000:
        return say("{n} km", n=figures_of(f"{value / 1000:.1f}"))
    return say("{n} m", n=f"{round(value / 10) * 10 if value >= 100 else value:.0f}")


def amount(value: float) -> str:
    """Write a sum of weights with two decimals; a small one says that it is not nothing."""
    return say("under {limit}", limit=figures_of("0.01")) if 0 < value < 0.005 else figures_of(f"{value:.2f}")


def minutes(value: float) -> str:
    """Write a time in whole minutes."""
    return say("{n} min", n=f"{value:.0f}").replace(" ", NBSP)


def day(text: str) -> str:
    """Write a date given as 2018-01-01, or a month given as 2018-01; a year, and what is no date, stays as it is."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return str(format_date(date.fromisoformat(text), format=DAY[language()], locale=LOCALES[language()]))
    if re.fullmatch(r"\d{4}-\d{2}", text):
        return str(format_skeleton("yMMMM", date.fromisoformat(f"{text}-01"), locale=LOCALES[language()]))
    return text


def weekday(text: str) -> str:
    """Write a date given as 2018-01-01 with its day of the week."""
    return str(format_date(date.fromisoformat(text), format=WEEKDAY[language()], locale=LOCALES[language()]))


def listed(items: Sequence[str]) -> str:
    """Join words as a sentence does: one, two and three."""
    return format_list(list(items), locale=LOCALES[language()])


def language_name(code: str) -> str:
    """Write a language, given by its ISO 639 code, in the language in force; an unknown code stays as it is."""
    return str(LOCALES[language()].languages.get(code, code))


def not_known() -> str:
    """Say that a value is missing."""
    return say("not known")


FORMATS: dict[str, Callable[[Any], str]] = {
    "amount": amount,
    "area": area,
    "count": count,
    "date": day,
    "g": plain_number,
    "language": language_name,
    "metres": metres,
    "minutes": minutes,
    "number": number,
    "percent": percent,
    "weekday": weekday,
}


# ---------------------------------------------------------------- sentences


class _Formatter(string.Formatter):
    """str.format with the formats above and with Python's own, in the digits of the language in force."""

    def format_field(self, value: Any, spec: str) -> str:
        if isinstance(value, (list, tuple)):
            return listed([self.format_field(one, spec) for one in value])
        if spec in FORMATS:
            return FORMATS[spec](value)
        return figures_of(format(value, spec)) if spec and isinstance(value, (int, float)) else str(value)


_FORMATTER = _Formatter()


def say(text: str, /, **values: Any) -> str:
    """Say a text in the language in force.

    Parameters
    ----------
    text : English, with fields in braces. A field may name how it is written: {n:count}, {share:percent},
        {away:metres}, {size:area}, {x:number}, {x:amount}, {t:minutes}, {x:g}, {when:date}, {when:weekday},
        {code:language}, or as Python does ({x:.2f}).
        A list is joined as a sentence does.
    values : of the fields; text among them is left as it is, a Message is spoken.
    """
    return _FORMATTER.vformat(translated(text), (), values)


def say_n(n: float, one: str, many: str, /, **values: Any) -> str:
    """Say a text that counts something (the field n): `one` for 1 in English, else `many`.

    Parameters
    ----------
    n : the count.
    one, many : texts, as in `say`.
    values : of the other fields.
    """
    return _FORMATTER.vformat(plural(one, many, n), (), {"n": n, **values})


def plural(one: str, many: str, n: float) -> str:
    """Choose a text by count in the language in force, its fields not yet filled in: `one` for 1 in English.

    Parameters
    ----------
    one, many : texts in English.
    n : the count.
    """
    return translations(language()).get(one) or (one if n == 1 else many)


def mark(text: str) -> str:
    """Return an English text as it is, marked for the catalogue: it is spoken later, by `say` or `translated`."""
    return text


@dataclass(frozen=True)
class Message:
    """A sentence that is spoken later, in whatever language is then in force.

    Attributes
    ----------
    text : English, with fields as in `say`.
    values : numbers, text, other messages, or lists of those.
    many : English for other counts than one of the value n; empty when nothing is counted.
    """

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    many: str = ""

    def __str__(self) -> str:
        """Speak in the language in force."""
        if self.many:
            values = dict(self.values)
            return say_n(values.pop("n"), self.text, self.many, **values)
        return say(self.text, **self.values)

    def data(self) -> list[Any]:
        """Return what JSON can hold."""
        return [self.text, {key: _data(value) for key, value in self.values.items()}, self.many]


def _data(value: Any) -> Any:
    if isinstance(value, Message):
        return {"message": value.data()}
    if isinstance(value, (list, tuple)):
        return [_data(one) for one in value]
    return value.item() if hasattr(value, "item") else value  # numpy's numbers are none of JSON's


def _value(data: Any) -> Any:
    if isinstance(data, dict):
        return message_of(data["message"])
    return [_value(one) for one in data] if isinstance(data, list) else data


def message_of(data: Sequence[Any]) -> Message:
    """Return the message that `Message.data` wrote."""
    text, values, many = data
    return Message(text, {key: _value(value) for key, value in values.items()}, many)


def told(text: str, /, **values: Any) -> Message:
    """Make a message to be spoken later; the fields are those of `say`."""
    return Message(text, values)


def told_n(n: float, one: str, many: str, /, **values: Any) -> Message:
    """Make a message that counts something (the field n), to be spoken later.

    Parameters
    ----------
    n, one, many, values : as in `say_n`.
    """
    return Message(one, {"n": n, **values}, many)


def word(text: str) -> Message:
    """Make a message of a text that stands elsewhere: a key in words, a name out of a taxonomy."""
    return Message(text.replace("{", "{{").replace("}", "}}"))


# ---------------------------------------------------------------- sentences in tables


def written(**texts: Message | str) -> dict[str, str]:
    """Write the texts of a table row: English in each column, and the column `messages` to speak them from.

    Parameters
    ----------
    texts : by column. A text without values is marked where it is written, and needs no message.

    Returns
    -------
    the columns and `messages`: JSON, {column: message}; empty when there is none.
    """
    with speaking("en"):
        english = {column: str(text) for column, text in texts.items()}
    told_ = {column: text.data() for column, text in texts.items() if isinstance(text, Message)}
    return {**english, "messages": json.dumps(told_, ensure_ascii=False) if told_ else ""}


def message_in(row: Any, column: str) -> Message | str:
    """Return what a row's text is spoken from: its message, or the text where it has none.

    Parameters
    ----------
    row : a named tuple or Series of the table; a table without the column `messages` holds texts alone.
    column : the text's.
    """
    known = json.loads(getattr(row, "messages", "") or "{}")
    return message_of(known[column]) if column in known else str(getattr(row, column))


def spoken(row: Any, column: str) -> str:
    """Speak a table's text in the language in force.

    Parameters
    ----------
    row : a row of the table, with its column `messages`.
    column : the text to speak.
    """
    found = message_in(row, column)
    return str(found) if isinstance(found, Message) else translated(found)
