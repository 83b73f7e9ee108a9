"""The local API: what people, their clients and appliances may see and do, over HTTP."""

from drrouter.adapters.api.entrance import Entrance
from drrouter.adapters.api.panel import Panel
from drrouter.adapters.api.roles import Principal, Role
from drrouter.adapters.api.server import ROUTES, LocalApi
from drrouter.adapters.api.tokens import TokenBook, TokenView

__all__ = ["ROUTES", "Entrance", "LocalApi", "Panel", "Principal", "Role", "TokenBook", "TokenView"]
