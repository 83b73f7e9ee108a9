"""Waits for news, but not for ever."""

import asyncio
from datetime import datetime

from drrouter.ports import Clock


async def news_or(clock: Clock, instant: datetime, news: asyncio.Event) -> None:
    """Return when there is news, at the latest at the instant; the news stay set."""
    sleeper = asyncio.ensure_future(clock.sleep_until(instant))
    told = asyncio.ensure_future(news.wait())
    try:
        await asyncio.wait((sleeper, told), return_when=asyncio.FIRST_COMPLETED)
    finally:
        sleeper.cancel()
        told.cancel()
        await asyncio.gather(sleeper, told, return_exceptions=True)
