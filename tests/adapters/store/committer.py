"""Commits event after event and prints each number once it is acknowledged, until somebody kills it."""

import asyncio
import sys
from pathlib import Path

from drrouter.ports import Collection, Enqueue, Note, Put
from tests.adapters.store.builders import an_entry, an_event, an_item, store_at


async def main(path: Path) -> None:
    async with store_at(path) as store:
        number = len(await store.load(Collection.EVENTS))
        while True:
            name = f"{number:06d}"
            event = Put(Collection.EVENTS, name, an_event(name))
            await store.commit(event, Enqueue(an_item(name)), Note(an_entry(name)))
            print(name, flush=True)
            number += 1


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
