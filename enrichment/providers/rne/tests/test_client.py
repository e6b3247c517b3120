import asyncio
import base64
import json
from decimal import Decimal
from pathlib import Path
from time import monotonic

import pytest

from enrichment.providers.errors import ProviderError
from enrichment.providers.rne.client import ACCOUNTS, Rne
from enrichment.providers.rne.tests.register import ACCOUNT, MANY, Register, signed
from enrichment.providers.tests.replay import from_file, json_answer

FIXTURES = Path(__file__).parent.parent / "fixtures"
RECORDED, MADE_UP = "523100964", "732829320"


def fixture(name):
    return from_file(FIXTURES / name)


def jwt(life_s):
    claims = json.dumps({"iat": 1_000_000, "exp": 1_000_000 + life_s}).encode()
    middle = base64.urlsafe_b64encode(claims).decode().rstrip("=")
    return f"e30.{middle}.signature-{{}}"


async def failure(register, siren=MADE_UP, option="", credentials=ACCOUNT):
    async with signed(register, credentials) as ask:
        with pytest.raises(ProviderError) as caught:
            await ask(siren, option)
    return caught.value


class Kept:
    """A store for all; whoever owns what is in it."""

    def __init__(self, token=""):
        self.token = token

    async def kept(self, owner):
        assert ACCOUNT["INPI_USERNAME"] in owner
        return self.token

    async def keep(self, owner, token, *, life_s):
        assert life_s > 0
        self.token = token


@pytest.mark.asyncio
class TestFetch:
    async def test_keeps_the_exact_bytes_and_charges_nothing(self):
        register = Register(fixture("sheet.json"))
        async with signed(register) as ask:
            answer = await ask(RECORDED)

        assert (answer.status, answer.option) == ("found", "")
        assert answer.raw == (FIXTURES / "sheet.json").read_bytes()
        assert (answer.tokens, answer.pool) == (Decimal(0), "")
        assert register.paths == [f"/api/companies/{RECORDED}"]
        assert "X-Call-Id: c-1" in register.asked[0]

    async def test_the_accounts_are_another_call(self):
        register = Register(fixture("accounts.json"))
        async with signed(register) as ask:
            answer = await ask(MADE_UP, ACCOUNTS)

        assert (answer.status, answer.option) == ("found", "accounts")
        assert register.paths == [f"/api/companies/{MADE_UP}/attachments"]

    @pytest.mark.parametrize("option", ["", ACCOUNTS])
    async def test_a_company_that_is_not_there_is_an_answer(self, option):
        async with signed(Register(fixture("not_found.http"))) as ask:
            answer = await ask(MADE_UP, option)

        assert answer.status == "not_found"

    async def test_a_partial_answer_lives_shortly(self):
        async with signed(Register(fixture("partial.http"))) as ask:
            answer = await ask(MADE_UP)

        assert answer.status == "partial"
        assert Rne.ttl.of("partial") < Rne.ttl.of("found")

    async def test_a_company_without_accounts_has_an_answer(self):
        async with signed(Register(fixture("no_accounts.json"))) as ask:
            answer = await ask(MADE_UP, ACCOUNTS)

        assert answer.status == "found"

    @pytest.mark.parametrize(
        ("name", "reason", "permanent", "retry_after_s"),
        [
            ("bad_request.http", "bad_request", True, None),
            ("no_access.http", "bad_key", True, None),
            ("rate_limited_seconds.http", "rate_limited", False, 7),
            ("rate_limited_date.http", "rate_limited", False, 42),
            ("rate_limited_huge.http", "rate_limited", False, 3600),
            ("server_error.http", "server_error", False, None),
            ("html.http", "not_json", False, None),
            ("truncated.http", "truncated", False, None),
            ("cut_without_length.http", "truncated", False, None),
            ("wrong_shape.http", "unexpected_shape", True, None),
            ("other_company.json", "other_company", True, None),
            ("other_accounts.json", "other_company", True, None),
        ],
    )
    async def test_says_why_there_is_no_answer(
        self, name, reason, permanent, retry_after_s
    ):
        error = await failure(Register(fixture(name)))

        assert (error.reason, error.permanent) == (reason, permanent)
        assert error.retry_after_s == retry_after_s


@pytest.mark.asyncio
class TestSigningIn:
    async def test_sends_the_account_in_the_body_only(self):
        register = Register(fixture("sheet.json"))
        async with signed(register) as ask:
            await ask(RECORDED)

        assert register.sign_ins == [
            {"username": "compte@example.fr", "password": "secret-de-test"}
        ]
        assert "secret-de-test" not in register.asked[0]
        assert "Authorization: Bearer jeton-1" in register.asked[0]

    async def test_fifty_calls_at_once_sign_in_once(self):
        register = Register(fixture("sheet.json"))
        async with signed(register, limits=MANY) as ask:
            await asyncio.gather(*(ask(RECORDED) for _ in range(50)))

        assert (len(register.sign_ins), len(register.asked)) == (1, 50)

    async def test_fifty_calls_with_a_dead_token_sign_in_once_more(self):
        register = Register(fixture("sheet.json"), good={2})
        async with signed(register, limits=MANY) as ask:
            await asyncio.gather(*(ask(RECORDED) for _ in range(50)))

        assert (len(register.sign_ins), len(register.asked)) == (2, 100)

    async def test_a_token_refused_twice_is_a_bad_key(self):
        register = Register(fixture("sheet.json"), good=set())
        error = await failure(register, RECORDED)

        assert (error.reason, error.permanent) == ("bad_key", True)
        assert (len(register.sign_ins), len(register.asked)) == (2, 2)

    # The last one says that it is dead already: then its word is worth nothing.
    @pytest.mark.parametrize("life_s", [3600, 121, -3600])
    async def test_a_token_serves_as_long_as_it_lives(self, life_s):
        register = Register(fixture("sheet.json"), pattern=jwt(life_s))
        async with signed(register) as ask:
            await ask(RECORDED)
            await ask(RECORDED)

        assert len(register.sign_ins) == 1

    async def test_a_token_near_its_end_is_not_used_again(self, monkeypatch):
        register = Register(fixture("sheet.json"), pattern=jwt(600))
        async with signed(register) as ask:
            await ask(RECORDED)
            later = monotonic() + 541
            monkeypatch.setattr(
                "enrichment.providers.rne.session.monotonic", lambda: later
            )
            await ask(RECORDED)

        assert len(register.sign_ins) == 2

    async def test_who_comes_next_does_not_sign_in_again(self):
        register, sessions = Register(fixture("sheet.json")), Kept()
        async with signed(register, sessions=sessions) as ask:
            await ask(RECORDED)
        async with signed(register, sessions=sessions) as ask:
            await ask(RECORDED)

        assert (len(register.sign_ins), len(register.asked)) == (1, 2)

    async def test_what_others_kept_and_the_source_refuses_is_replaced(self):
        register, sessions = Register(fixture("sheet.json")), Kept("of-yesterday")
        async with signed(register, sessions=sessions) as ask:
            await ask(RECORDED)

        assert (len(register.sign_ins), len(register.asked)) == (1, 2)
        assert sessions.token not in {"", "of-yesterday"}

    @pytest.mark.parametrize("name", ["bad_credentials.http", "no_access.http"])
    async def test_a_wrong_account_is_a_bad_key(self, name):
        register = Register(fixture("sheet.json"), login=fixture(name))
        error = await failure(register)

        assert (error.reason, error.permanent) == ("bad_key", True)
        assert register.asked == []

    async def test_without_an_account_nothing_leaves(self):
        register = Register(fixture("sheet.json"))
        error = await failure(register, credentials={"INPI_USERNAME": "a"})

        assert error.reason == "bad_key"
        assert register.sign_ins == []

    @pytest.mark.parametrize(
        ("login", "reason"),
        [
            ("html.http", "not_json"),
            ("truncated.http", "truncated"),
            ("server_error.http", "server_error"),
            ("rate_limited_seconds.http", "rate_limited"),
        ],
    )
    async def test_a_failed_sign_in_is_not_the_companys_call(self, login, reason):
        register = Register(fixture("sheet.json"), login=fixture(login))
        error = await failure(register)

        assert (error.reason, error.is_charge_unknown) == (reason, False)
        assert not error.permanent
        assert register.asked == []

    @pytest.mark.parametrize(
        "body", [b"{}", b'{"token": 12}', b'{"token": "a\\r\\nX-Evil: 1"}']
    )
    async def test_a_sign_in_without_a_usable_token_is_refused(self, body):
        error = await failure(Register(b"", login=json_answer(body)))

        assert error.reason == "unexpected_shape"
