"""YAML files read with the line of every value, so that an error can point at it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from dagster_project.domain.errors import ConfigError

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class YamlDocument:
    """A parsed file that knows where its values stand."""

    file: Path
    data: Any

    def parse(
        self, model: type[Model], *, prepare: Callable[[Any], Any] = lambda data: data
    ) -> Model:
        """Validate against a pydantic model; the first problem becomes a ``ConfigError``."""
        data = {} if self.data is None else self.data
        if not isinstance(data, dict):
            raise self.error(
                "the file holds no names and values", "write it like `name: value`"
            )
        try:
            return model.model_validate(prepare(data))
        except ValidationError as invalid:
            problems = invalid.errors(include_input=False, include_url=False)
            # A misspelt entry explains the missing one beside it, so it is told first.
            problem = min(problems, key=lambda p: p["type"] != "extra_forbidden")
            path = tuple(problem["loc"])
            raise self.error(
                f"{'.'.join(str(p) for p in path) or 'the file'}: {_told(problem)}",
                "correct this line; docs/configuration.md lists what each entry may hold",
                path=path,
            ) from None

    def error(self, what: str, remedy: str, *, path: tuple[Any, ...] = ()) -> ConfigError:
        """A ``ConfigError`` at the line of the value that ``path`` leads to."""
        return ConfigError.at(self.file, self._line(path), what, remedy)

    def _line(self, path: tuple[Any, ...]) -> int | None:
        node, line = self.data, None
        for step in path:
            try:
                position = node.lc.data[step]
            except (AttributeError, KeyError, IndexError, TypeError):
                break
            line = position[0] + 1
            node = node[step]
        return line


_KEY = re.compile("""key "(.*?)" with value""")
_WORDS = {"extra_forbidden": "there is no such entry", "missing": "this entry is missing"}


def _told(problem: Mapping[str, Any]) -> str:
    """A problem in words of somebody who writes YAML and no Python."""
    return _WORDS.get(problem["type"], str(problem["msg"]).removeprefix("Value error, "))


def read_yaml(file: Path) -> YamlDocument:
    """Read one YAML file; ``ConfigError`` when it is missing or not YAML."""
    if not file.is_file():
        raise ConfigError.at(
            file, None, "configuration file is missing", "run `c360 init DIR` to write one"
        )
    try:
        data = YAML(typ="rt").load(file.read_text(encoding="utf-8"))
    except DuplicateKeyError as twice:  # its own words repeat both values
        mark = twice.problem_mark
        name = _KEY.search(twice.problem or "")
        raise ConfigError.at(
            file,
            mark.line + 1 if mark else None,
            f"the entry {name.group(1) if name else ''!r} stands twice",
            "take one of the two out",
        ) from None
    except MarkedYAMLError as broken:
        mark = broken.problem_mark
        is_tab = "'\\t'" in (broken.problem or "")
        raise ConfigError.at(
            file,
            mark.line + 1 if mark else None,
            "not valid YAML: a tab indents this line"
            if is_tab
            else f"not valid YAML: {broken.problem}",
            "write blanks in its place" if is_tab else "correct the syntax at this line",
        ) from None
    except (UnicodeDecodeError, YAMLError):
        raise ConfigError.at(
            file,
            None,
            "the file is not UTF-8 text, or holds control characters",
            "save it as UTF-8 with your editor",
        ) from None
    return YamlDocument(file, data)
