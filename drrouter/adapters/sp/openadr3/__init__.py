"""Our OpenADR 3 VEN: speaks 3.1 and 3.0.1 with a provider's VTN and hands the router events in our own units.

provider = OpenAdr3Provider(Openadr3Settings(id, "https://vtn.example/openadr3/3.1.0", ...), clock)
async for signal in provider.signals(): ...
"""

from drrouter.adapters.sp.openadr3.local import provider_for
from drrouter.adapters.sp.openadr3.settings import Openadr3Settings, WebhookSettings
from drrouter.adapters.sp.openadr3.ven import OpenAdr3Provider

__all__ = ["OpenAdr3Provider", "Openadr3Settings", "WebhookSettings", "provider_for"]
