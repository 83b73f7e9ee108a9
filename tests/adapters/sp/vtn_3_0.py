"""A VTN of OpenADR 3.0.1, strict where 3.1 differs: a client that speaks 3.1 to it is refused.

Written from the specification: openadr3.yaml 3.0.1, paths and components.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web

from tests.adapters.sp.peers import serving

NEEDED = {
    "programs": {"programName"},
    "events": {"programID", "intervals"},
    "reports": {"programID", "eventID", "clientName", "resources"},
    "subscriptions": {"programID", "clientName", "objectOperations"},
    "vens": {"venName"},
    "resources": {"resourceName"},
}
ALLOWED = {
    "reports": {"reportName", "payloadDescriptors"},
    "subscriptions": {"targets"},
    "vens": {"attributes", "targets", "resources"},
    "resources": {"attributes", "targets", "venID"},
}
OPERATIONS = {"CREATE": "POST", "UPDATE": "PUT", "DELETE": "DELETE"}


class Vtn30:
    """Its objects by list and id; ``asked`` are the requests as ``METHOD path``."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in NEEDED}
        self.asked: list[str] = []
        self.refused: list[str] = []
        self.url = ""
        self._made = 0

    def add(self, name: str, **members: Any) -> dict[str, Any]:
        self._made += 1
        row = {"id": f"{name}-{self._made}", "modificationDateTime": "2026-03-01T11:00:00Z", **members}
        self.rows[name][row["id"]] = row
        return row

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        path = request.path.removeprefix("/openadr3/3.0.1")
        if path == "/auth/token":
            return await self._token(request)
        if request.headers.get("Authorization") != "Bearer token-3.0":
            return self._problem(403, "no token")
        name, _, rest = path.strip("/").partition("/")
        if name == "vens" and "/resources" in rest:
            ven_id, _, below = rest.partition("/")
            if object_id := below.removeprefix("resources").strip("/"):
                return await self._one(request, "resources", object_id)
            return await self._answer(request, "resources", {"venID": ven_id})
        if name not in NEEDED or name == "resources":
            return self._problem(404, "no such path")
        return await (self._answer(request, name, {}) if not rest else self._one(request, name, rest))

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        if (form.get("client_id"), form.get("client_secret")) != ("me", "s"):
            return web.json_response({"error": "invalid_client"}, status=400)
        return web.json_response({"access_token": "token-3.0", "token_type": "Bearer"})

    async def _answer(self, request: web.Request, name: str, fixed: dict[str, Any]) -> web.StreamResponse:
        if request.method == "GET":
            return self._listed(request, name, fixed)
        body = await request.json()
        if wrong := self._wrong(name, body):
            return self._problem(400, wrong)
        return web.json_response(self.add(name, **body, **fixed), status=201)

    def _wrong(self, name: str, body: dict[str, Any]) -> str:
        """What of a body is not of 3.0.1."""
        if missing := NEEDED[name] - set(body):
            return f"{name} lacks {missing}"
        if unknown := set(body) - NEEDED[name] - ALLOWED[name]:
            return f"{name} has {unknown}"
        if "programID" in body and body["programID"] not in self.rows["programs"]:
            return f"{name} names no program"
        maps = [{*target} == {"type", "values"} for target in body.get("targets", ())]
        return "" if all(maps) else f"{name} has targets that are no valuesMaps"

    def _listed(self, request: web.Request, name: str, fixed: dict[str, Any]) -> web.StreamResponse:
        query = request.query
        if "targets" in query or "venID" in query or int(query.get("limit", 50)) > 50:
            return self._problem(400, "a query of 3.1")
        asked = {key: query[key] for key in ("venName", "clientName", "eventID") if key in query} | fixed
        rows = [row for row in self.rows[name].values() if asked.items() <= row.items()]
        if "targetType" in query:
            kind, values = query["targetType"], {*query.getall("targetValues")}
            rows = [row for row in rows if _is_meant(row, kind, values)]
        else:
            rows = [row for row in rows if name == "vens" or not row.get("targets")]
        skip = int(query.get("skip", 0))
        return web.json_response(rows[skip : skip + 50])

    async def _one(self, request: web.Request, name: str, object_id: str) -> web.StreamResponse:
        rows = self.rows[name]
        if object_id not in rows:
            return self._problem(404, "no such object")
        if request.method == "PUT":
            rows[object_id] |= await request.json()
        return web.json_response(rows.pop(object_id) if request.method == "DELETE" else rows[object_id])

    def _problem(self, status: int, title: str) -> web.StreamResponse:
        self.refused.append(title)
        return web.json_response({"title": title, "status": status}, status=status)

    async def notify(self, operation: str, row: dict[str, Any]) -> None:
        """Tell every subscription, in the words of 3.0.1."""
        body = {"objectType": "EVENT", "operation": OPERATIONS[operation], "object": row}
        async with aiohttp.ClientSession() as http:
            calls = [
                http.post(
                    one["callbackUrl"], json=body, headers={"Authorization": f"Bearer {one['bearerToken']}"}
                )
                for subscription in self.rows["subscriptions"].values()
                for one in subscription["objectOperations"]
            ]
            for answer in await asyncio.gather(*calls):
                assert answer.status == 200
                answer.release()


def _is_meant(row: dict[str, Any], kind: str, values: set[str]) -> bool:
    targets = row.get("targets") or ()
    return any(target["type"] == kind and values & {*target["values"]} for target in targets)


@asynccontextmanager
async def vtn_3_0(base: str = "/openadr3/3.0.1") -> AsyncIterator[Vtn30]:
    vtn = Vtn30()
    async with serving(vtn.handle) as port:
        vtn.url = f"http://127.0.0.1:{port}{base}"
        yield vtn
