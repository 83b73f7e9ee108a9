"""Writes the JSON Schemas by which editors check a tariff or an offline profile while it is typed.

    python -m drrouter.tariff.schema > tariffs/schema.json
    python -m drrouter.tariff.schema offline > tariffs/offline_schema.json

A test keeps both files as fresh as the models of ``document`` and ``offline_document``.
"""

import json
import sys

from drrouter.tariff import document, offline_document


def schema_text(kind: str = "tariff") -> str:
    """The content of ``tariffs/schema.json``, or of ``tariffs/offline_schema.json`` for kind ``offline``."""
    chosen = offline_document.json_schema() if kind == "offline" else document.json_schema()
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **chosen}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text(*sys.argv[1:2]))
