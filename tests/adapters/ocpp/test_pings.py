"""Pings of charge points are answered, each in its turn, so that a flood of them holds nothing up."""

import pytest
from aiohttp import ClientSession, WSMsgType

from drrouter.adapters.devices.pace import Pace
from tests.adapters.ocpp.conftest import Open
from tests.adapters.ocpp.test_server import dial


async def test_pings_are_answered_and_pace_their_sender(
    listen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    paced: list[Pace] = []

    def paces(pace: Pace) -> float:
        paced.append(pace)
        return 0.0

    monkeypatch.setattr(Pace, "wait_s", paces)
    async with ClientSession() as session:
        socket = await dial(session, await listen(), autoping=False)
        await socket.pong(b"unasked")
        for number in range(5):
            await socket.ping(b"%d" % number)
        pongs: list[bytes] = []
        while len(pongs) < 5:
            frame = await socket.receive()
            pongs += [bytes(frame.data)] if frame.type is WSMsgType.PONG else []
        await socket.close()
    assert pongs == [b"0", b"1", b"2", b"3", b"4"]
    assert len(paced) >= 6
