"""What the command line says in JSON by itself, where it is no view of the router: checks, leaves, tariffs.

Kept as types, so that ``drrouter schema`` can state them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from drrouter.tariff.document import Source


@dataclass(frozen=True, slots=True)
class Good:
    """A document that may be used."""

    file: str
    ok: Literal[True]
    kind: str
    sentence: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Faulty:
    """A document that may not be used; each fault is a sentence."""

    file: str
    ok: Literal[False]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextLeaf:
    """One leaf of opaque data that is text."""

    path: str
    media_type: str
    sequence: int
    text: str


@dataclass(frozen=True, slots=True)
class BytesLeaf:
    """One leaf of opaque data that is no text."""

    path: str
    media_type: str
    sequence: int
    base64: str


@dataclass(frozen=True, slots=True)
class TariffHead:
    """What a tariff is."""

    id: str
    name: str
    currency: str
    time_zone: str
    source: Source | None


@dataclass(frozen=True, slots=True)
class PriceStretch:
    """A time of one price; None where no price is known."""

    start: datetime
    end: datetime
    import_per_kwh: float | None
    export_per_kwh: float | None


@dataclass(frozen=True, slots=True)
class TariffDay(TariffHead):
    """A day of a tariff; a sentence for each charge beside the prices."""

    day: date
    published: bool
    prices: tuple[PriceStretch, ...]
    charges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BillLine:
    """One part of a bill; ``net`` and ``vat`` in the tariff's currency."""

    id: str
    kind: str
    quantity: float
    unit: str
    net: float
    vat: float


@dataclass(frozen=True, slots=True)
class MonthlyBill:
    """The bill of a month, with VAT."""

    month: str
    start: datetime
    end: datetime
    import_kwh: float
    export_kwh: float
    unpublished_kwh: float
    money: float
    lines: tuple[BillLine, ...]


@dataclass(frozen=True, slots=True)
class TariffCost(TariffHead):
    """What a load profile costs."""

    money: float
    months: tuple[MonthlyBill, ...]


@dataclass(frozen=True, slots=True)
class KeptDocuments:
    """What a feed sent at one look."""

    at: datetime
    format: str
    program: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RateStep:
    """A value from start to end."""

    start: datetime
    end: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Replay:
    """The documents of a feed, and the series read from them."""

    kept: tuple[KeptDocuments, ...]
    price_per_kwh: tuple[RateStep, ...]
    co2_g_per_kwh: tuple[RateStep, ...]


@dataclass(frozen=True, slots=True)
class CountedDevice:
    """A device of the full demo."""

    presence: str
    power_w: float | None
    because: str


@dataclass(frozen=True, slots=True)
class FullDemo:
    """What ``drrouter demo --full`` found and planned."""

    complete: bool
    found_s: float | None
    missing: tuple[str, ...]
    planned: tuple[str, ...]
    unplanned: tuple[str, ...]
    devices: dict[str, CountedDevice]
