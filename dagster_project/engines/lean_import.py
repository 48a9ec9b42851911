"""Imports a library without modules that only those of its parts need that we do not use.

Whoever does use such a part gets the real module then: nothing is missing, it only comes later.
"""

import sys
from collections.abc import Iterable
from importlib import import_module
from types import ModuleType
from typing import Any


def import_without(library: str, left_out: Iterable[str]) -> None:
    """Import ``library``; what it asks for among ``left_out`` is imported once it is used."""
    stand_ins = {name: _StandIn(name) for name in left_out if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        import_module(library)
    finally:
        for name, stand_in in stand_ins.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]


class _StandIn(ModuleType):
    """Becomes the module it is named after once something of it is used."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)
