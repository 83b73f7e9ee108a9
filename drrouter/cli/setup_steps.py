"""What ``drrouter setup`` does: with what was given on the line, or by plain questions with defaults."""

import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from drrouter.cli import screen
from drrouter.cli.words import number, t, tell
from drrouter.domain.words import clean
from drrouter.errors import DaemonRefusedError, DocumentError, InputError
from drrouter.router.setting_up import SetupFacade, SetupView
from drrouter.router.strangers import Stranger

Found = tuple[Stranger, ...]
Step = Callable[[SetupFacade, Found], Awaitable[None]]
"""Changes a home file; knows the devices that were found and are not in it."""

Keys = Mapping[str, Any]
_NONE: Keys = {}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was given on the line.

    Attributes:
        device, model, called: of a device to add or to change.
        asks: somebody is there who can be asked.
    """

    site: Keys = field(default_factory=dict)
    tariff: Keys = field(default_factory=dict)
    device: str | None = None
    model: str | None = None
    called: str | None = None
    json: bool = False
    asks: bool = False

    @property
    def says_nothing(self) -> bool:
        """Nothing shall change by itself."""
        return not (self.site or self.tariff or self.device)


def wizard(wanted: Wanted) -> Step:
    """Change what was given; where nothing was, ask, or show what is set."""

    async def step(desk: SetupFacade, found: Found) -> None:
        if not wanted.says_nothing:
            await _given(desk, found, wanted)
        elif wanted.asks and not wanted.json:
            await _asked(desk, found)
        view = await desk.view()
        if wanted.json:
            screen.print_json(SetupView, view)
        else:
            show(view)

    return step


def with_provider(keys: Keys, secret: str | None) -> Step:
    """Add or change a provider."""

    async def step(desk: SetupFacade, _found: Found) -> None:
        show(await desk.provider(keys, secret))

    return step


def without(name: str) -> Step:
    """Take a device or a provider out."""

    async def step(desk: SetupFacade, _found: Found) -> None:
        is_provider = any(one.id == name for one in (await desk.view()).providers)
        show(await (desk.drop_provider(name) if is_provider else desk.drop_device(name)))

    return step


def show(view: SetupView) -> None:
    """What is set, for people."""
    site, tariff = view.site, view.tariff
    rows = [(t("setup.home"), f"{site.name}, {site.time_zone}, {site.currency}")]
    rows.append((t("setup.fuse"), f"{number(site.import_limit_w)} W" if site.import_limit_w else "-"))
    rows.append((t("setup.tariff"), f"{tariff.name} ({tariff.id})" if tariff else "-"))
    rows += [(t("setup.provider"), f"{one.id}: {one.kind}, {one.url}") for one in view.providers]
    device = t("setup.device")
    rows += [(device, f"{one.id}: {one.name} ({one.model}, {one.integration})") for one in view.devices]
    screen.console().print(screen.pairs((head, clean(text, 200)) for head, text in rows))
    for sentence in (view.trouble, *view.warnings):
        if sentence:
            screen.say(clean(sentence, 400))


def site_keys(
    name: str | None, zone: str | None, currency: str | None, place: str | None, fuse: float | None
) -> Keys:
    """Keys of ``[site]`` out of what was given.

    Raises:
        typer.BadParameter: the place is none.
    """
    given = {"name": name, "time_zone": zone, "currency": currency, "import_limit_w": fuse}
    keys: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if place is not None:
        try:
            keys["latitude"], keys["longitude"] = map(float, place.split(","))
        except ValueError:
            raise typer.BadParameter(t("usage.place", text=clean(place, 60))) from None
    return keys


def tariff_keys(text: str | None) -> Keys:
    """A tariff by its id, or a price."""
    if not text:
        return _NONE
    try:
        return {"price_per_kwh": float(text)}
    except ValueError:
        return {"id": text.replace("/", ".")}


def read_secret(file: Path | None) -> str | None:
    """The first line of the file, or of standard input; None where no file is named.

    Raises:
        DocumentError: it cannot be read, or is empty.
    """
    if file is None:
        return None
    try:
        text = sys.stdin.readline() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(str(file), "", "cannot be read", "Check the path and its rights") from error
    secret = (text.splitlines() or [""])[0].strip()
    if not secret:
        raise DocumentError(str(file), "", "is empty", "Write the secret on its first line")
    return secret


async def _given(desk: SetupFacade, found: Found, wanted: Wanted) -> None:
    """Place before tariff, as a tariff may bring another currency."""
    if wanted.site:
        await desk.site(wanted.site)
    if wanted.tariff:
        await desk.tariff(wanted.tariff)
    if wanted.device:
        await desk.device(await _device_keys(desk, found, wanted))


async def _device_keys(desk: SetupFacade, found: Found, wanted: Wanted) -> Keys:
    """Of a device of the home, or of one that was found."""
    known, name = (await desk.view()).devices, str(wanted.device)
    own = {"model": wanted.model and wanted.model.replace("/", "."), "name": wanted.called}
    keys = {key: value for key, value in own.items() if value}
    if any(one.id == name for one in known):
        return {"id": name, **keys}
    for one in found:
        if name.casefold() in (one.device_id, one.name.casefold(), one.address, *one.match.values()):
            return {**_proposed(one), **keys}
    there = ", ".join([*(one.id for one in known), *(clean(one.name, 60) for one in found)])
    raise typer.BadParameter(t("setup.no_device", name=clean(name, 60), there=there or t("words.none_there")))


def _proposed(one: Stranger) -> dict[str, Any]:
    model = {"model": one.model_id} if one.model_id else {}
    return {
        "id": one.device_id,
        "name": one.name,
        "integration": one.integration,
        "match": dict(one.match),
        **model,
    }


async def _asked(desk: SetupFacade, found: Found) -> None:
    """Place, tariff, provider, devices, one after the other."""
    await _until_taken(_ask_place, desk)
    await _until_taken(_ask_tariff, desk)
    while typer.confirm(t("ask.add_provider"), default=False, err=True):
        await _until_taken(_ask_provider, desk)
    for one in found:
        about = f"{clean(one.name, 60)} ({clean(one.maker or one.integration, 60)}, {clean(one.address, 60)})"
        if typer.confirm(t("ask.add_device", about=about), default=one.model_id is not None, err=True):
            await _until_taken(lambda desk, one=one: _ask_device(desk, one), desk)  # type: ignore[misc]


async def _until_taken(ask: Callable[[SetupFacade], Awaitable[None]], desk: SetupFacade) -> None:
    """Ask again as long as the answers do not fit, and say why."""
    while True:
        try:
            return await ask(desk)
        except (InputError, DaemonRefusedError, typer.BadParameter) as error:
            screen.say(error.message if isinstance(error, typer.BadParameter) else tell(error.sentence))
            if not typer.confirm(t("ask.try_again"), default=True, err=True):
                return None


async def _ask_place(desk: SetupFacade) -> None:
    site = (await desk.view()).site
    name = _ask(t("ask.home_name"), site.name)
    zone = _ask(t("ask.zone"), site.time_zone)
    fuse = _ask(t("ask.fuse"), f"{site.import_limit_w or 0:g}")
    await desk.site({"name": name, "time_zone": zone, "import_limit_w": _number(fuse) or None})


async def _ask_tariff(desk: SetupFacade) -> None:
    view, choices = await desk.view(), await desk.choices()
    zone, at = view.site.time_zone, {one.name: one.country for one in choices.zones}
    country = at.get(zone, "")
    near = [one for one in choices.tariffs if one.country == country or one.time_zone == zone]
    for one in near:
        screen.say(f"  {one.id:32} {one.name}")
    tariff = view.tariff
    kept = f"{tariff.price_per_kwh:g}" if tariff and tariff.price_per_kwh is not None else ""
    answer = _ask(t("ask.tariff"), kept or (tariff.id if tariff else "0.30"))
    if not (tariff and answer == tariff.id):
        await desk.tariff(tariff_keys(answer))


async def _ask_provider(desk: SetupFacade) -> None:
    keys = {"id": _ask(t("ask.provider_name"), "grid"), "kind": _ask(t("ask.provider_kind"), "openadr3")}
    keys["url"] = _ask(t("ask.provider_url"), "https://")
    secret = ""
    if keys["kind"] == "openadr3" and (client_id := _ask(t("ask.client_id"), "")):
        keys["client_id"] = client_id
        secret = typer.prompt(
            t("ask.provider_secret"), default="", hide_input=True, show_default=False, err=True
        )
    await desk.provider(keys, secret or None)


async def _ask_device(desk: SetupFacade, one: Stranger) -> None:
    keys = _proposed(one)
    keys["name"] = _ask(t("ask.device_name"), clean(one.name, 60))
    keys["model"] = _ask(t("ask.model"), one.model_id or "generic.switch").replace("/", ".")
    await desk.device(keys)


def _ask(question: str, default: str) -> str:
    answer: str = typer.prompt(question, default=default, show_default=bool(default), err=True)
    return answer.strip()


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(t("usage.no_number", text=clean(text, 40))) from None
