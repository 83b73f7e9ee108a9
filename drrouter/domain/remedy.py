"""What is wrong with a document, as sentences that name file, key and remedy.

The checks of each kind of document report plain facts: where, which rule, what was found. This room
words them for the person who wrote the file; it knows the document and its JSON Schema, no checker.
"""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from drrouter.errors import DocumentError

Fact = Mapping[str, Any]
"""One finding: ``loc`` (keys and indexes), ``type`` (rule), ``msg``, ``input``, ``ctx``."""

Schema = Mapping[str, Any]

MOST = 20
"""Sentences at most; a file with more faults is read again after the first are mended."""

MOST_KNOWN = 30
"""Of more known words than these only the most alike are listed."""

_SHOWN = 40
_WITH_PASSWORD = re.compile(r"[^\s'\"]*:[^\s]*@")
"""Somebody who writes a password into an address shall not find it in a log."""

_OWN_KEY = re.compile(r"(?P<key>[a-z][a-z0-9_.#]*): ")

_FORMS = {
    "model_type": "should be a table",
    "model_attributes_type": "should be a table",
    "dict_type": "should be a table",
    "tuple_type": "should be a list",
    "string_type": "should be a text in quotes",
    "finite_number": "should be a finite number",
}
"""What a value should be, in the words of TOML."""


def document_error(
    where: str, table: Mapping[str, Any], facts: Sequence[Fact], schema: Schema
) -> DocumentError:
    """The first finding as an error; the others are its notes, one sentence each.

    Args:
        where: the file's name.
        table: the document as it was read.
        facts: what the check found, at least one.
        schema: the JSON Schema that the document should follow.
    """
    errors = [_error(where, table, fact, schema) for fact in _telling(facts)[:MOST]]
    for other in errors[1:]:
        errors[0].add_note(other.sentence)
    return errors[0]


def sentences(error: DocumentError) -> tuple[str, ...]:
    """Every sentence of an error made by ``document_error``."""
    return (error.sentence, *getattr(error, "__notes__", ()))


def nearest(word: str, known: Sequence[str]) -> str:
    """A remedy: the known word most like this one, and all that are known, of many the most alike."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    shown = _listed(known)
    if len(known) > MOST_KNOWN:
        alike = difflib.get_close_matches(word, known, n=MOST_KNOWN // 3, cutoff=0.0)
        shown = f"{_listed(alike)} and {len(known) - len(alike)} more"
    if close:
        return f"Did you mean {close[0]!r}? Known are: {shown}"
    return f"Known are: {shown}" if known else ""


def _telling(facts: Sequence[Fact]) -> list[Fact]:
    """Unknown keys first, since they tell most; without what only follows from another finding.

    A mistyped key is both unknown and missing, and a list counts as empty when all its entries are faulty.
    """
    unknown = [fact for fact in facts if fact["type"] == "extra_forbidden"]
    mistyped = {(fact["loc"][:-1], fact["loc"][-1]) for fact in unknown}
    others = [
        fact
        for fact in facts
        if fact["type"] != "extra_forbidden"
        and not (fact["type"] == "missing" and _is_mistyped(fact["loc"], mistyped))
        and not (
            fact["type"] == "too_short" and any(_lies_below(other["loc"], fact["loc"]) for other in facts)
        )
    ]
    return unknown + others


def _is_mistyped(
    loc: Sequence[str | int], mistyped: Collection[tuple[Sequence[str | int], str | int]]
) -> bool:
    """Whether a key beside the missing one looks much like it."""
    beside = [str(key) for parent, key in mistyped if parent == loc[:-1]]
    return bool(difflib.get_close_matches(str(loc[-1]), beside, n=1))


def _lies_below(loc: Sequence[str | int], above: Sequence[str | int]) -> bool:
    """Whether one place lies inside another."""
    return len(loc) > len(above) and loc[: len(above)] == above


def _error(where: str, table: Mapping[str, Any], fact: Fact, schema: Schema) -> DocumentError:
    """Word one finding."""
    key, place = _spelled(table, fact)
    about = _schema_at(schema, place, table)
    match fact["type"]:
        case "extra_forbidden":
            beside = list(_schema_at(schema, place[:-1], table).get("properties", {}))
            return DocumentError(where, key, "is not a key of this document", nearest(str(place[-1]), beside))
        case "union_tag_invalid" | "union_tag_not_found":
            return _unknown_kind(where, f"{key}.kind", fact["input"], about)
        case "value_error":
            return _own_words(where, key, str(fact["ctx"]["error"]))
        case "missing":
            return DocumentError(where, key, "is missing", f"Add it: {_help(about) or 'it is required'}")
        case "literal_error" | "enum":
            choice = f"Write {fact['ctx']['expected']}"
            return DocumentError(where, key, f"cannot be {_show(fact['input'])}", choice)
    is_secret = about.get("writeOnly", False)
    return DocumentError(where, key, _broken_rule(fact, "a secret" if is_secret else None), _help(about))


def _own_words(where: str, key: str, words: str) -> DocumentError:
    """What a check of several values says: ``key: problem; remedy``, its key being one of theirs."""
    problem, _, remedy = words.partition("; ")
    if own := _OWN_KEY.match(problem):
        key, problem = f"{key}.{own['key']}".lstrip("."), problem[own.end() :]
    return DocumentError(where, key, problem, remedy[:1].upper() + remedy[1:])


def _broken_rule(fact: Fact, instead: str | None) -> str:
    """What a value should be, and what it is; ``instead`` stands for what must not be shown."""
    rule, context, found = fact["type"], fact.get("ctx") or {}, instead or _show(fact["input"])
    if rule == "string_pattern_mismatch":
        return f"{found} does not have the right form"
    if rule == "too_short":
        return f"needs at least {context['min_length']} entries, and has {context['actual_length']}"
    if rule == "too_long":
        return f"may have at most {context['max_length']} entries"
    words = _FORMS.get(rule) or fact["msg"].removeprefix("Input ")
    return f"{words[:1].lower()}{words[1:]}, and is {found}"


def _unknown_kind(where: str, key: str, found: Any, about: Schema) -> DocumentError:
    """The key that chooses between several forms is missing or unknown."""
    kinds = list(about.get("discriminator", {}).get("mapping", {}))
    kind = _inside(found, "kind")
    if kind is None:
        return DocumentError(where, key, "is missing", f"Write one of: {_listed(kinds)}")
    return DocumentError(where, key, f"{_show(kind)} is no kind that exists yet", nearest(str(kind), kinds))


def _spelled(table: Any, fact: Fact) -> tuple[str, list[str | int]]:
    """The key path as a person reads it, and the same without the names of chosen forms.

    An entry of a list goes by its id where it has one, else by its place, counted from 1.
    """
    words, place, node = "", [], table
    chosen = False  # whether the form that this table has chosen was passed: it may be called like a key
    is_missing, loc = fact["type"] == "missing", [part for part in fact["loc"] if part != "[key]"]
    for index, part in enumerate(loc):
        if not chosen and isinstance(node, Mapping) and node.get("kind") == part:
            chosen = True
            continue
        chosen = False
        if isinstance(part, int):
            node = node[part] if isinstance(node, list | tuple) and part < len(node) else None
            name = node.get("id") if isinstance(node, Mapping) else None
            words += f"[{_harmless(name)}]" if isinstance(name, str) else f"#{part + 1}"
        elif isinstance(node, Mapping) and part in node:
            words, node = f"{words}.{_harmless(part)}".lstrip("."), node[part]
        elif is_missing and index == len(loc) - 1:
            words = f"{words}.{_harmless(part)}".lstrip(".")
        else:
            continue
        place.append(part)
    return words, place


def _schema_at(root: Schema, place: Sequence[str | int], table: Any) -> Schema:
    """The part of the schema that describes this place, empty where it says nothing."""
    node, value = _form(root, root, table), table
    for part in place:
        value = _inside(value, part)
        node = _form(root, _step(node, part), value)
    return node


def _form(root: Schema, node: Schema, value: Any) -> Schema:
    """The definition behind a reference, and of several forms the one that the value has chosen."""
    if "$ref" in node:
        target = root["$defs"][node["$ref"].rpartition("/")[2]]
        node = {**target, **{key: words for key, words in node.items() if key != "$ref"}}
    if "discriminator" in node:
        tag = _inside(value, node["discriminator"]["propertyName"])
        chosen = node["discriminator"]["mapping"].get(tag) if isinstance(tag, str) else None
        return _form(root, {"$ref": chosen}, value) if chosen else node
    forms = [form for form in node.get("anyOf", ()) if form.get("type") != "null"]
    return {**_form(root, forms[0], value), **node} if forms else node


def _inside(value: Any, part: str | int) -> Any:
    """What the document holds there, None where it holds nothing."""
    if isinstance(value, Mapping):
        return value.get(part)
    is_there = isinstance(value, list | tuple) and isinstance(part, int) and part < len(value)
    return value[part] if is_there else None


def _step(node: Schema, part: str | int) -> Schema:
    """One step down, empty where this form has no such part."""
    parts = node.get("items") if isinstance(part, int) else node.get("properties", {}).get(part)
    more = parts if parts is not None else node.get("additionalProperties")
    return more if isinstance(more, Mapping) else {}


def _help(node: Schema) -> str:
    """The first sentence of what the schema says about a place."""
    return str(node.get("description", "")).split("\n")[0].strip().rstrip(".")


def _show(found: Any) -> str:
    """What was found, shortened; texts in quotes and harmless to print."""
    if isinstance(found, Mapping):
        return "a table"
    if isinstance(found, list | tuple):
        return "a list"
    if isinstance(found, bool):
        return str(found).lower()
    shown = _WITH_PASSWORD.sub("…@", repr(found)) if isinstance(found, str) else str(found)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"


def _harmless(key: str) -> str:
    """A key as it may be printed: whoever wrote it may have hidden signs in it."""
    shown = key if key.isprintable() else ascii(key)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"


def _listed(words: Sequence[str]) -> str:
    """All of them, with commas."""
    return ", ".join(words)
