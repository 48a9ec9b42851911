"""Personal data that stands in free text: where it begins, where it ends, of what kind it is.

Belongs here: kinds that can be told by their form and a check digit, or by the numbering of a
region; each module knows its own kinds.
Does not belong here: names and postal addresses, which no form gives away.
"""
