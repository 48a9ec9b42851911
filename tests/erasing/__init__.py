"""Erasures of many people, killed at random moments: long, and started by hand."""
