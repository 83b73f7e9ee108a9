"""States what each verb prints with ``--json``: its type, and the JSON Schema made of it.

``drrouter schema VERB`` prints the schema. A verb that takes ``--json`` and stands not here fails a test.
"""

from functools import cache
from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Document = dict[str, Any]


@cache
def answers() -> dict[str, Any]:
    """The type of each verb's JSON, by the verb's name."""
    return {**_views(), **_own()}


def schema_of(verb: str) -> Document:
    """The JSON Schema of what ``drrouter VERB --json`` prints.

    Raises:
        KeyError: it prints no JSON.
    """
    from drrouter.adapters.strict_json import adapter_of

    made = adapter_of(answers()[verb]).json_schema(mode="serialization")
    return {"$schema": DIALECT, **made, "title": f"drrouter {verb} --json"}


def _views() -> dict[str, Any]:
    """What the router itself answers, as the local API has it."""
    from drrouter.adapters.door_views import ClaimView, LinkView, PersonView
    from drrouter.domain.journal import JournalEntry
    from drrouter.domain.option import Option
    from drrouter.domain.plan import Plan
    from drrouter.domain.resource import LeafChange
    from drrouter.domain.wish import Commitment
    from drrouter.router.doctor import Finding
    from drrouter.router.history.advice import AdviceView
    from drrouter.router.history.history_views import HistoryView
    from drrouter.router.provider_views import ProviderView
    from drrouter.router.resources.facade import LeafList, LeafView
    from drrouter.router.setting_up import SetupView
    from drrouter.router.viewed import DeviceView, EventView, FoundView, StatusView, WhatIfView, WhyView

    return {
        "status": StatusView,
        "plan": Plan | None,
        "why": WhyView,
        "devices": tuple[DeviceView, ...],
        "events": tuple[EventView, ...],
        "providers": tuple[ProviderView, ...],
        "journal": tuple[JournalEntry, ...],
        "history": HistoryView,
        "advice": AdviceView,
        "discover": tuple[FoundView, ...],
        "options": tuple[Option, ...],
        "what-if": WhatIfView,
        "accept": Commitment,
        "doctor": tuple[Finding, ...],
        "claim": ClaimView,
        "link": LinkView,
        "people list": tuple[PersonView, ...],
        "data list": LeafList,
        "data put": LeafView,
        "data watch": LeafChange,
        "setup": SetupView,
    }


def _own() -> dict[str, Any]:
    """What the command line works out without a router."""
    from drrouter.cli import answers as own
    from drrouter.sim.demo.ledger import DemoLedger
    from drrouter.sim.simulate.report import SimulationLedger

    return {
        "check": tuple[own.Good | own.Faulty, ...],
        "demo": DemoLedger | own.FullDemo,
        "simulate": SimulationLedger,
        "tariff list": tuple[own.TariffHead, ...],
        "tariff show": own.TariffDay,
        "tariff cost": own.TariffCost,
        "tariff replay": own.Replay,
        "data get": own.TextLeaf | own.BytesLeaf,
    }
