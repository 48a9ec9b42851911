"""Runs the main job with each source alone, any two, and none."""
