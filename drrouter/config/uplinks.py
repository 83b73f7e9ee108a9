"""What the home file says about providers, feeds and the home's own VTN, in the words of their adapters."""

import math

from drrouter.adapters.sp.feeds.settings import FeedSettings
from drrouter.adapters.sp.openadr2 import Openadr2Settings
from drrouter.adapters.sp.openadr3 import Openadr3Settings, WebhookSettings
from drrouter.adapters.vtn.local import LocalVtnSettings
from drrouter.config.failsafe import ASKED_TIMES
from drrouter.config.feeds import FeedConfig
from drrouter.config.home import HomeConfig, LocalVtnConfig, ProviderConfig


def openadr2_settings(config: ProviderConfig, seed: str) -> Openadr2Settings:
    """For a VEN of OpenADR 2.0b; ``seed`` is the router's own, by which it draws random starts."""
    return Openadr2Settings(
        id=config.id,
        url=config.url,
        ven_name=config.ven_name,
        ven_id=config.ven_id,
        cert_file=config.cert_file,
        key_file=config.key_file,
        ca_file=config.ca_file,
        unverified=bool(config.unverified),
        sign=config.sign,
        poll_s=config.poll.total_seconds(),
        jitter=config.jitter,
        programs=config.programs,
        seed=f"{seed} {config.id}",
        randomize_prices=config.randomize_prices,
        longest_poll_s=_longest_poll_s(config),
    )


def openadr3_settings(config: ProviderConfig, home: HomeConfig, seed: str) -> Openadr3Settings:
    """For a VEN of OpenADR 3; devices and groups of the home may be targeted by their names."""
    hook = config.webhook
    webhook = None
    if hook:
        webhook = WebhookSettings(hook.host, hook.port, hook.url or "", hook.cert_file, hook.key_file)
    groups = {group for profile in home.profiles for group in profile.groups}
    return Openadr3Settings(
        id=config.id,
        url=config.url,
        client_id=config.client_id,
        client_secret=config.client_secret.reveal() if config.client_secret else "",
        token_url=config.token_url or "",
        ca_file=config.ca_file,
        unverified=bool(config.unverified),
        ven_name=config.ven_name,
        resources=tuple(sorted({profile.id for profile in home.profiles} | groups)),
        poll_s=config.poll.total_seconds(),
        jitter=config.jitter,
        webhook=webhook,
        programs=config.programs,
        seed=f"{seed} {config.id}",
        randomize_prices=config.randomize_prices,
        version=config.version,
        mqtt=config.mqtt,
        longest_poll_s=_longest_poll_s(config),
    )


def _longest_poll_s(config: ProviderConfig) -> float:
    """Seconds between two polls at most: a provider whose silence counts is asked often enough."""
    return config.failsafe.heartbeat.total_seconds() / ASKED_TIMES if config.failsafe else math.inf


def feed_settings(config: FeedConfig, home: HomeConfig) -> FeedSettings:
    """For a price feed."""
    return FeedSettings(
        id=config.id,
        format=config.format,
        zone=home.zone,
        url=config.url,
        file=config.file,
        area=config.area,
        currency=home.currency,
        direction=config.direction,
        token=config.token.reveal() if config.token else "",
        ca_file=config.ca_file,
        unverified=bool(config.unverified),
        poll_s=config.poll_s,
        keep_in=home.store_path.parent / "feeds" / config.id,
        jitter=config.jitter,
    )


def local_vtn_settings(config: LocalVtnConfig) -> LocalVtnSettings:
    """For the home's own VTN."""
    return LocalVtnSettings(
        clients=config.clients,
        host=config.host,
        port=config.port,
        name=config.name,
        cert_file=config.cert_file,
        key_file=config.key_file,
        state=config.state,
        mqtt=config.mqtt,
        mqtt_ca=config.mqtt_ca,
    )
