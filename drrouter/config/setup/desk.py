"""The home file as clients change it: implements ``SetupFacade`` on one file.

Every change goes the same way: the text is changed, what it needs beside it is written, the whole is checked
as a start would check it, and only then it takes the old file's place. Where it is refused, all is as it was.
"""

import asyncio
import hashlib
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from drrouter.adapters.devices.table import TRANSPORTS
from drrouter.config.files import check_files
from drrouter.config.home import HomeConfig
from drrouter.config.load import read_home, resolve_home
from drrouter.config.setup import own_tariff
from drrouter.config.setup.choices import choices_of
from drrouter.config.setup.seen import seen_in
from drrouter.config.setup.text import HomeText
from drrouter.config.setup.writing import Beside, remove, replace
from drrouter.config.tariffs import shipped_tariffs
from drrouter.domain.remedy import nearest
from drrouter.domain.said import said
from drrouter.errors import DocumentError, InputError
from drrouter.objectmodel import Catalogue, load_catalogue, read_file
from drrouter.ports import Executor
from drrouter.router.setting_up import SetupChoices, SetupView, Table
from drrouter.tariff import read_tariff

T = TypeVar("T")

_ID = re.compile(r"^[a-z][a-z0-9_]{0,31}$")
_SECRETS = "secrets"
_SECRET_KEYS = {"openadr3": "client_secret_file", "feed": "token_file"}
_NEW = {"watch_only": True}
"""A new device is only watched until it is handed over."""


class HomeDesk:
    """One home file; changes come one after the other."""

    def __init__(
        self,
        path: Path,
        executor: Executor,
        begin_anew: Callable[[], None] | None = None,
        running: HomeConfig | None = None,
        trouble: str = "",
    ) -> None:
        """Know the file.

        Args:
            begin_anew: lets the router begin anew with the file; None: nobody runs by it, or cannot.
            running: what the running home was read from the file.
            trouble: why the file could not be applied the last time.
        """
        self._path, self._executor, self._begin_anew = path, executor, begin_anew
        self._catalogue: Catalogue | None = running.catalogue if running else None
        self._trouble, self._lock = trouble, asyncio.Lock()
        self._loaded = _mark(path) if running else ""

    async def view(self) -> SetupView:
        """What the home file says now."""
        return await self._executor.run(self._view)

    async def choices(self) -> SetupChoices:
        """What there is to choose from."""
        return await self._executor.run(lambda: choices_of(self._models()))

    async def site(self, keys: Table) -> SetupView:
        """Change keys of ``[site]``; a tariff of one price follows its currency and time zone."""
        return await self._change(self._with_site, keys)

    async def tariff(self, keys: Table) -> SetupView:
        """Take a shipped tariff, whose currency the home then has, or one of one price."""
        return await self._change(self._with_tariff, keys)

    async def provider(self, keys: Table, secret: str | None = None) -> SetupView:
        """Add or change a provider; its secret goes into a file of its own."""
        return await self._change(self._with_provider, keys, secret)

    async def drop_provider(self, name: str) -> SetupView:
        """Take a provider out, and its secret."""
        view = await self._change(lambda text: (text.drop("provider", name), {}))
        if _ID.match(name):
            await self._executor.run(remove, self._path.parent / _SECRETS / name)
        return view

    async def device(self, keys: Table) -> SetupView:
        """Add or change a device."""
        return await self._change(self._with_device, keys)

    async def drop_device(self, name: str) -> SetupView:
        """Take a device out."""
        return await self._change(lambda text: (text.drop("device", name), {}))

    async def integration(self, domain: str, keys: Table, secret: str | None = None) -> SetupView:
        """Change keys of an integration's table; its secret goes into a file of its own."""
        return await self._change(self._with_integration, domain, keys, secret)

    async def apply(self) -> None:
        """Begin anew with what the file says, where all of it is in order."""
        if self._begin_anew is None:
            raise InputError("setup", "apply", said("refused.not_anew"), said("refused.restart"))
        async with self._lock:
            await self._executor.run(self._checked, self._text().source)
        self._begin_anew()

    async def _change(self, how: Callable[..., tuple[HomeText, dict[str, str]]], *given: Any) -> SetupView:
        """Change the file, or refuse and leave all as it was."""
        async with self._lock:
            return await self._executor.run(self._changed, how, given)

    def _changed(
        self, how: Callable[..., tuple[HomeText, dict[str, str]]], given: tuple[Any, ...]
    ) -> SetupView:
        before = self._text()
        text, files = how(before, *given)
        with Beside(self._path.parent, files):
            self._checked(text.source)
            if text.source != before.source:
                replace(self._path, text.source)
        return self._view()

    def _text(self) -> HomeText:
        return HomeText(read_file(self._path).decode(errors="replace"), str(self._path))

    def _checked(self, source: str) -> HomeConfig:
        """All that a start would check."""
        where = str(self._path)
        written = read_home(source.encode(), where)
        models = None if written.document.site.device_models else self._models()
        home = resolve_home(written, self._path, models, os.environ)
        check_files(home, self._path)
        return home

    def _models(self) -> Catalogue:
        if self._catalogue is None:
            self._catalogue = load_catalogue()
        return self._catalogue

    def _view(self) -> SetupView:
        text, trouble = self._text(), self._trouble
        warnings: tuple[str, ...] = ()
        document = read_home(text.source.encode(), str(self._path))
        try:
            warnings = self._checked(text.source).warnings
        except InputError as error:
            trouble = error.sentence
        return seen_in(
            document,
            self._path,
            is_pending=bool(self._trouble) or (bool(self._loaded) and _mark(self._path) != self._loaded),
            can_apply=self._begin_anew is not None,
            warnings=warnings,
            trouble=trouble,
        )

    def _with_site(self, text: HomeText, keys: Table) -> tuple[HomeText, dict[str, str]]:
        changed = text.set("site", keys)
        if text.table.get("tariff", {}).get("file") != own_tariff.NAME:
            return changed, {}
        own = own_tariff.keys_of(own_tariff.read_own(self._path.parent))
        return changed, {own_tariff.NAME: own_tariff.text_of(changed.table["site"], own, str(self._path))}

    def _with_tariff(self, text: HomeText, keys: Table) -> tuple[HomeText, dict[str, str]]:
        name = keys.get("id")
        if name is None:
            made = own_tariff.text_of(text.table.get("site", {}), keys, str(self._path))
            return text.set("tariff", {"id": None, "file": own_tariff.NAME}), {own_tariff.NAME: made}
        shipped = shipped_tariffs()
        if name not in shipped:
            remedy = nearest(str(name), sorted(shipped))
            raise DocumentError(str(self._path), "tariff.id", f"there is no tariff {name!r}", remedy)
        currency = read_tariff(read_file(shipped[name], name), name).currency
        if text.table.get("site", {}).get("currency", "EUR") != currency:
            text = text.set("site", {"currency": currency})
        return text.set("tariff", {"id": name, "file": None}), {}

    def _with_provider(
        self, text: HomeText, keys: Table, secret: str | None
    ) -> tuple[HomeText, dict[str, str]]:
        name = self._identity("provider", keys)
        known = _named(text, "provider", name)
        kind = str(keys.get("kind") or known.get("kind"))
        files: dict[str, str] = {}
        if secret:
            if kind not in _SECRET_KEYS:
                problem = "has no secret, but a certificate"
                raise DocumentError(str(self._path), f"provider[{name}]", problem, "Give it a cert_file")
            kept = f"{_SECRETS}/{name}"
            keys, files = self._with_secret(keys, _SECRET_KEYS[kind], kept, secret)
            for other in {"client_secret", "client_secret_env"} & known.keys():
                keys = {**keys, other: None}
        return text.put("provider", name, _rest(keys)), files

    def _with_device(self, text: HomeText, keys: Table) -> tuple[HomeText, dict[str, str]]:
        name = self._identity("device", keys)
        known = _named(text, "device", name)
        return text.put("device", name, _rest(keys if known else {**_NEW, **keys})), {}

    def _with_integration(
        self, text: HomeText, domain: str, keys: Table, secret: str | None
    ) -> tuple[HomeText, dict[str, str]]:
        if domain not in TRANSPORTS:
            problem, remedy = f"{domain!r} is no integration", f"Write one of {', '.join(sorted(TRANSPORTS))}"
            raise DocumentError(str(self._path), domain[:40], problem, remedy)
        files: dict[str, str] = {}
        if secret:
            key = "token_file" if domain == "homeassistant" else "password_file"
            keys, files = self._with_secret(keys, key, f"{_SECRETS}/{domain}.password", secret)
        return text.set(domain, keys), files

    def _with_secret(
        self, keys: Table, key: str, file: str, secret: str
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """The keys with the name of the secret's file, and that file."""
        if not secret.isprintable():
            problem, remedy = said("refused.invisible"), said("refused.retype")
            raise DocumentError(str(self._path), "secret", problem, remedy)
        return {**keys, key: file}, {file: secret + "\n"}

    def _identity(self, kind: str, keys: Table) -> str:
        """The id, which may become the name of a file."""
        name = keys.get("id")
        if not isinstance(name, str) or not _ID.match(name):
            problem, remedy = said("refused.id"), said("password.another")
            raise DocumentError(str(self._path), f"{kind}.id", problem, remedy)
        return name


def _named(text: HomeText, kind: str, name: str) -> Mapping[str, Any]:
    tables = text.table.get(kind, [])
    return next((one for one in tables if isinstance(one, dict) and one.get("id") == name), {})


def _rest(keys: Table) -> dict[str, Any]:
    return {key: value for key, value in keys.items() if key != "id"}


def _mark(path: Path) -> str:
    """Tells one content of the file, and of the tariff beside it, from another."""
    digest = hashlib.sha256()
    for file in (path, path.parent / own_tariff.NAME):
        digest.update(file.read_bytes() if file.is_file() else b"")
        digest.update(b"\0")
    return digest.hexdigest()
