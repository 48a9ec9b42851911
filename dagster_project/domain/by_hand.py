"""Words that entries by hand are written in: what a consent is about, which values can be put right."""

CHANNELS = ("email", "phone", "tracking", "profiling", "processing", "all")
"""What a word on consent is about; ``processing`` and ``all`` are about every one of them."""

STATUSES = ("granted", "withdrawn")

FIELDS = (
    "full_name", "given_name", "family_name", "email", "phone", "street", "city", "state",
    "postal_code", "country", "birth_date", "title", "organisation", "language",
)  # fmt: skip
"""Fields of the golden record that somebody may correct."""

NETWORKS = ("x", "instagram", "facebook", "mastodon", "bluesky")
"""Networks whose handles name somebody in an entry."""
