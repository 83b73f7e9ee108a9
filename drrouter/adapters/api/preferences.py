"""What each person has set for the screens, kept by the router, so that panel, terminal and phone agree.

A field is added with its default; what an older or newer program has kept is read as far as it is understood.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from drrouter.adapters.api.language import Language
from drrouter.adapters.api.people import key_of
from drrouter.ports import Collection, Put, Remove, Store

_KEY = "screens."


class Preferences(BaseModel):
    """Settings of one person; a setting that is left out of a change stays as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Language | Literal["auto"] = "auto"
    theme: Literal["auto", "light", "dark"] = "auto"


class PreferenceBook:
    """Everybody's settings; ``await PreferenceBook.open(store)`` reads them back."""

    def __init__(self, store: Store, kept: Mapping[str, Preferences] | None = None) -> None:
        """Know these; use ``open``."""
        self._store, self._kept = store, dict(kept or {})

    @classmethod
    async def open(cls, store: Store) -> "PreferenceBook":
        """Read them back.

        Raises:
            StoreError: the store cannot be read.
        """
        kept = await store.load(Collection.SETTINGS)
        return cls(
            store, {key[len(_KEY) :]: _read(value) for key, value in kept.items() if key.startswith(_KEY)}
        )

    def of(self, name: str) -> Preferences:
        """The settings of this person."""
        return self._kept.get(key_of(name), Preferences())

    async def change(self, name: str, change: Preferences) -> Preferences:
        """Take over what the change sets; the whole afterwards.

        Raises:
            StoreError: it was not kept.
        """
        made = self.of(name).model_copy(update=change.model_dump(exclude_unset=True))
        await self._store.commit(Put(Collection.SETTINGS, _KEY + key_of(name), made.model_dump()))
        self._kept[key_of(name)] = made
        return made

    async def forget(self, name: str) -> None:
        """The person is here no more."""
        if self._kept.pop(key_of(name), None) is not None:
            await self._store.commit(Remove(Collection.SETTINGS, _KEY + key_of(name)))


def _read(value: Any) -> Preferences:
    """Each setting that is understood; the others are as if nobody had set them."""
    fields = value if isinstance(value, dict) else {}
    made = Preferences()
    for field in Preferences.model_fields.keys() & fields.keys():
        try:
            made = made.model_copy(
                update=Preferences.model_validate({field: fields[field]}).model_dump(exclude_unset=True)
            )
        except ValidationError:
            continue
    return made
