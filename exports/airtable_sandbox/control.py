"""What tests and benchmarks ask of a sandbox that is another process."""

from typing import Any

from aiohttp import web

from exports.airtable_sandbox.app import Sandbox
from exports.airtable_sandbox.bases import Table


class Control:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_sandbox/state", self.state),
            web.post("/_sandbox/faults", self.faults),
            web.delete("/_sandbox/log", self.forget),
            web.put("/_sandbox/tables/{name}", self.add_table),
        ]

    async def state(self, _request: web.Request) -> web.Response:
        """Counts of requests by kind and status, and of records by table."""
        log = self._sandbox.log
        counts: dict[str, int] = {}
        for each in log:
            for key in (each.kind, str(each.status)):
                counts[key] = counts.get(key, 0) + 1
        return web.json_response({"requests": counts, "tables": self._tables()})

    async def faults(self, request: web.Request) -> web.Response:
        try:
            self._sandbox.faults.post(await request.json())
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({})

    async def forget(self, _request: web.Request) -> web.Response:
        self._sandbox.log.clear()
        return web.json_response({})

    async def add_table(self, request: web.Request) -> web.Response:
        """With its first field alone, in the one base."""
        base = next(iter(self._sandbox.bases.values()))
        table = base.add_table(request.match_info["name"])
        table.add_field({"name": "SIREN", "type": "singleLineText"})
        return web.json_response(table.as_json())

    def _tables(self) -> dict[str, Any]:
        return {
            table.name: {
                "id": table.id,
                "records": len(table.records),
                "distinct": len(_first_cells(table)),
            }
            for base in self._sandbox.bases.values()
            for table in base.tables.values()
        }


def _first_cells(table: Table) -> set[Any]:
    first = table.fields[0].id
    return {record.cells.get(first) for record in table.records.values()}
