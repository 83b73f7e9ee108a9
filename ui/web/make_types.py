"""Writes the types of the API that the panel uses in TypeScript, out of the OpenAPI description.

    python ui/web/make_types.py > ui/web/src/api_types.ts

A test compares the file with what this says; run it whenever a view of the API has changed.
"""

import json
import re
from pathlib import Path
from typing import Any

from drrouter.adapters.api.openapi import describe
from drrouter.adapters.api.server import ROUTES

_HEAD = "// Made by `python ui/web/make_types.py > ui/web/src/api_types.ts`; see there.\n"
_SOURCES = Path(__file__).parent / "src"
_IMPORT = re.compile(r"import type \{([^}]*)\} from \"[./]*/api_types\.ts\"")
_REFERENCE = re.compile(r"#/components/schemas/(\w+)")
_PLAIN = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "null": "null",
}


def types() -> str:
    """The whole file: what the sources import, and what that is made of."""
    schemas = describe(ROUTES)["components"]["schemas"]
    used: set[str] = set()
    _use(_imported(), schemas, used)
    return "\n".join([_HEAD, *(_named(name, schemas[name]) for name in sorted(used))])


def _imported() -> set[str]:
    """The names that the sources import from the file."""
    texts = [path.read_text() for path in _SOURCES.rglob("*.ts*")]
    lists = [names for text in texts for names in _IMPORT.findall(text)]
    return {name for names in lists for name in re.findall(r"\w+", names)}


def _use(names: set[str], schemas: dict[str, Any], used: set[str]) -> None:
    """Add these, and whatever they refer to."""
    for name in names - used:
        used.add(name)
        _use(set(_REFERENCE.findall(json.dumps(schemas[name]))), schemas, used)


def _named(name: str, schema: dict[str, Any]) -> str:
    if schema.get("type") != "object" or "properties" not in schema:
        return f"export type {name} = {_type(schema)};\n"
    optional = _optional(schema)
    rows = [
        f"  {key}{'?' if key in optional else ''}: {_type(part)};\n"
        for key, part in schema["properties"].items()
    ]
    return f"export interface {name} {{\n{''.join(rows)}}}\n"


def _optional(schema: dict[str, Any]) -> set[str]:
    """What a body, or a problem, may leave out; the views of the router are always whole."""
    whole = "title" in schema and not schema["title"].endswith("Body")
    return set() if whole else set(schema["properties"]) - set(schema.get("required", ()))


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema or "const" in schema:
        return " | ".join(json.dumps(value) for value in schema.get("enum", [schema.get("const")]))
    if "anyOf" in schema or "oneOf" in schema:
        return " | ".join(dict.fromkeys(_type(part) for part in schema.get("anyOf") or schema["oneOf"]))
    match schema.get("type"):
        case "array":
            return _array(schema)
        case "object":
            return _object(schema)
        case kind:
            return _PLAIN.get(str(kind), "unknown")


def _array(schema: dict[str, Any]) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(_type(part) for part in schema['prefixItems'])}]"
    item = _type(schema.get("items", {}))
    return f"({item})[]" if "|" in item else f"{item}[]"


def _object(schema: dict[str, Any]) -> str:
    if "properties" in schema:
        return f"{{ {' '.join(f'{key}: {_type(part)};' for key, part in schema['properties'].items())} }}"
    values = schema.get("additionalProperties")
    return f"Record<string, {_type(values if isinstance(values, dict) else {})}>"


if __name__ == "__main__":
    print(types(), end="")
