"""Tariffs: what energy costs at which time, written by providers as data."""

from drrouter.tariff.cost import Cost, cost_of
from drrouter.tariff.document import SCHEMA, TariffDocument, read_tariff
from drrouter.tariff.expand import component_rates, expand

__all__ = ["SCHEMA", "Cost", "TariffDocument", "component_rates", "cost_of", "expand", "read_tariff"]
