"""Ours beside other systems: the same files, the same evaluator, the same clock.

Belongs here: labelled sets, what is kept from contestants, one process per run.
Does not belong here: figures of a clustering (``measuring.scorecard``), words for the terminal.
"""
