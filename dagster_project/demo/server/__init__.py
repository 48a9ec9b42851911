"""A loopback server that behaves as Mastodon and Bluesky document, over a demo world's API files.

Belongs here: what the vendors' services do. Does not belong here: how they are read (``sources``).
"""

from dagster_project.demo.server.faults import Fault, FaultKind, FaultPlan
from dagster_project.demo.server.limits import Limit
from dagster_project.demo.server.run import ServerHandle, serve

__all__ = ["Fault", "FaultKind", "FaultPlan", "Limit", "ServerHandle", "serve"]
