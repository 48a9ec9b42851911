"""The only package that imports dagster: assets, checks, jobs, sensors, schedules, resources."""
