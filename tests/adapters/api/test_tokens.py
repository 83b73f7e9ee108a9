"""Tokens are random, kept as hashes, revocable; trying wrong ones gets slow and locks nobody out (S3)."""

import json

import pytest

from drrouter.adapters.api import Principal, Role, TokenBook
from drrouter.adapters.api.throttle import FREE, MOST_ADDRESSES, Throttle
from drrouter.domain.ids import DeviceId
from drrouter.errors import StoreError
from drrouter.ports import Collection, Put
from tests.adapters.api.conftest import Serve, Served

PREFIX = "/api/v1"


async def test_wrong_tokens_are_slowed_down_and_the_owner_is_never_locked_out(
    serve: Serve,
) -> None:
    now = 0.0
    served = await serve(throttle=Throttle(lambda: now))
    wrong = {"Authorization": "Bearer drr_wrong"}
    url = f"{served.api.url}{PREFIX}/status"
    for _ in range(FREE + 1):
        async with served.session.get(url, headers=wrong) as answer:
            assert answer.status == 401
    async with served.session.get(url, headers=wrong) as answer:
        assert answer.status == 429
        assert answer.headers["Retry-After"] == "2"
        assert "Too many wrong tokens" in (await answer.json(content_type=None))["detail"]
    now = 1.5
    async with served.session.get(url, headers=wrong) as answer:
        assert answer.status == 401
    async with served.session.get(url, headers=wrong) as answer:
        assert answer.status == 429
    assert (await served.ask("GET", "/status"))[0] == 200


async def test_tokens_are_kept_as_hashes_and_can_be_revoked(served: Served) -> None:
    body = {"role": "appliance", "label": "fridge", "device_id": "freezer"}
    status, issued = await served.ask("POST", "/tokens", json=body)
    assert status == 200
    assert len(issued["secret"]) > 40
    _, listed = await served.ask("GET", "/tokens")
    assert "fridge" in [view["label"] for view in listed]
    kept = await served.tokens._store.load(Collection.SETTINGS)
    assert all(secret not in json.dumps(kept) for secret in (issued["secret"], *served.secrets.values()))
    headers = {"Authorization": f"Bearer {issued['secret']}"}
    assert (await served.ask("GET", "/devices/freezer", headers=headers))[0] == 200
    assert (await served.ask("DELETE", f"/tokens/{issued['token']['id']}"))[0] == 204
    assert (await served.ask("DELETE", f"/tokens/{issued['token']['id']}"))[0] == 204
    assert (await served.ask("GET", "/devices/freezer", headers=headers))[0] == 401


@pytest.mark.parametrize(
    "body",
    [
        {"role": "appliance"},
        {"role": "guest", "device_id": "washer"},
        {"role": "king"},
        {"role": "guest", "label": "\u202eanna"},
        {"role": "visitor"},
        {"role": "guest", "label": "\n"},
    ],
)
async def test_a_token_of_an_impossible_kind_is_not_made(served: Served, body: dict[str, str]) -> None:
    assert (await served.ask("POST", "/tokens", json=body))[0] == 400


async def test_nobody_is_given_a_visitors_token(served: Served) -> None:
    with pytest.raises(ValueError, match="a token is somebody's"):
        await served.tokens.issue(Role.VISITOR)


async def test_tokens_survive_a_restart_and_the_profile_keeps_one_owner_token(served: Served) -> None:
    book, store = served.tokens, served.tokens._store
    first = await book.owner_token()
    assert await book.owner_token(first) == first
    again = await type(book).open(store, served.clock)
    assert await again.owner_token(first) == first
    second = await again.owner_token("forgotten")
    assert again.who(first) is None
    owner = again.who(second)
    assert owner
    assert (owner.role, owner.name) == (Role.OWNER, "owner")
    guest = served.secrets[Role.GUEST]
    assert await again.owner_token(guest) != guest


def test_the_throttle_forgets_the_oldest_address() -> None:
    throttle = Throttle(lambda: 0.0)
    for address in range(MOST_ADDRESSES + 1):
        for _ in range(FREE + 1):
            throttle.wrong(str(address))
    assert throttle.wait_s("0") == 0.0
    assert throttle.wait_s(str(MOST_ADDRESSES)) == 1.0


def test_the_wait_doubles_up_to_five_minutes() -> None:
    throttle = Throttle(lambda: 0.0)
    waits = []
    for _ in range(50):
        throttle.wrong("a")
        waits.append(throttle.wait_s("a"))
    assert waits[: FREE + 4] == [0.0] * FREE + [1.0, 2.0, 4.0, 8.0]
    assert waits[-1] == 300.0


async def test_a_broken_token_in_the_store_is_a_sentence(served: Served) -> None:
    store = served.tokens._store
    await store.commit(Put(Collection.SETTINGS, "token.x", {"hash": 5}))
    with pytest.raises(StoreError, match="a token in the store"):
        await TokenBook.open(store, served.clock)


def test_an_appliance_is_one_device_and_a_person_is_none() -> None:
    with pytest.raises(ValueError, match="names its device"):
        Principal(Role.APPLIANCE, "x")
    with pytest.raises(ValueError, match="only an appliance's"):
        Principal(Role.OWNER, "x", DeviceId("washer"))
