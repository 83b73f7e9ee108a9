"""Parts of a home file that are in order, so that a test can join them or break one."""

SITE = """schema = "drrouter.home/1"
[site]
name = "Test home"
time_zone = "Europe/Amsterdam"

[tariff]
id = "generic.nl_dynamic"
"""

PROVIDER = """
[[provider]]
id = "sp"
kind = "openadr3"
url = "https://vtn.example/3.1.0"
client_id = "home"
"""

OLDER_PROVIDER = """
[[provider]]
id = "sp"
kind = "openadr2b"
url = "https://vtn.example/OpenADR2/Simple/2.0b"
"""

LOCAL_VTN = """
[local_vtn]
clients = "clients.toml"
"""

EXPOSED_VTN = """
[[exposure]]
what = "local_vtn"
interface = "192.168.1.5"
reason = "Devices of the home read it."
"""

WEBHOOK = """
[provider.webhook]
host = "127.0.0.1"
port = 8930
"""

CAR = """
[[device]]
id = "car"
name = "Car"
model = "generic.ev_charger"
integration = "kasa"
match = { mac = "50-c7-bf-00-00-04" }
groups = ["cars"]
line = "L3"
parameters = { battery_wh = 50000 }
wishes = { departure = "07:30", target_wh = 12000 }
"""

WASHER = """
[[device]]
id = "washer"
name = "Washer"
model = "generic.washer"
integration = "kasa"
match = { alias = "Washer", address = "192.168.1.9:9999" }
"""
