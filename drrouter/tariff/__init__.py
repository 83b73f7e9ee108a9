"""Tariffs and offline profiles: what energy costs when, and what holds while a provider is silent."""

from drrouter.tariff.billing import Bill, Line, Published, monthly_bills
from drrouter.tariff.cost import Cost, cost_of
from drrouter.tariff.document import SCHEMA, TariffDocument, read_tariff
from drrouter.tariff.expand import component_rates, expand
from drrouter.tariff.offline_document import SCHEMA as OFFLINE_SCHEMA
from drrouter.tariff.offline_document import OfflineDocument, read_offline
from drrouter.tariff.offline_expand import expand_offline
from drrouter.tariff.terms import Terms, terms_of

__all__ = [
    "OFFLINE_SCHEMA",
    "SCHEMA",
    "Bill",
    "Cost",
    "Line",
    "OfflineDocument",
    "Published",
    "TariffDocument",
    "Terms",
    "component_rates",
    "cost_of",
    "expand",
    "expand_offline",
    "monthly_bills",
    "read_offline",
    "read_tariff",
    "terms_of",
]
