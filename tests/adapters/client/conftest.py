"""The served local API of the API's own tests."""

from tests.adapters.api.conftest import serve, served

__all__ = ["serve", "served"]
