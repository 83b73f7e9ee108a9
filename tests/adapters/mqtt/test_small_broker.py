"""Our small broker as an independent client (aiomqtt) and as raw bytes meet it."""

import asyncio

import pytest
from aiomqtt import Client, MqttError, Will

from drrouter.sim.wire.mqtt import SmallBroker
from drrouter.sim.wire.mqtt.broker import matches

HELLO = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01x"


def _client(broker: SmallBroker, name: str = "one", **more: object) -> Client:
    return Client(broker.host, broker.port, identifier=name, timeout=2, **more)  # type: ignore[arg-type]


async def test_what_is_said_with_either_quality_is_heard_and_what_is_retained_is_kept(
    small: SmallBroker,
) -> None:
    async with _client(small) as speaker, _client(small, "two") as listener:
        await listener.subscribe([("a/+", 0), ("b/#", 1)])
        await speaker.publish("a/b", "one", qos=1)
        await speaker.publish("b", "two", retain=True)
        await speaker.publish("c", "nobody listens")
        heard = [await anext(listener.messages) for _ in range(2)]
        assert [(one.topic.value, one.payload, one.retain) for one in heard] == [
            ("a/b", b"one", False),
            ("b", b"two", False),
        ]
        await speaker.subscribe("b")
        assert (await anext(speaker.messages)).retain
        await speaker.publish("b", b"", retain=True, qos=1)
        assert small.retained == {}


async def test_a_topic_that_was_left_is_heard_no_more(small: SmallBroker) -> None:
    async with _client(small) as client:
        await client.subscribe([("a", 0), ("b", 0)])
        await client.unsubscribe("a")
        await client.publish("a", "1")
        await client.publish("b", "2")
        assert (await anext(client.messages)).payload == b"2"


async def test_only_those_with_the_right_password_are_let_in() -> None:
    async with SmallBroker(users={"router": "sesame"}) as broker:
        async with _client(broker, username="router", password="sesame") as client:
            await client.publish("a", "1", qos=1)
        with pytest.raises(MqttError):
            await _client(broker, username="router", password="wrong").__aenter__()


async def test_a_second_client_of_one_name_takes_the_place_of_the_first(small: SmallBroker) -> None:
    async with _client(small) as first, _client(small) as second:
        with pytest.raises(MqttError):
            await anext(first.messages)
        await second.publish("a", "1", qos=1)


async def test_a_last_will_is_said_for_the_lost_and_not_for_those_who_say_goodbye(small: SmallBroker) -> None:
    async with _client(small, "witness") as witness:
        await witness.subscribe("will/+")
        async with _client(small, "polite", will=Will("will/polite", "gone")):
            pass
        async with _client(small, "lost", will=Will("will/lost", "gone", retain=True)) as lost:
            small.drop("lost")
            with pytest.raises(MqttError):
                await anext(lost.messages)
        assert (await anext(witness.messages)).topic.value == "will/lost"
        assert set(small.retained) == {"will/lost"}


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x00",  # no kind of packet
        b"\x10\xff\xff\xff\xff",  # a length without end
        b"\x10\xff\xff\xff\x7f",  # one that is too long
        b"\x10\x02\x00\x04",  # a field that ends in the middle
        b"\x10\x0d\x00\x04MQTT\x05\x02\x00\x3c\x00\x01x",  # another version
        b"\x10\x0d\x00\x04\xff\xff\xff\xff\x04\x02\x00\x3c\x00\x01x",  # no UTF-8
        HELLO + b"\x34\x05\x00\x01a\x00\x01",  # said with QoS 2
        HELLO + b"\x30\x03\x00\x01#",  # said on no topic
        HELLO + b"\x20\x02\x00\x00",  # an answer that nobody asked for
        b"\x10",  # broken off
    ],
)
async def test_bytes_that_are_no_packet_end_the_connection(small: SmallBroker, data: bytes) -> None:
    reader, writer = await asyncio.open_connection(small.host, small.port)
    writer.write(data)
    writer.write_eof()
    assert await reader.read() in (b"", b"\x20\x02\x00\x00")
    writer.close()
    await writer.wait_closed()


async def test_nobody_who_is_not_there_is_dropped(small: SmallBroker) -> None:
    small.drop("nobody")
    async with _client(small) as client:
        await client.publish("a", "1", qos=1)


def test_filters_fit_topics_as_the_standard_says() -> None:
    assert matches("#", "a/b")
    assert matches("a/+/c", "a/b/c")
    assert not matches("a/+", "a")
    assert not matches("a", "a/b")
