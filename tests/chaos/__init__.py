"""Kills runs at named and at random points and compares what the next run makes of it."""
