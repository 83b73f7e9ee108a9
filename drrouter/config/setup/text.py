"""The text of a home file, and changes of it that leave every other line as it is.

    text = HomeText(source, "home.toml")
    text.put("device", "washer", {"name": "Washer"}).source

What a change makes of the text is read again and compared with what was meant; a text that is written in a
way that does not allow it is refused, and stays.
"""

from collections.abc import Callable, Mapping
from typing import Any

from drrouter.config.setup.blocks import Block, blocks_of
from drrouter.domain.document import parse_toml
from drrouter.errors import DocumentError

_Plain = dict[str, Any]


class HomeText:
    """A home file as text; changes give a new one."""

    def __init__(self, source: str, where: str) -> None:
        """Read it.

        Args:
            source: the text.
            where: the file's name, for sentences.

        Raises:
            DocumentError: it is no TOML.
        """
        self.source, self._where = source, where
        self.table: _Plain = parse_toml(source.encode(), where)

    def set(self, name: str, keys: Mapping[str, Any]) -> "HomeText":
        """Change keys of the table ``[name]``, which is made where it is missing; None takes a key out.

        Raises:
            DocumentError: it is written in a way that is not changed here.
        """
        meant = {**self.table, name: _merged(self.table.get(name, {}), keys)}
        block = next((one for one in self._blocks(name) if not one.is_array), None)
        if block is None:
            return self._agreed([*self._lines(), "", *_new(f"[{name}]", keys)], meant, name)
        return self._agreed(self._with_keys(block, lambda parsed: parsed[name], keys), meant, name)

    def put(self, name: str, identity: str, keys: Mapping[str, Any]) -> "HomeText":
        """Change keys of that ``[[name]]`` whose id this is, which is added where it is missing.

        Raises:
            DocumentError: it is written in a way that is not changed here.
        """
        known = self._all(name)
        index = _index(known, identity)
        if index is None:
            added = {"id": identity, **keys}
            meant = {**self.table, name: [*known, _merged({}, added)]}
            return self._agreed(self._with_block(name, added), meant, name)
        changed = [_merged(one, keys) if at == index else one for at, one in enumerate(known)]
        block = self._block(name, index)
        lines = self._with_keys(block, lambda parsed: parsed[name][0], keys)
        return self._agreed(lines, {**self.table, name: changed}, f"{name}[{identity}]")

    def drop(self, name: str, identity: str) -> "HomeText":
        """Take that ``[[name]]`` out; the comments around it stay.

        Raises:
            DocumentError: there is none, or it is written in a way that is not changed here.
        """
        known = self._all(name)
        index = _index(known, identity)
        if index is None:
            listed = ", ".join(str(one.get("id")) for one in known) or "none"
            raise DocumentError(self._where, f"{name}[{identity}]", "there is none", f"There is: {listed}")
        rest = known[:index] + known[index + 1 :]
        meant = {key: value for key, value in self.table.items() if key != name}
        block, lines = self._block(name, index), self._lines()
        kept = [*lines[: block.first], *lines[block.behind :]]
        return self._agreed(kept, meant | ({name: rest} if rest else {}), f"{name}[{identity}]")

    def _all(self, name: str) -> list[_Plain]:
        """Every ``[[name]]``."""
        found = self.table.get(name, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise _unchangeable(self._where, name)
        return found

    def _lines(self) -> list[str]:
        return self.source.rstrip("\n").split("\n")

    def _blocks(self, name: str) -> list[Block]:
        return [one for one in blocks_of(self._lines()) if one.name == name]

    def _block(self, name: str, index: int) -> Block:
        arrays = [one for one in self._blocks(name) if one.is_array]
        if index >= len(arrays):
            raise _unchangeable(self._where, name)
        return arrays[index]

    def _with_block(self, name: str, keys: Mapping[str, Any]) -> list[str]:
        """The lines with one more ``[[name]]`` behind the last one."""
        lines, blocks = self._lines(), self._blocks(name)
        at = blocks[-1].behind if blocks else len(lines)
        return [*lines[:at], "", *_new(f"[[{name}]]", keys), *lines[at:]]

    def _with_keys(self, block: Block, of: Callable[[Any], Any], keys: Mapping[str, Any]) -> list[str]:
        """The lines with other values in one block; comments behind values stay there."""
        import tomlkit
        from tomlkit.exceptions import TOMLKitError

        lines = self._lines()
        try:
            parsed = tomlkit.parse("\n".join(lines[block.first : block.behind]) + "\n")
            table = of(parsed)
            for key, value in keys.items():
                if value is None:
                    table.pop(key, None)
                elif key not in table or _plain(table[key]) != _plain(value):
                    table[key] = _item(value)
            made = tomlkit.dumps(parsed).rstrip("\n").split("\n")
        except (TOMLKitError, KeyError, IndexError, AttributeError) as error:
            raise _unchangeable(self._where, block.name) from error
        return [*lines[: block.first], *made, *lines[block.behind :]]

    def _agreed(self, lines: list[str], meant: _Plain, key: str) -> "HomeText":
        """The new text, once it says what was meant and nothing else."""
        try:
            made = HomeText("\n".join(lines) + "\n", self._where)
        except DocumentError as error:
            raise _unchangeable(self._where, key) from error
        if made.table != meant:
            raise _unchangeable(self._where, key)
        return made


def _index(tables: list[_Plain], identity: str) -> int | None:
    return next((at for at, one in enumerate(tables) if one.get("id") == identity), None)


def _merged(table: Mapping[str, Any], keys: Mapping[str, Any]) -> _Plain:
    """The table with these keys, as TOML will read them."""
    merged = {**table, **{key: _plain(value) for key, value in keys.items()}}
    return {key: value for key, value in merged.items() if value is not None}


def _plain(value: Any) -> Any:
    """The value as TOML reads it: lists and dictionaries, nothing that is None."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _item(value: Any) -> Any:
    """The value as TOML writes it: tables on one line."""
    import tomlkit

    if not isinstance(value, Mapping):
        return tomlkit.item(_plain(value))
    table = tomlkit.inline_table()
    table.update({key: _item(one) for key, one in _plain(value).items()})
    return table


def _new(header: str, keys: Mapping[str, Any]) -> list[str]:
    """The lines of a new table."""
    import tomlkit

    document = tomlkit.document()
    document.update({key: _item(value) for key, value in keys.items() if value is not None})
    return [header, *tomlkit.dumps(document).rstrip("\n").split("\n")]


def _unchangeable(where: str, key: str) -> DocumentError:
    return DocumentError(
        where, key, "is written in a way that drrouter does not change", "Change it with a text editor"
    )
