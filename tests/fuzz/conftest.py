"""How long `make fuzz` goes on; `make test` takes hypothesis's hundred examples."""

import os

from hypothesis import settings

settings.register_profile(
    "fuzz", max_examples=int(os.environ.get("FUZZ_EXAMPLES", "20000")), deadline=None
)
