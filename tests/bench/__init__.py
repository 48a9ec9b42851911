"""Measures the main job: wall time, rows per second and peak memory per stage and size."""
