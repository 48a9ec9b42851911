"""The compliance desk: what rules find in messages, and what people make of it.

Belongs here: which rule finds what in which message, the desk's decisions, how well rules do, and
how long a harmful post stands. Does not belong here: labels and personal data of a text
(``listening``), erasure (``privacy``), commands (``cli``).
"""
