"""When a message had to be answered, and whether it was: calendars, policies, clocks.

Belongs here: opening hours as instants, the time a clock used, due, met and missed.
Does not belong here: which messages there are and who wrote them; a clock is handed its events.
"""
