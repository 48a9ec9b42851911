"""Words of the compliance desk: what a finding can be, how grave it is, where it stands."""

KINDS = (
    "complaint", "concern", "privacy_breach", "disclosure", "threat", "hate", "regulated_claim",
)  # fmt: skip
"""What a finding can be."""

SEVERITIES = ("low", "medium", "high", "critical")
"""The gravest last."""

STATES = (
    "new", "in_review", "confirmed", "false_positive", "duplicate", "escalated", "remediated",
    "closed",
)  # fmt: skip
"""Where it stands."""
