"""A thousand Tasmota plugs behind one broker, each of which says every second what it measures.

python tests/bench/thousand_plugs.py COUNT PORT

Says when all have announced themselves, and then how many messages were sent each minute. The meter of each
plug counts the milliseconds since ``EPOCH``, so that whoever reads it knows when it was sent.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from aiomqtt import Client

from drrouter.adapters.clock.system import SystemClock

CLOCK = SystemClock()
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
SPREAD = 20
"""In how many parts of a second the plugs speak."""


def mac_of(number: int) -> str:
    return f"A4CF12{number:06X}"


def config(number: int) -> dict[str, Any]:
    """What a plug says of itself."""
    name = f"plug{number}"
    return {
        "ip": "127.0.0.1",
        "dn": name,
        "fn": [name],
        "hn": name,
        "mac": mac_of(number),
        "md": "Sonoff S31",
        "ty": 0,
        "if": 0,
        "ofln": "Offline",
        "onln": "Online",
        "state": ["OFF", "ON", "TOGGLE", "HOLD"],
        "sw": "14.2.0",
        "t": name,
        "ft": "%prefix%/%topic%/",
        "tp": ["cmnd", "stat", "tele"],
        "rl": [1],
        "swc": [],
        "btn": [],
        "so": {"4": 0},
        "lk": 0,
        "lt_st": 0,
        "ver": 1,
    }


def sensor(number: int) -> str:
    """What its meter shows now."""
    sent_ms = (CLOCK.now() - EPOCH) / timedelta(milliseconds=1)
    power_w = 100 + (number * 7 + int(sent_ms) // 1000) % 100
    energy = {"Total": round(sent_ms / 1000, 3), "Power": power_w, "Voltage": 231}
    return json.dumps({"Time": "2026-03-01T12:00:00", "ENERGY": energy})


async def announce(client: Client, number: int) -> None:
    root = f"tasmota/discovery/{mac_of(number)}"
    await client.publish(f"{root}/config", json.dumps(config(number)), qos=1, retain=True)
    sensors = {"sn": json.loads(sensor(number)), "ver": 1}
    await client.publish(f"{root}/sensors", json.dumps(sensors), qos=1, retain=True)
    await client.publish(f"tele/plug{number}/LWT", "Online", qos=1, retain=True)


async def speak(client: Client, count: int) -> None:
    """Each plug once a second, for ever."""
    sent, begin, due = 0, 0, CLOCK.now()
    while True:
        for part in range(SPREAD):
            for number in range(part, count, SPREAD):
                await client.publish(f"tele/plug{number}/SENSOR", sensor(number), qos=0)
                sent += 1
            due += timedelta(seconds=1) / SPREAD
            await CLOCK.sleep_until(due)
        begin += 1
        if begin % 60 == 0:
            late_s = (CLOCK.now() - due).total_seconds()
            print(json.dumps({"sent": sent, "seconds": begin, "late_s": round(late_s, 2)}), flush=True)


async def main(count: int, port: int) -> None:
    async with Client("127.0.0.1", port, identifier="plugs") as client:
        for number in range(count):
            await announce(client, number)
        states = json.dumps({"POWER": "ON"})
        for number in range(count):
            await client.publish(f"tele/plug{number}/STATE", states, qos=0)
        print(json.dumps({"announced": count}), flush=True)
        await speak(client, count)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
