"""Great Expectations without the libraries that only rules we do not ask need.

Three of its rules compare distributions; for them it imports SciPy's statistics and Altair, which
takes longer than the rest of it.
"""

import sys
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

_LEFT_OUT = ("scipy.stats", "altair")


@cache
def import_great_expectations() -> None:
    """Import it; call this before the first import of ``expectations``."""
    stand_ins = {name: _StandIn(name) for name in _LEFT_OUT if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        import_module("great_expectations")
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
