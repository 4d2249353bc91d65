"""What every settings model shares: the base, bounded numbers, reading and explaining faults."""

from __future__ import annotations

import copy
import difflib
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails

from creative_nodes.common.errors import InputError, nearest
from creative_nodes.common.words import WEIGHT_FORMS

WEIGHT_SUM_TOLERANCE = 1e-6
MOST_VALUES = 100_000  # in one file
_BOOLEAN = "tag:yaml.org,2002:bool"


M = TypeVar("M", bound=BaseModel)


Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


Share = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """Base of every model: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_flag_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse yes and no where a number or a text belongs: pydantic would take yes as 1."""
        kind = cls.model_fields[str(info.field_name)].annotation
        if isinstance(value, bool) and kind is not Any and "bool" not in str(kind):
            raise ValueError(
                "a flag stands where a number or a text belongs: YAML reads yes, no, on and off so; quote it"
            )
        return value


class _Loader(yaml.SafeLoader):
    """YAML as people mean it: no key twice, and only true and false are flags, so that NO is Norway."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Look at a mapping before it is made: a key that stands twice would hide what the first says."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    problem=f"the key {key.value} stands twice; keep one of them", problem_mark=key.start_mark
                )
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else "")
        super().flatten_mapping(node)


# resolvers are kept by first letter: those of yes, no, on and off go
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in some if tag != _BOOLEAN]
    for letter, some in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOLEAN, re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def _check_size(data: Any, where: str) -> None:
    """Refuse what names itself again and again: a few lines of YAML can stand for millions."""
    left, seen = [data], 0
    while left:
        one = left.pop()
        seen += 1
        if seen > MOST_VALUES:
            raise InputError(f"holds more than {MOST_VALUES:,} values; write it without anchors (&, *)", where=where)
        left += list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else []


@lru_cache(maxsize=16)
def _parsed(text: str) -> Any:
    """Parse a text once: a start asks for the same files a few times. What it returns is copied, not handed out."""
    return yaml.load(text, Loader=_Loader)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping.

    Raises
    ------
    InputError : there is no such file, or it holds something else.
    """
    where = str(path)
    try:
        data = _parsed(path.read_text(encoding="utf-8-sig"))
        _check_size(data, where)
        data = copy.deepcopy(data)
    except FileNotFoundError:
        raise InputError("no such file; create it or take its name out of `cities`", where=where) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}); it must be a file", where=where) from None
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8 (byte {error.start + 1}); save it as UTF-8", where=where) from None
    except yaml.YAMLError as error:
        raise InputError(f"not valid YAML: {error}", where=where) from None
    except (RecursionError, ValueError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"not valid YAML: {error or 'nested too deeply'}", where=where) from None
    if not isinstance(data, dict):
        raise InputError("must hold a mapping of keys to values", where=str(path))
    return data


def yaml_value(text: str, where: str) -> Any:
    """Read one value as YAML.

    Parameters
    ----------
    text : the value.
    where : it stands, for errors.

    Raises
    ------
    InputError : it is not valid.
    """
    try:
        return yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError, ValueError, TypeError):
        raise InputError(f"cannot be read as a list, a mapping or a text in quotes: {text}", where=where) from None


def _keys_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """List the valid keys of the model that `location` points into, to suggest the nearest one."""
    current: Any = model
    for part in location[:-1]:
        if isinstance(part, int):  # a place in a list: its model is at hand already
            continue
        fields = getattr(current, "model_fields", None)
        if fields is not None:
            current = fields[part].annotation if part in fields else None
        elif get_origin(current) is dict:
            current = get_args(current)[1]
        if get_origin(current) is not dict:
            # of "Raster | None" the model counts
            current = next((kind for kind in (current, *get_args(current)) if hasattr(kind, "model_fields")), current)
    return list(getattr(current, "model_fields", {}))


def what_is_wrong(fault: ErrorDetails, model: type[BaseModel]) -> str:
    """Say what is wrong with one key in pydantic's report: the nearest valid key, or the value that it was given.

    Parameters
    ----------
    fault : of the report.
    model : that the data were checked against.
    """
    location, message = fault["loc"], fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(location[-1]), _keys_at(model, location), n=1)
        return "unknown key" + (f"; did you mean {near[0]}?" if near else "; see config/README.md")
    if fault["type"] == "missing":
        return "this key is missing"
    if "input" in fault and not isinstance(fault["input"], dict | list | tuple):
        return f"{message}, got {fault['input']!r}"
    return message


def _explain(error: ValidationError, model: type[BaseModel], where: str) -> InputError:
    """Turn pydantic's report into one line a fault: file, key, what is wrong."""
    lines = []
    for fault in error.errors():
        key = ".".join(map(str, fault["loc"])) or "(whole file)"
        lines.append(f"{where}: {key}: {what_is_wrong(fault, model)}")
    return InputError("\n".join(lines))


def validated(model: type[M], data: dict[str, Any], where: str) -> M:
    """Check data against a model.

    Parameters
    ----------
    model : of the settings.
    data : as read from YAML.
    where : the file, for errors.

    Raises
    ------
    InputError : one line a fault, with the file, the key, and the nearest valid one.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _explain(error, model, where) from None


def keys_of(model: type[BaseModel]) -> list[str]:
    """List the keys of a model as they are written."""
    return [field.alias or name for name, field in model.model_fields.items()]


def wrong_answer(error: ValidationError, model: type[BaseModel], *, where: str, example: str) -> InputError:
    """Turn pydantic's report on what a command was given into one line: a misspelt key before all else.

    Parameters
    ----------
    error : the report.
    model : that the answers were checked against.
    where : what is named in the line.
    example : of a value of a key that is missing.
    """
    # a misspelt key tells more than that another is missing
    fault = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    key = str(fault["loc"][0]) if fault["loc"] else ""
    said = what_is_wrong(fault, model)
    if fault["type"] == "extra_forbidden":
        said = f"no such key; {nearest(key, keys_of(model))}"
    elif fault["type"] == "missing":
        said += f', such as {key}="{example}"'
    return InputError(f"{key}: {said}" if key else said, where=where)


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Lay one mapping over another, level by level.

    Parameters
    ----------
    base : the mapping below.
    over : what counts where both have a key.
    """
    result = copy.copy(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        # a set of weights in another form takes the place of the whole set
        if both and not WEIGHT_FORMS & (value.keys() | result[key].keys()):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


OTHER_CLASSES = "default"  # of a figure by class: every class not named


def check_classes(keys: Mapping[str, Mapping[str, float]], taxonomy: Path, *, shown: str, where: str) -> None:
    """Check that figures by class name classes of the taxonomy alone; one that is not there is told elsewhere.

    Parameters
    ----------
    keys : the figures by dotted key of the settings.
    taxonomy : its file.
    shown, where : what a complaint calls it, and the file that the figures stand in.

    Raises
    ------
    InputError : a figure of a class that the taxonomy does not have, or a taxonomy without classes.
    """
    if not taxonomy.is_file():
        return
    file = read_yaml(taxonomy)
    if not file.get("classes"):
        raise InputError(f"classes: this key is missing; there are {', '.join(file)}", where=shown)
    classes = [OTHER_CLASSES, *file["classes"]]
    for key, by_class in keys.items():
        if unknown := [name for name in by_class if name not in classes]:
            raise InputError(
                f"no such class in {shown}; {nearest(unknown[0], classes)}", where=f"{where}: {key}.{unknown[0]}"
            )


def differing(before: Any, now: Any, *, key: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield the keys under which two settings differ, the deepest ones, each with its value before and now.

    Parameters
    ----------
    before, now : settings, as JSON has them; what is missing is None.
    key : that both stand under.
    """
    if not (isinstance(before, Mapping) and isinstance(now, Mapping)):
        yield key, before, now
        return
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            below = f"{key}.{name}" if key else name
            yield from differing(before.get(name), now.get(name), key=below)


def not_there(key: str, file: str, folders: list[Path], *, variable: str, where: str) -> InputError:
    """Say that a required file is in none of the folders, and what to do.

    Parameters
    ----------
    key : that names the file.
    file : its name.
    folders : where it was looked for.
    variable : environment variable that names a folder.
    where : the configuration file, for the error.
    """
    looked = ", ".join(str(folder) for folder in folders)
    return InputError(
        f"{key}: {file} is not in {looked}; put it there, point the variable {variable} at its folder, or say "
        "`required: false` to go without",
        where=where,
    )


def restore(text: str, key: str, model: type[M]) -> M:
    """Read one part of what `pick` wrote back into its model.

    Parameters
    ----------
    text : JSON of a rule's settings.
    key : dotted key of the part.
    model : its model.
    """
    return model.model_validate(json.loads(text)[key])


def restore_all(text: str, key: str, model: type[M]) -> dict[str, M]:
    """Read a mapping of such parts back: name -> model.

    Parameters
    ----------
    text : JSON of a rule's settings.
    key : dotted key of the mapping.
    model : of each part.
    """
    return {name: model.model_validate(part) for name, part in json.loads(text)[key].items()}


def known_crs(epsg: int) -> Any:
    """Return the CRS of an EPSG code.

    Raises
    ------
    ValueError : PROJ knows no such code.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_epsg(epsg)
    except CRSError:
        raise ValueError(f"EPSG:{epsg} is not known to PROJ") from None


def check_metric(epsg: int) -> int:
    """Return an EPSG code that is of a projected CRS in metres.

    Raises
    ------
    ValueError : it is of another, or PROJ knows no such code.
    """
    crs = known_crs(epsg)
    if not crs.is_projected or {axis.unit_name for axis in crs.axis_info} != {"metre"}:
        raise ValueError(
            f"EPSG:{epsg} ({crs.name}) is not a projected CRS in metres; leave epsg out to use the UTM zone"
        )
    return epsg
