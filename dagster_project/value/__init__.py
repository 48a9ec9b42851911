"""What customers are worth: whether they will buy again, and for how much.

Belongs here: models of buying, fitted to histories of conversions, and how well they foretold
what was held back. Does not belong here: conversions themselves (dbt's marts), and when the
models are fitted (``defs``).
"""
