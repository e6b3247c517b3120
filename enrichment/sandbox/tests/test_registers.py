"""The two registers as they are played: one company is the same in every source."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from enrichment.providers.errors import ProviderError
from enrichment.providers.registry import make_provider
from enrichment.sandbox.answers import Answers
from enrichment.sandbox.app import Settings
from enrichment.sandbox.played.base import Asked
from enrichment.sandbox.tests.bench import SIREN, running
from mainsite.lib.siren import is_valid_siren

RECORDED = "523100964"
SHEET = Path(__file__).parents[2] / "providers/rne/fixtures/sheet.json"
MADE_UP = [s for s in map(str, range(410_000_000, 410_000_400)) if is_valid_siren(s)]


@pytest_asyncio.fixture
async def bench(tmp_path):
    answers = tmp_path / "answers"
    (answers / "rne_inpi").mkdir(parents=True)
    (answers / "rne_inpi" / f"companies_{RECORDED}.json").write_bytes(
        SHEET.read_bytes()
    )
    async with running(Settings(var=tmp_path / "var", answers=answers)) as bench:
        yield bench


async def get(bench, path, **headers):
    url = f"{bench.base}{path}"
    async with bench.http._session.get(url, headers=headers) as response:
        return response.status


@pytest.mark.asyncio
class TestSigningIn:
    async def test_many_calls_sign_in_once_and_only_calls_are_logged(self, bench):
        for option in ("", "accounts", ""):
            await bench.ask("rne", option=option)

        assert [line["provider"] for line in bench.served] == ["rne"] * 3

    @pytest.mark.parametrize(
        "header", ["", "Bearer", "Bearer a.b.c", "Basic a.b.c", "Bearer é.é.é"]
    )
    async def test_a_wrong_token_is_refused(self, bench, header):
        path = f"/rne/api/companies/{SIREN}"

        assert await get(bench, path, Authorization=header) == 401

    async def test_a_token_that_dies_early_is_made_anew(self, bench):
        await bench.control("faults", {"rne:*": ["401"]})

        answer = await bench.ask("rne", call_id="c-9")

        assert answer.status == "found"
        statuses = [(line["status"], line["call_id"]) for line in bench.served]
        assert statuses == [(401, "c-9"), (200, "c-9")]

    async def test_an_account_without_a_password_is_refused(self, bench):
        bench.provider("rne").secrets = {"INPI_USERNAME": "a", "INPI_PASSWORD": ""}

        with pytest.raises(ProviderError) as caught:
            await bench.ask("rne")

        assert caught.value.reason == "bad_key"

    async def test_the_other_register_wants_its_key(self, bench):
        assert await get(bench, f"/sirene/siret?q=siren:{SIREN}") == 401
        key = {"X-INSEE-Api-Key-Integration": "k"}
        assert await get(bench, "/sirene/siret?q=denomination:X", **key) == 400


@pytest.mark.asyncio
class TestRecordings:
    async def test_a_recorded_sheet_is_served_to_the_byte(self, bench):
        answer = await bench.ask("rne", siren=RECORDED)

        assert answer.raw == SHEET.read_bytes()
        assert answer.origin == "recorded"

    async def test_its_accounts_are_made_up_and_say_so(self, bench):
        answer = await bench.ask("rne", siren=RECORDED, option="accounts")

        assert answer.origin == "generated"
        assert json.loads(answer.raw)["sandbox"] is True

    @pytest.mark.parametrize("source", ["rne", "sirene"])
    async def test_an_impossible_number_is_not_found(self, bench, source):
        assert (await bench.ask(source, siren="732829321")).status == "not_found"


@pytest.fixture(scope="module")
def facts():
    answers = Answers()

    def told(source, siren, option=""):
        payload = answers.to(source, Asked(siren=siren, option=option))
        return make_provider(source).parse(payload.body, siren=siren)

    return told


def people_of(facts):
    return [
        (each.surname, each.first_name, each.birth_year, each.birth_month, each.since)
        for each in facts.officers
    ]


class TestOneCompany:
    def test_its_accounts_are_the_same_in_both_sources(self, facts):
        compared = 0
        for siren in MADE_UP:
            typed = facts("rne", siren, "accounts")
            assert typed.unknown_fields == ()
            paid = {
                (row.closed_on, row.account_type): row
                for row in facts("pappers", siren).accounts
            }
            for row in typed.accounts:
                other = paid[row.closed_on, row.account_type]
                # A year not filed yet may be the neighbour that shows a jump.
                assert replace(row, has_unit_jump=other.has_unit_jump) == other
                compared += 1

        assert compared > 100

    def test_its_people_are_the_same_in_both_sources(self, facts):
        for siren in MADE_UP:
            registered, told = facts("rne", siren), facts("pappers", siren)
            assert people_of(registered) == people_of(told)

    def test_who_it_is_stays_unknown(self, facts):
        for source in ("rne", "sirene"):
            identity = facts(source, SIREN).identity
            assert (identity.name, identity.address) == (None, None)
            assert (identity.siret, identity.naf_code) == (None, None)
