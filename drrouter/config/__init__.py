"""The home file: everything that the owner says about the home, its devices and its providers."""

from drrouter.config.check import check_document
from drrouter.config.checked import CheckedDocument
from drrouter.config.feeds import FeedConfig
from drrouter.config.home import (
    ApiConfig,
    DeviceConfig,
    Exposure,
    HomeConfig,
    OfflineConfig,
    ProviderConfig,
    RouterConfig,
    WebhookConfig,
)
from drrouter.config.load import load_home
from drrouter.config.secret import Secret, secret_from_file
from drrouter.config.tariffs import shipped_tariffs

__all__ = [
    "ApiConfig",
    "CheckedDocument",
    "DeviceConfig",
    "Exposure",
    "FeedConfig",
    "HomeConfig",
    "OfflineConfig",
    "ProviderConfig",
    "RouterConfig",
    "Secret",
    "WebhookConfig",
    "check_document",
    "load_home",
    "secret_from_file",
    "shipped_tariffs",
]
