"""Changes a home file and keeps what people wrote into it: comments, order, spelling.

    desk = HomeDesk(Path("home.toml"), InlineExecutor())
    await desk.site({"name": "Our home", "time_zone": "Europe/Amsterdam"})

Each change is checked as a whole before it is written; the file before the last change is kept beside it.
"""

from drrouter.config.setup.desk import HomeDesk
from drrouter.config.setup.new_home import default_home_path, make_home

__all__ = ["HomeDesk", "default_home_path", "make_home"]
