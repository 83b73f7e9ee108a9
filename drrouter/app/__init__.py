"""Builds the router out of a home file and runs it; only these rooms put parts together.

    async with running(home, Options()) as app:
        print(app.url, app.owner_token)

What each part does is left to its own room.
"""

from drrouter.app.home_side import answer_machines, integrations_of, search_task
from drrouter.app.making import build_router
from drrouter.app.run import run_router
from drrouter.app.running import App, Options, running
from drrouter.app.uplink_side import feeds_of, offline_sources, tell_usage

__all__ = [
    "App",
    "Options",
    "answer_machines",
    "build_router",
    "feeds_of",
    "integrations_of",
    "offline_sources",
    "run_router",
    "running",
    "search_task",
    "tell_usage",
]
