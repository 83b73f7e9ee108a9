"""The panel's files are served as they are, and nothing else of the disk, however a path is written (S1)."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from drrouter import resources
from drrouter.adapters.api import Panel
from drrouter.adapters.api import panel as room
from drrouter.resources import panel_dir
from tests.adapters.api.conftest import Serve, Served

SCRIPT = b"console.log('panel')" * 50


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A built panel, beside things that are none of its business."""
    dist = tmp_path / "web" / "dist"
    (dist / "chunks").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>Panel</title>")
    (dist / "main-ABCD2345.js").write_bytes(SCRIPT)
    (dist / "main-ABCD2345.js.gz").write_bytes(gzip.compress(SCRIPT))
    (dist / "panel.webmanifest").write_text("{}")
    (dist / "chunks" / "day-ABCD2346.css").write_text("p{}")
    (dist / "main.js.map").write_text("secret source")
    (dist / ".hidden.js").write_text("hidden")
    (dist / "sp ace.js").write_text("odd")
    (tmp_path / "web" / "secret.txt").write_text("secret")
    return dist


async def _get(served: Served, path: str, **headers: str) -> tuple[int, Any, bytes]:
    url = URL(served.api.url + path, encoded=True)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with served.session.get(url, headers={"Accept-Encoding": "identity"} | sent) as answer:
        return answer.status, answer.headers, await answer.read()


async def test_the_root_is_the_page_and_is_never_kept(serve: Serve, folder: Path) -> None:
    served = await serve(panel=Panel(folder))
    for path in ("/", "/index.html"):
        status, headers, body = await _get(served, path)
        assert status == 200
        assert body == b"<!doctype html><title>Panel</title>"
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        assert headers["Cache-Control"] == "no-store"


async def test_the_page_loads_from_the_router_alone_and_is_framed_by_nobody(
    serve: Serve, folder: Path
) -> None:
    served = await serve(panel=Panel(folder))
    _, headers, _ = await _get(served, "/")
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Server"] == "drrouter"
    assert "Strict-Transport-Security" not in headers
    assert "Set-Cookie" not in headers


async def test_a_page_that_may_be_framed_says_by_whom(serve: Serve, folder: Path) -> None:
    served = await serve(panel=Panel(folder, "'self' https://home.example"))
    _, headers, _ = await _get(served, "/")
    assert headers["Content-Security-Policy"].endswith("frame-ancestors 'self' https://home.example")
    assert "X-Frame-Options" not in headers


async def test_a_name_that_tells_its_content_is_kept_for_ever_and_others_are_asked_for(
    serve: Serve, folder: Path
) -> None:
    served = await serve(panel=Panel(folder))
    for path, media in (("/main-ABCD2345.js", "text/javascript"), ("/chunks/day-ABCD2346.css", "text/css")):
        status, headers, _ = await _get(served, path)
        assert (status, headers["Content-Type"]) == (200, f"{media}; charset=utf-8")
        assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    _, headers, _ = await _get(served, "/panel.webmanifest")
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Content-Type"] == "application/manifest+json; charset=utf-8"
    again = await _get(served, "/panel.webmanifest", If_None_Match=headers["ETag"])
    assert (again[0], again[2]) == (304, b"")


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip", True), ("br, GZIP;q=0.5", True), ("gzip;q=0", False), ("identity", False), ("", False)],
)
async def test_the_packed_twin_goes_to_browsers_that_unpack_it(
    serve: Serve, folder: Path, accepted: str, packed: bool
) -> None:
    served = await serve(panel=Panel(folder))
    status, headers, body = await _get(served, "/main-ABCD2345.js", Accept_Encoding=accepted)
    assert (status, body) == (200, SCRIPT)
    assert headers["Vary"] == "Accept-Encoding"
    assert (headers.get("Content-Encoding") == "gzip") == packed
    assert int(headers["Content-Length"]) == (len(gzip.compress(SCRIPT)) if packed else len(SCRIPT))


@pytest.mark.parametrize(
    "path",
    [
        *("/../secret.txt", "/%2e%2e/secret.txt", "/%252e%252e/secret.txt", "/..%2fsecret.txt"),
        *(
            "/chunks/../../secret.txt",
            "/chunks/%2e%2e/%2e%2e/secret.txt",
            "/..%5csecret.txt",
            "/..\\secret.txt",
        ),
        *(
            "//secret.txt",
            "/./secret.txt",
            "/secret.txt%00.js",
            "/index.html%00",
            "/index.html/",
            "/index.html;x",
        ),
        *("/main.js.map", "/.hidden.js", "/sp%20ace.js", "/main-ABCD2345.js.gz", "/chunks", "/chunks/"),
        *("/etc/passwd", "//etc/passwd", "/%2fetc%2fpasswd", "/main-abcd2345.js", "/INDEX.HTML", "/\u202e"),
    ],
)
async def test_no_path_leads_out_of_the_panel(serve: Serve, folder: Path, path: str) -> None:
    served = await serve(panel=Panel(folder))
    assert await served.raw("GET", path, host=served.host) in (400, 404)


async def test_pages_are_only_read(serve: Serve, folder: Path) -> None:
    served = await serve(panel=Panel(folder))
    assert await served.raw("HEAD", "/", host=served.host) == 200
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert await served.raw(method, "/", host=served.host) == 401


async def test_without_a_panel_the_root_says_how_to_build_it(served: Served) -> None:
    status, headers, body = await _get(served, "/")
    assert status == 200
    assert b"make panel" in body
    assert headers["Content-Type"].startswith("text/html")
    assert (await _get(served, "/main.js"))[0] == 404


def test_a_panel_that_is_too_large_is_cut(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_BYTES", 60)
    assert set(Panel(folder).files) == {"", "index.html", "chunks/day-ABCD2346.css"}
    monkeypatch.setattr(room, "MOST_FILES", 0)
    assert b"make panel" in Panel(folder).files[""].plain


def test_the_panel_lies_in_the_checkout_or_in_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "_CHECKOUT", tmp_path)
    monkeypatch.setattr(resources, "files", lambda _: tmp_path / "package")
    assert panel_dir() is None
    (tmp_path / "package" / "_data" / "panel").mkdir(parents=True)
    assert panel_dir() == tmp_path / "package" / "_data" / "panel"
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "ui" / "web").mkdir(parents=True)
    assert panel_dir() is None, "not built in this checkout"
    (tmp_path / "ui" / "web" / "dist").mkdir()
    assert panel_dir() == tmp_path / "ui" / "web" / "dist"
