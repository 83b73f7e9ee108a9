"""The home's own VTN: OpenADR 3.1 over HTTP with webhooks, in a process of its own (``drrouter vtn``).

    config = VtnConfig(clients=(ClientCredential("operator", secret, Role.BL),))
    await serve(config, clock, port=8090, ready=print)          # until SIGTERM

routes        the table: address, method, scopes       call          one request
collection    what all collections do alike            provider_objects, ven_objects, client_objects
objects       kept in memory and in a file             privacy       who sees what
notices       who is told what                         courier       webhooks, one lane each
tokens, oauth who is who                               server, app   listening
mqtt          notices on a broker                      announce      found by mDNS

Contract: OpenADR 3.1.0.
"""

from drrouter.adapters.vtn.app import build_app
from drrouter.adapters.vtn.config import ClientCredential, Role, Scope, VtnConfig
from drrouter.adapters.vtn.main import run_vtn
from drrouter.adapters.vtn.options import VtnOptions, read_options
from drrouter.adapters.vtn.secret_hash import hash_secret
from drrouter.adapters.vtn.server import serve

__all__ = [
    "ClientCredential",
    "Role",
    "Scope",
    "VtnConfig",
    "VtnOptions",
    "build_app",
    "hash_secret",
    "read_options",
    "run_vtn",
    "serve",
]
