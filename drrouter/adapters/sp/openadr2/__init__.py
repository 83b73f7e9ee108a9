"""Our OpenADR 2.0b VEN: pulls from a provider's VTN and hands the router events in our own units.

    provider = OpenAdr2Provider(Openadr2Settings(id, "https://vtn.example/OpenADR2/Simple/2.0b", ...), clock)
    async for signal in provider.signals(): ...

openleadr (extra ``openadr2``) writes and signs the messages and checks answers against the schema of 2.0b; it
is imported when the first message is written. Registering, polling, answering and reporting are our own, on
our ``Clock``, because openleadr's client keeps its timers on the machine's and hides failures.

What is not: the push model, XMPP, verifying signatures in answers (TLS vouches for them), history reports,
availability schedules.
"""

from drrouter.adapters.sp.openadr2.settings import Openadr2Settings
from drrouter.adapters.sp.openadr2.ven import OpenAdr2Provider

__all__ = ["OpenAdr2Provider", "Openadr2Settings"]
