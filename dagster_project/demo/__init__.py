"""The seeded demo world: invented people and their true history, in vendors' own formats."""
