"""The sandbox refuses what Airtable documents that it refuses."""

import subprocess
import sys

import aiohttp
import pytest
import pytest_asyncio

from exports.airtable_sandbox.app import Token
from exports.airtable_sandbox.limits import RateLimit
from exports.tests.delivering.airtable_rows import TOKEN


@pytest_asyncio.fixture
async def ask(place, table):
    """One request: its status and its body."""
    async with aiohttp.ClientSession() as session:

        async def asked(method, path="", *, token=TOKEN, body=None, **params):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            path = path or f"{place.base}/{table.id}"
            url = f"{place.url}/v0/{path}"
            async with session.request(
                method, url, headers=headers, json=body, params=params
            ) as answer:
                return answer.status, await answer.json()

        yield asked


def upsert(*sirens, **more):
    records = [{"fields": {"SIREN": siren, **more}} for siren in sirens]
    return {"performUpsert": {"fieldsToMergeOn": ["SIREN"]}, "records": records}


def kind_of(answer):
    status, body = answer
    error = body["error"]
    return status, error["type"] if isinstance(error, dict) else error


pytestmark = pytest.mark.asyncio


class TestWhoIsLetIn:
    async def test_nobody_without_a_token(self, ask):
        answer = await ask("GET", token="")
        assert kind_of(answer) == (401, "AUTHENTICATION_REQUIRED")

    async def test_nobody_into_a_base_that_is_not_theirs(self, ask, sandbox):
        sandbox.tokens[TOKEN] = Token(bases=())
        expected = (403, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND")
        assert kind_of(await ask("GET")) == expected

    async def test_nobody_without_the_scope(self, ask, sandbox):
        sandbox.tokens[TOKEN] = Token(scopes=frozenset({"data.records:read"}))
        assert (await ask("GET"))[0] == 200
        assert (await ask("PATCH", body=upsert("1")))[0] == 403

    async def test_an_id_of_another_shape_is_found_nowhere(self, ask):
        assert kind_of(await ask("GET", "base/table")) == (404, "NOT_FOUND")


class TestRecords:
    async def test_are_made_then_changed_by_the_field_they_are_merged_on(self, ask):
        _, first = await ask("PATCH", body=upsert("1", "2"))
        _, second = await ask("PATCH", body=upsert("2", "3"))
        assert len(first["createdRecords"]) == 2
        assert second["updatedRecords"] == [first["records"][1]["id"]]
        assert len(second["createdRecords"]) == 1

    async def test_are_ten_a_request(self, ask):
        answer = await ask("PATCH", body=upsert(*map(str, range(11))))
        assert kind_of(answer) == (422, "INVALID_RECORDS")

    async def test_that_match_several_are_refused_and_nothing_is_written(
        self, ask, table
    ):
        body = {"records": [{"fields": {"SIREN": "1"}}] * 2}
        await ask("POST", body=body)
        answer = await ask("PATCH", body=upsert("2", "1"))
        assert kind_of(answer) == (422, "INVALID_REQUEST_UNKNOWN")
        assert len(table.records) == 2

    async def test_come_by_pages_of_a_hundred_at_most(self, ask, table):
        cells = [{"fields": {"SIREN": str(number)}} for number in range(10)]
        for _ in range(15):
            table.create(cells, typecast=False)
        _, page = await ask("GET")
        _, rest = await ask("GET", offset=page["offset"])
        assert (len(page["records"]), len(rest["records"])) == (100, 50)
        assert "offset" not in rest
        assert (await ask("GET", pageSize="101"))[0] == 422
        assert kind_of(await ask("GET", offset="x")) == (422, "INVALID_OFFSET_VALUE")

    async def test_may_be_deleted_ten_at_once(self, ask, table):
        made = table.create([{"fields": {"SIREN": "1"}}], typecast=False)
        _, body = await ask("DELETE", **{"records[]": made[0].id})
        assert body["records"] == [{"id": made[0].id, "deleted": True}]


class TestFields:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ({"type": "number", "options": {"precision": 0}}, "12"),
            (
                {"type": "date", "options": {"dateFormat": {"name": "iso"}}},
                "31/12/2024",
            ),
            ({"type": "singleLineText"}, 12),
            ({"type": "multilineText"}, "x" * 100_001),
        ],
    )
    async def test_take_nothing_of_another_type(self, ask, table, field, value):
        table.add_field({"name": "F", **field})
        answer = await ask("PATCH", body=upsert("1", F=value))
        assert kind_of(answer) == (422, "INVALID_VALUE_FOR_COLUMN")

    async def test_an_unknown_one_is_named(self, ask):
        _, body = await ask("PATCH", body=upsert("1", Autre="x"))
        assert body["error"]["type"] == "UNKNOWN_FIELD_NAME"
        assert '"Autre"' in body["error"]["message"]

    async def test_a_choice_is_added_by_a_typecast_alone(self, ask, table):
        choices = {"choices": [{"name": "A"}]}
        table.add_field({"name": "F", "type": "singleSelect", "options": choices})
        answer = await ask("PATCH", body=upsert("1", F="B"))
        assert kind_of(answer) == (422, "INVALID_MULTIPLE_CHOICE_OPTIONS")
        assert (await ask("PATCH", body=upsert("1", F="B") | {"typecast": True}))[
            0
        ] == 200
        assert table.field("F").choices == ["A", "B"]

    async def test_are_made_once_and_with_their_options(self, ask, place, table):
        path = f"meta/bases/{place.base}/tables/{table.id}/fields"
        wish = {"name": "CA", "type": "currency", "options": {"precision": 0}}
        assert (await ask("POST", path, body=wish))[0] == 422
        wish["options"]["symbol"] = "€"
        assert (await ask("POST", path, body=wish))[0] == 200
        answer = await ask("POST", path, body=wish)
        assert kind_of(answer) == (422, "DUPLICATE_OR_EMPTY_FIELD_NAME")
        answer = await ask("POST", path, body={"name": "X", "type": "formula"})
        assert kind_of(answer) == (422, "UNSUPPORTED_FIELD_TYPE_FOR_CREATE")


class TestLimits:
    async def test_a_sixth_request_in_a_second_costs_thirty_seconds(self):
        now = [100.0]
        limit = RateLimit(clock=lambda: now[0])
        assert [limit.allows("app") for _ in range(6)] == [True] * 5 + [False]
        assert limit.allows("other")
        now[0] += 29.9
        assert not limit.allows("app")
        now[0] += 0.2
        assert limit.allows("app")

    async def test_are_said_as_airtable_says_them(self, ask, sandbox):
        sandbox.limit.per_s = 0
        status, body = await ask("GET")
        assert status == 429
        assert body["errors"][0]["error"] == "RATE_LIMIT_REACHED"

    async def test_a_body_that_is_too_large_is_refused(self, ask):
        body = upsert(*map(str, range(10)), SIREN="x" * 102_000)
        assert kind_of(await ask("PATCH", body=body))[0] == 413


async def test_is_a_program_that_imports_nothing_else_of_ours():
    told = "import sys, exports.airtable_sandbox.__main__ as _; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True
    )
    ours = [name for name in done.stdout.split() if name.startswith("exports.")]
    assert all(name.startswith("exports.airtable_sandbox") for name in ours)
    assert "django" not in done.stdout.split()
