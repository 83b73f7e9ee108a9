"""How people come to the panel of a demo: by a link that signs them in, where there is a panel at all."""

from drrouter.adapters.client import DrClient
from drrouter.adapters.door_views import LONGEST_LINK_MINUTES
from drrouter.resources import panel_dir

NOT_BUILT = "was not built; end this, run `make panel` in the checkout, and start again"


async def panel_link(client: DrClient) -> str:
    """Opens the panel, signed in as the owner, once; a sentence where the panel was not built."""
    folder = panel_dir()
    if folder is None or not (folder / "index.html").is_file():
        return NOT_BUILT
    return (await client.make_link(minutes=LONGEST_LINK_MINUTES)).url
