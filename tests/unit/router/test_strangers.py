"""Found devices that are none of the home get a name, an id and a mark that tells them from all others."""

from drrouter.domain.ids import DeviceId
from drrouter.ports import Found
from drrouter.router.setting_up import DeviceSetup
from drrouter.router.strangers import Stranger, strangers
from drrouter.router.viewed import FoundView

MAC = "50:C7:BF:00:00:02"


def found(address: str = "10.0.0.7:9999", **identity: str) -> FoundView:
    return FoundView(Found("kasa", address, identity), proposed_id="kasa.kp115", confidence=0.5)


def only(view: FoundView, *others: FoundView) -> Stranger:
    return strangers((view, *others), ())[0]


def test_the_mark_that_lasts_longest_is_proposed() -> None:
    assert only(found(alias="Plug", mac=MAC, id="S1")).match == {"id": "S1"}
    assert only(found(alias="Plug", mac=MAC)).match == {"mac": MAC}
    assert only(found(alias="Plug", mac="none", id="")).match == {"alias": "Plug"}
    assert only(found()).match == {"address": "10.0.0.7:9999"}


def test_a_mark_that_two_share_tells_nobody() -> None:
    one, two = strangers((found("a:1", mac=MAC), found("a:2", mac=MAC.lower())), ())
    assert (one.match, two.match) == ({"address": "a:1"}, {"address": "a:2"})
    assert strangers((found("a:1#0 x", mac=MAC), found("a:1#1 x", mac=MAC)), ()) == ()


def test_ids_come_from_names_and_differ() -> None:
    views = (found("a:1", alias="Kühl-Truhe"), found("a:2", alias="kuhl truhe!"), found("a:3", alias="42"))
    assert [one.device_id for one in strangers(views, ())] == ["kuhl_truhe", "kuhl_truhe_2", "device_42"]
    assert only(found(alias="冰箱", address="b:1")).device_id == "device"


def test_who_is_of_the_home_is_no_stranger() -> None:
    known = DeviceSetup("washer", "Washer", "generic.washer", "kasa", {"alias": "PLUG 1"}, watch_only=True)
    here = FoundView(Found("kasa", "a:1", {"alias": "Other"}), DeviceId("freezer"))
    assert strangers((found(alias="Plug 1"), here), (known,)) == ()
    assert strangers((found("a:9", alias="Washer"),), (known,))[0].device_id == "washer_2"


def test_hostile_names_become_harmless_and_are_no_marks() -> None:
    one = only(found(alias="<b>\x1b[31m\u202eevil" + "x" * 500, brand="TP\n", model="KP115"))
    assert one.name.isprintable()
    assert len(one.name) <= 60
    assert (one.maker, one.match) == ("TP KP115", {"address": "10.0.0.7:9999"})
    assert (one.model_id, one.confidence) == ("kasa.kp115", 0.5)
