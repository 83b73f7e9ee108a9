"""A broken home file is refused with one sentence for each fault: which key, what is wrong, what to do."""

from pathlib import Path

import pytest

from drrouter.config import load_home
from drrouter.domain.remedy import sentences
from drrouter.errors import DocumentError
from drrouter.objectmodel import load_catalogue
from tests.unit.config.homes import (
    CAR,
    EXPOSED_VTN,
    LOCAL_VTN,
    OLDER_PROVIDER,
    PROVIDER,
    SITE,
    WASHER,
    WEBHOOK,
)

CATALOGUE = load_catalogue()


def site(line: str) -> str:
    """A home file with one more line about the site."""
    return SITE.replace("[tariff]", f"{line}\n[tariff]")


BROKEN = {
    "mistyped key": (
        SITE.replace("time_zone", "timezone"),
        "site.timezone: is not a key of this document. Did you mean 'time_zone'?",
    ),
    "bad time zone": (
        SITE.replace("Amsterdam", "Atlantis"),
        "site.time_zone: 'Europe/Atlantis' is no time zone.",
    ),
    "no site": (
        'schema = "drrouter.home/1"\n[tariff]\nid = "generic.nl_dynamic"',
        "site: is missing. Add it: The home.",
    ),
    "nan": (site("import_limit_w = nan"), "site.import_limit_w: should be a finite number, and is nan."),
    "negative fuse": (
        site("import_limit_w = -1"),
        "site.import_limit_w: should be greater than 0, and is -1.",
    ),
    "half a day": (site("base_load_w = [1, 2]"), "site.base_load_w: needs at least 24 entries, and has 2."),
    "odd load": (site("base_load_w = true"), "site.base_load_w: should be a list, and is true."),
    "lower-case currency": (
        site('currency = "eur"'),
        "site.currency: 'eur' does not have the right form. ISO 4217.",
    ),
    "other currency": (
        site('currency = "GBP"'),
        "site.currency: is GBP, but tariff generic.nl_dynamic is in EUR.",
    ),
    "no folder of models": (site('device_models = "m"'), "site.device_models: "),
    "half a place": (
        site("latitude = 52.1"),
        "site: needs latitude and longitude together. Write both or none.",
    ),
    "sun without a place": (
        SITE.replace("[tariff]", "[site.pv]\npeak_w = 4000\n[tariff]"),
        "site: tells of pv and not where the home is. Add latitude and longitude.",
    ),
    "two site meters": (
        SITE + 'role = "site_meter"\n'.join((CAR, WASHER)) + 'role = "site_meter"\n',
        "device[washer].role: is the second site meter. Keep one at the grid connection.",
    ),
    "data of a device that is not there": (
        f'{SITE}{PROVIDER}data_of = ["car", "wsher"]\n{CAR}',
        "provider[sp].data_of: 'wsher' is no device. Known: car.",
    ),
    "data over OpenADR 2.0b": (
        f'{SITE}{OLDER_PROVIDER}data_of = ["car"]\n{CAR}',
        "provider[sp]: speaks openadr2b, which has no data_of. Leave it out.",
    ),
    "unknown tariff": (
        SITE.replace("nl_dynamic", "nl_dynamc"),
        "tariff.id: there is no tariff 'generic.nl_dynamc'. Did you mean 'generic.nl_dynamic'?",
    ),
    "two tariffs": (f'{SITE}file = "x"', "tariff: needs either id or file. Write one of the two."),
    "missing tariff file": (
        SITE.replace('id = "generic.nl_dynamic"', 'file = "x.toml"'),
        "cannot be read (No such file or directory).",
    ),
    "unknown model": (
        SITE + WASHER.replace("generic.washer", "generic.wsher"),
        "device[washer].model: there is no object model 'generic.wsher'. Did you mean 'generic.washer'?",
    ),
    "unknown parameter": (
        SITE + CAR.replace("battery_wh", "batery_wh"),
        "device[car].parameters.batery_wh: is no parameter of this model. Did you mean 'battery_wh'?",
    ),
    "parameter out of bounds": (
        SITE + CAR.replace("50000", "5"),
        "device[car].parameters.battery_wh: is 5, outside 1000 .. 200000.",
    ),
    "device twice": (SITE + CAR + CAR, "device[car].id: is used twice. Give each device an id of its own."),
    "match twice": (
        SITE + WASHER + WASHER.replace('id = "washer"', 'id = "second"'),
        "device[washer].match: recognises another device too.",
    ),
    "group like a device": (
        SITE + WASHER + CAR.replace('"cars"', '"washer"'),
        "device[car].groups: 'washer' is the id of a device.",
    ),
    "bad id": (
        SITE + CAR.replace('id = "car"', 'id = "Car 1"'),
        "device[Car 1].id: 'Car 1' does not have the right form.",
    ),
    "no match": (
        SITE + WASHER.replace('{ alias = "Washer", address = "192.168.1.9:9999" }', "{}"),
        "device[washer].match: is empty. Name alias, mac, address or id.",
    ),
    "bad mac": (
        SITE + CAR.replace("50-c7-bf-00-00-04", "50-c7"),
        "device[car].match.mac: '50-c7' does not have the right form. Its hardware address.",
    ),
    "unknown integration": (
        SITE + CAR.replace('"kasa"', '"pigeon"'),
        "device[car].integration: 'pigeon' is no integration. Write one of ",
    ),
    "unknown line": (
        SITE + CAR.replace('"L3"', '"L4"'),
        "device[car].line: cannot be 'L4'. Write 'L1', 'L2' or 'L3'.",
    ),
    "wish of a washer": (
        SITE + WASHER + 'wishes = { departure = "07:30" }',
        "device[washer].wishes: generic.washer holds no charge to be ready by a time. Take the wishes out.",
    ),
    "wish beyond the battery": (
        SITE + CAR.replace("12000", "60000"),
        "device[car].wishes.target_wh: is more than the battery's 50000 Wh.",
    ),
    "two targets": (
        SITE + CAR.replace("target_wh = 12000", "target_wh = 1, target_percent = 5"),
        "device[car].wishes: names its target twice.",
    ),
    "odd departure": (
        SITE + CAR.replace("07:30", "7.30"),
        "device[car].wishes.departure: '7.30' does not have the right form.",
    ),
    "provider twice": (SITE + PROVIDER + PROVIDER, "provider[sp].id: is used twice."),
    "unknown protocol": (
        SITE + PROVIDER.replace("openadr3", "openadr2"),
        "provider[sp].kind: 'openadr2' is no kind that exists yet. Did you mean 'openadr2b'?",
    ),
    "keys of another protocol": (
        SITE + PROVIDER.replace("openadr3", "openadr2b"),
        "provider[sp]: speaks openadr2b, which has no client_id. Leave it out.",
    ),
    "keys of the older protocol": (
        SITE + PROVIDER + 'ven_id = "1"\nsign = true',
        "provider[sp]: speaks openadr3, which has no ven_id, sign. Leave it out.",
    ),
    "TLS alone, and no certificate": (
        SITE + "[api]\nhttps_only = true",
        "api: wants https_only without TLS. Add cert_file and key_file.",
    ),
    "half a certificate": (
        SITE + OLDER_PROVIDER + 'cert_file = "c"',
        "provider[sp]: needs cert_file and key_file together.",
    ),
    "signatures without a key": (SITE + OLDER_PROVIDER + "sign = true", "provider[sp]: signs without a key."),
    "plain http": (
        SITE + PROVIDER.replace("https://", "http://"),
        "provider[sp].url: is plain http to another machine, which anybody could read. Write https.",
    ),
    "no address": (SITE + PROVIDER.replace("https://", "ftp://"), "provider[sp].url: is no address."),
    "odd address": (
        SITE + PROVIDER.replace("vtn.example", "vtn.example:x"),
        "provider[sp].url: is no address.",
    ),
    "password in the address": (
        SITE + PROVIDER.replace("https://", "https://me:hush@"),
        "provider[sp].url: holds a password. Use client_id",
    ),
    "two secrets": (
        SITE + PROVIDER + 'client_secret = "a"\nclient_secret_env = "B"',
        "provider[sp]: names its secret twice.",
    ),
    "secret of nobody": (
        SITE + PROVIDER.replace('client_id = "home"', 'client_secret = "a"'),
        "provider[sp]: has a secret but no client_id. Add client_id.",
    ),
    "missing authority": (
        SITE + PROVIDER + 'ca_file = "none.pem"',
        "provider[sp].ca_file: there is no file ",
    ),
    "key without certificate": (
        SITE + PROVIDER + WEBHOOK + 'key_file = "k"',
        "provider[sp].webhook: needs cert_file and key_file together.",
    ),
    "local VTN without a word": (
        SITE + LOCAL_VTN + 'host = "192.168.1.5"',
        "local_vtn.host: 192.168.1.5 can be reached from other machines.",
    ),
    "local VTN in plain text": (
        SITE + LOCAL_VTN + 'host = "192.168.1.5"' + EXPOSED_VTN,
        "local_vtn.cert_file: is missing, and beyond this machine nothing travels in plain text.",
    ),
    "local VTN everywhere": (
        SITE + LOCAL_VTN + 'host = "0.0.0.0"',
        "local_vtn.host: is every address at once.",
    ),
    "plain broker": (
        SITE + LOCAL_VTN + 'mqtt = "mqtt://broker.example"',
        "local_vtn.mqtt: is plain MQTT to another machine, which anybody could read. Write mqtts.",
    ),
    "no broker": (SITE + LOCAL_VTN + 'mqtt = "mqtts://broker:x"', "local_vtn.mqtt: is no address."),
    "local VTN nowhere": (SITE + LOCAL_VTN + 'host = "router"', "local_vtn.host: is no address."),
    "local VTN without clients": (SITE + LOCAL_VTN, "local_vtn.clients: there is no file "),
    "too quick": (
        f"{SITE}\n[router]\nreconcile_s = 0",
        "router.reconcile_s: should be greater than or equal to 1, and is 0.",
    ),
    "odd broadcast": (f'{SITE}\n[kasa]\nbroadcast = "everywhere"', "kasa.broadcast: "),
    "unknown kasa key": (
        f"{SITE}\n[kasa]\nprot = 1",
        "kasa.prot: is not a key of this document. Did you mean 'port'?",
    ),
    "exposure without reason": (
        f'{SITE}\n[[exposure]]\nwhat = "api"\ninterface = "0.0.0.0"',
        "exposure#1.reason: is missing. Add it: Why this is meant.",
    ),
    "broken TOML": (f"{SITE}\n[[device]\n", "line 9, column 9: is not valid TOML"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_home_file_gives_a_sentence_with_key_and_remedy(name: str, tmp_path: Path) -> None:
    text, words = BROKEN[name]
    home = tmp_path / "home.toml"
    home.write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError) as refused:
        load_home(home, CATALOGUE, {})
    said = "\n".join(sentence.removeprefix(f"{home}: ") for sentence in sentences(refused.value))
    assert words in said
    assert said.endswith(".")
