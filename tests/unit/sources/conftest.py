from pathlib import Path

import pytest

from tests.unit.sources.inbox import Inbox


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)
