"""Problems that pydantic finds, in words of somebody who writes YAML and no Python.

Every mistake says what is wrong with the value as it stands, and what to write instead; both come
from the models themselves (``entry``), so a new entry needs no words here. Values that may be a
secret are never shown.
"""

import re
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Path = tuple[Any, ...]

_MANY = 20
"""Words to choose from that are not all told where one of them was meant."""


@dataclass(frozen=True)
class Mistake:
    """One problem: where it stands, what it is, what to write instead."""

    path: Path
    what: str
    remedy: str


def find_mistakes(
    model: type[BaseModel], problems: Iterable[Mapping[str, Any]]
) -> list[Mistake]:
    """All problems of one validation; a misspelt entry stands for the one it was meant to be."""
    told: list[Mistake] = []
    problems = [{**problem, "loc": _as_written(problem["loc"])} for problem in problems]
    meant = {
        (*problem["loc"][:-1], close)
        for problem in problems
        if problem["type"] == "extra_forbidden"
        for close in _close(problem["loc"][-1], _names(_group_at(model, problem["loc"][:-1])))
    }
    for problem in problems:
        if problem["type"] == "missing" and problem["loc"] in meant:
            continue
        if problem["type"] == "too_short" and _holds_another(problem["loc"], problems):
            continue  # only items that are right were counted
        mistake = _told(model, problem)
        if all(mistake.path != other.path for other in told):  # the first of a union's branches
            told.append(mistake)
    return told


def _holds_another(path: Path, problems: Sequence[Mapping[str, Any]]) -> bool:
    return any(len(p["loc"]) > len(path) and p["loc"][: len(path)] == path for p in problems)


def close_or_all(given: object, known: Iterable[str]) -> str:
    """``did you mean x?``, and what there is to choose from."""
    names = list(known)
    close = _close(given, names)
    guess = f"did you mean {' or '.join(close)}?" if close else ""
    if guess and len(names) > _MANY:
        return guess
    return f"{guess} use one of: {', '.join(names)}".lstrip()


def shown(value: object, path: Path) -> str:
    """A value as it stands in the file; a dash for one that may be a secret, or is no scalar."""
    if value is None:
        return "an empty entry"
    if isinstance(value, bool | int | float):
        return str(value).lower()
    if not isinstance(value, str) or _may_be_secret(value, path):
        return "what stands there"
    return repr(value) if len(value) <= 60 and value.isprintable() else "what stands there"


def field_at(model: type[BaseModel], path: Path) -> FieldInfo | None:
    """The entry that a path leads to; none for items of lists, keys and unknown names."""
    return _walk(model, path)[1]


def kind_of(annotation: Any) -> str:
    """What a value of this type is called."""
    for plain, name in _KINDS.items():
        if annotation is plain:
            return name
    origin = get_origin(annotation)
    if origin in {Union, types.UnionType}:
        kinds = [kind_of(each) for each in get_args(annotation) if each is not type(None)]
        return " or ".join(dict.fromkeys(kinds))
    if origin in {tuple, list}:
        return "a list"
    if origin is dict or _is_model(annotation):
        return "a group of entries"
    if origin is Literal or (isinstance(annotation, type) and issubclass(annotation, Enum)):
        return "one of the words that are allowed"
    return kind_of(get_args(annotation)[0]) if get_args(annotation) else "a value"


def choices_of(annotation: Any) -> tuple[str, ...]:
    """The words a value of this type may be, or be a list of; none where it may be any."""
    if get_origin(annotation) is Literal:
        return tuple(map(str, get_args(annotation)))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(str(member.value) for member in annotation)
    if get_origin(annotation) in {Union, types.UnionType, tuple, list}:
        for each in get_args(annotation):
            if found := choices_of(each):
                return found
    return ()


def range_of(info: FieldInfo) -> str:
    """The limits of a number as ``from 1 to 100``; nothing where there are none."""
    limits: dict[str, Any] = {}
    for rule in info.metadata:
        for name in ("gt", "ge", "lt", "le"):
            if (limit := getattr(rule, name, None)) is not None:
                limits[name] = limit
    words = {"gt": "above", "ge": "from", "lt": "below", "le": "to"}
    return " ".join(f"{words[name]} {limits[name]:g}" for name in words if name in limits)


def extra_of(info: FieldInfo | None, name: str) -> Any:
    """What ``entry`` said beside the description: ``example``, ``form``, ``inside``."""
    extra = info.json_schema_extra if info else None
    return extra.get(name) if isinstance(extra, dict) else None


_KINDS: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
}


def _told(model: type[BaseModel], problem: Mapping[str, Any]) -> Mistake:
    path: Path = problem["loc"]
    what, remedy = _what_and_remedy(model, path, problem)
    return Mistake(path, f"{'.'.join(map(str, path)) or 'the file'}: {what}", remedy)


def _what_and_remedy(
    model: type[BaseModel], path: Path, problem: Mapping[str, Any]
) -> tuple[str, str]:
    kind: str = problem["type"]
    given = problem.get("input")
    info = field_at(model, path)
    what, remedy = _fault(kind, shown(given, path), model, path), ""
    if kind == "missing":
        what, remedy = "this entry is missing", _add(path, info)
    elif kind == "extra_forbidden":
        what = "there is no such entry"
        remedy = close_or_all(path[-1], _names(_group_at(model, path[:-1])))
    elif kind in {"literal_error", "enum"}:
        what = f"{shown(given, path)} is not allowed here"
        remedy = close_or_all(given, re.findall(r"'(.*?)'", str(problem["ctx"]["expected"])))
    elif kind == "value_error":
        said = str(problem["msg"]).removeprefix("Value error, ")
        what, _, remedy = said.partition("; ")
    elif kind in {"too_short", "string_too_short"}:
        what, remedy = "there is nothing in it", _add(path, info)
    elif kind == "too_long":
        what, remedy = (
            "there are too many in it",
            f"leave {problem['ctx']['max_length']} at most",
        )
    return what, remedy or _write(model, path, info)


def _fault(kind: str, value: str, model: type[BaseModel], path: Path) -> str:
    info = field_at(model, path)
    if kind == "string_pattern_mismatch":
        return f"{value} is not {extra_of(info, 'form') or 'written as it must be'}"
    if kind.startswith(("greater_than", "less_than")):
        return f"{value} is out of range"
    annotation = _walk(model, path)[0]
    return f"{value} is not {kind_of(annotation)}"


def _write(model: type[BaseModel], path: Path, info: FieldInfo | None) -> str:
    """What to write, with the limits and an example where the entry has them."""
    annotation = _walk(model, path)[0]
    form = extra_of(info, "form") or kind_of(annotation)
    limits = range_of(info) if info else ""
    example = extra_of(info, "example") or _PLAIN.get(form, "")
    such = f", such as {example}" if example and limits.find(example) < 0 else ""
    choices = choices_of(annotation)
    if choices:
        return f"use {'some' if kind_of(annotation) == 'a list' else 'one'} of: {', '.join(choices)}"
    quotes = (
        "; put it in quotes where it looks like a number or a date" if form == "text" else ""
    )
    return f"write {form}{' ' + limits if limits else ''}{such}{quotes}"


_PLAIN = {"a list": "[one, another]", "a group of entries": "name: value, one per line"}


def _add(path: Path, info: FieldInfo | None) -> str:
    example = extra_of(info, "example") or "…"
    says = f": {info.description}" if info and info.description else ""
    line = f"{path[-1]}: {example}" if path and isinstance(path[-1], str) else example
    return f"add `{line}`{says}"


def _as_written(loc: Path) -> Path:
    """Steps of a file; pydantic puts its own names of keys and of union branches between them."""
    steps = tuple(step for step in loc if not (isinstance(step, str) and _OWN.fullmatch(step)))
    return steps[:-1] if steps and steps[-1] in {"str", "int", "float", "bool"} else steps


_OWN = re.compile(r"\[key\]|(function|tuple|list|dict|literal|constrained)[\w-]*\[.*\]")


def _group_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    found = _walk(model, path)[0]
    return model_in(found)


def _walk(model: type[BaseModel], path: Path) -> tuple[Any, FieldInfo | None]:
    """The type that stands at a path, and its entry where the last step names one."""
    here: Any = model
    info: FieldInfo | None = None
    for step in path:
        group, info = model_in(here), None
        if group is not None:
            info = group.model_fields.get(str(step))
            here = info.annotation if info else None
            continue
        items = items_of(here)
        if items is None:
            return None, None
        here = items
    return here, info


def items_of(annotation: Any) -> Any:
    """The type of what a list or a group by names holds; none for anything else."""
    origin = get_origin(annotation)
    if origin is dict:
        return get_args(annotation)[1]
    if origin in {tuple, list}:
        return get_args(annotation)[0]
    if origin in {Union, types.UnionType}:
        found = (items_of(each) for each in get_args(annotation))
        return next((each for each in found if each is not None), None)
    return None


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The group of entries that a type is; none for values."""
    if _is_model(annotation):
        found: type[BaseModel] = annotation
        return found
    if get_origin(annotation) in {Union, types.UnionType}:
        return next(filter(None, map(model_in, get_args(annotation))), None)
    return None


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _names(group: type[BaseModel] | None) -> list[str]:
    """Entries that people write; what a reader fills in is none."""
    fields = group.model_fields if group else {}
    return [name for name, info in fields.items() if not extra_of(info, "inside")]


def _close(given: object, known: Iterable[str]) -> list[str]:
    return get_close_matches(str(given).lower(), list(known), n=2, cutoff=0.65)


_SECRET = re.compile(r"token|secret|password|passwd|credential|api|key", re.IGNORECASE)
_RANDOM = re.compile(r"(?=.*[A-Za-z])(?=.*\d)[\w+/=.\-]{16,}")


def _may_be_secret(value: str, path: Path) -> bool:
    """A value below an entry that holds secrets, an address, or what looks drawn by lot."""
    return (
        any(_SECRET.search(str(step)) for step in path)
        or "://" in value
        or "$" in value
        or bool(_RANDOM.search(value))
    )
