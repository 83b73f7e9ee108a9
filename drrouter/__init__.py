"""A demand-response router for homes: it receives tariffs and events, plans appliances and steers them."""

__version__ = "0.1.0"
