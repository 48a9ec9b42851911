"""YAML files read with the line of every value, so that an error can point at it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from dagster_project.config.mistakes import find_mistakes
from dagster_project.domain.errors import ConfigError, config_error_of

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class YamlDocument:
    """A parsed file that knows where its values stand."""

    file: Path
    data: Any

    def parse(
        self,
        model: type[Model],
        *,
        prepare: Callable[[Any], Any] = lambda data: data,
        also: Callable[[Any], Iterable[ConfigError]] = lambda data: (),
    ) -> Model:
        """Validate against a pydantic model; all mistakes become one ``ConfigError``.

        ``also`` finds what the model cannot know, in the data as it stands in the file, right or
        wrong; what it finds is told first.
        """
        data = {} if self.data is None else self.data
        if not isinstance(data, dict):
            raise self.error(
                "the file holds no names and values", "write it like `name: value`"
            )
        mistakes = list(also(data))
        try:
            parsed = model.model_validate(prepare(data))
        except ValidationError as invalid:
            problems = cast("list[Mapping[str, Any]]", invalid.errors(include_url=False))
            mistakes += [
                self.error(found.what, found.remedy, path=found.path)
                for found in find_mistakes(model, problems)
            ]
        else:
            if not mistakes:
                return parsed
        raise config_error_of(mistakes) from None

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
