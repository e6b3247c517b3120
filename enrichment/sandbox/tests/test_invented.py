import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from enrichment.providers.bodacc import parse as bodacc_parse
from enrichment.providers.inpi_bce import parse as inpi_bce_parse
from enrichment.providers.pappers import parse as pappers_parse
from enrichment.providers.recherche_entreprises import parse as recherche_parse
from enrichment.sandbox.answers import PAPPERS, RECHERCHE, SHIPPED, Answers
from enrichment.sandbox.invented.build import invent
from mainsite.lib.siren import is_valid_siren

ROOT = Path(__file__).resolve().parents[3]


def some_sirens(step=2_311_867):
    """A few hundred valid numbers over the whole range."""
    for start in range(301_000_000, 999_000_000, step):
        yield next(
            siren for n in range(start, start + 20) if is_valid_siren(siren := str(n))
        )


@pytest.fixture(scope="module")
def answers():
    return Answers()


@pytest.fixture(scope="module")
def read(answers):
    """(Pappers' facts, the free source's facts) of a few hundred companies."""
    found = []
    for siren in some_sirens():
        paid, free = answers.of(PAPPERS, siren), answers.of(RECHERCHE, siren)
        if paid.status == 200:
            found.append(
                (
                    pappers_parse.parse(paid.body, siren=siren),
                    recherche_parse.parse(free.body, siren=siren),
                )
            )
    return found


class TestDeterminism:
    def test_two_processes_say_the_same(self):
        program = (
            "import hashlib, sys\n"
            "from enrichment.sandbox.answers import Answers\n"
            "a = Answers()\n"
            "b = b''.join(a.of(s, n).body for n in sys.argv[1:]"
            " for s in sorted(a.counts()))\n"
            "sys.stdout.write(hashlib.sha256(b).hexdigest())\n"
        )
        sirens = list(some_sirens(40_000_003))

        digests = {
            subprocess.run(
                [sys.executable, "-c", program, *sirens],
                cwd=ROOT,
                env=os.environ | {"PYTHONHASHSEED": seed},
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            for seed in ("0", "1", "random")
        }

        assert len(digests) == 1
        assert len(digests.pop()) == hashlib.sha256().digest_size * 2


class TestHonesty:
    def test_every_answer_says_what_it_is(self, read):
        for paid, free in read:
            assert paid.is_sandbox
            assert free.is_sandbox
            assert all(
                "SPÉCIMEN" in (o.surname or o.company_name) for o in paid.officers
            )

    def test_no_identity_is_invented(self, read):
        for paid, free in read:
            for identity in (paid.identity, free.identity):
                assert identity.name is None
                assert identity.address is None
                assert identity.naf_code is None
                assert identity.legal_form_code is None
                assert identity.created_on is None
                assert identity.headcount_band is None

    def test_the_answers_are_in_the_contracts_words(self, read):
        for paid, free in read:
            assert paid.unknown_fields == free.unknown_fields == ()

    def test_an_invalid_number_is_nobodys(self, answers):
        assert answers.of(PAPPERS, "123456789").status == 404
        assert json.loads(answers.of(RECHERCHE, "123456789").body)["results"] == []


class TestVariety:
    def test_revenue_is_mostly_that_of_smes(self, read):
        latest = sorted(
            r.revenue for paid, _ in read for r in paid.accounts[:1] if r.revenue
        )

        assert sum(10**6 <= r <= 50 * 10**6 for r in latest) / len(latest) > 0.75
        assert latest[0] < 10**6
        assert latest[-1] > 50 * 10**6

    def test_every_situation_is_met(self, read):
        accounts = [row for paid, _ in read for row in paid.accounts]
        kinds = {event.kind for paid, _ in read for event in paid.events}

        assert any(row.confidential and row.equity is None for row in accounts)
        assert any(row.confidential and row.equity is not None for row in accounts)
        assert any(
            row.net_income is not None and row.net_income < 0 for row in accounts
        )
        assert any(row.equity is not None and row.equity < 0 for row in accounts)
        assert any(row.revenue and row.net_income is None for row in accounts)
        assert any(row.account_type == "K" for row in accounts)
        assert any(row.closed_on.month != 12 for row in accounts)
        assert {
            "accounts_filed",
            "leader_change",
            "proceeding",
            "proceeding_closed",
            "lease_management",
        } <= kinds

    def test_leaders_are_of_all_ages(self, read):
        ages = {2026 - paid.officers[0].birth_year for paid, _ in read}

        assert min(ages) < 42
        assert max(ages) > 72
        assert all(35 <= age <= 80 for age in ages)

    def test_nobody_leads_before_being_grown_up(self, read):
        for paid, _ in read:
            for officer in paid.officers:
                if officer.since:
                    assert officer.since.year - officer.birth_year >= 20

    def test_some_companies_are_handed_down(self, read):
        relays = [
            paid
            for paid, _ in read
            if len({o.surname for o in paid.officers[:2]}) == 1
            and len(paid.officers) > 1
        ]

        assert relays
        for paid in relays:
            elder, heir = paid.officers[:2]
            assert heir.birth_year - elder.birth_year >= 20

    def test_both_sources_mostly_agree(self, read):
        pairs = [
            (free.accounts[0].revenue, row.revenue)
            for paid, free in read
            for row in paid.accounts
            if row.account_type == "C"
            and free.accounts
            and free.accounts[0].closed_on.year == row.closed_on.year
            and free.accounts[0].revenue
            and row.revenue
        ]
        same = sum(a == b for a, b in pairs) / len(pairs)

        assert 0.7 < same < 0.95
        assert all(0.96 < a / b < 1.04 for a, b in pairs)

    def test_officers_are_the_same_in_both(self, read):
        for paid, free in read:
            assert [(o.surname, o.birth_year) for o in paid.officers] == [
                (o.surname, o.birth_year) for o in free.officers
            ]

    def test_the_gazette_publishes_what_the_paid_source_copies(self, answers, read):
        for paid, _ in read:
            raw = answers.of("bodacc", paid.siren).body
            theirs = {e.source_id: e for e in paid.events if e.source_id[0] in "ABC"}
            ours = bodacc_parse.parse(raw, siren=paid.siren)
            assert {e.source_id: e for e in ours.events} == theirs
            assert ours.unknown_fields == ours.warnings == ()

    def test_the_deposits_are_the_paid_sources_accounts(self, answers, read):
        compared = 0
        for paid, _ in read:
            raw = answers.of("inpi_bce", paid.siren).body
            ours = inpi_bce_parse.parse(raw, siren=paid.siren).accounts
            theirs = {(r.closed_on, r.account_type): r for r in paid.accounts}
            for row in ours:
                same = theirs[row.closed_on, row.account_type]
                assert (row.revenue, row.net_income) == (
                    same.revenue,
                    same.net_income,
                )
                assert row.confidential is same.confidential
                compared += 1
        assert compared > 1000

    def test_a_young_company_has_no_old_accounts(self):
        for exercise in invent("930000006").exercises:
            assert exercise.closed_on.year >= 2023


class TestShippedAnswers:
    def test_all_read_without_drift(self, answers):
        for file in sorted((SHIPPED / "pappers_v2").glob("*.json")):
            siren = file.stem.removeprefix("entreprise_")
            facts = pappers_parse.parse(file.read_bytes(), siren=siren)
            assert facts.is_sandbox
            assert facts.unknown_fields == facts.warnings == ()
        for file in sorted((SHIPPED / "recherche_entreprises").glob("*.json")):
            siren = file.stem.removeprefix("search_").removesuffix("_full")
            facts = recherche_parse.parse(file.read_bytes(), siren=siren)
            assert not facts.is_sandbox
            assert facts.unknown_fields == ()

    @pytest.mark.parametrize(
        ("source", "siren"),
        [
            ("bodacc", "880878145"),
            ("inpi_bce", "552032534"),
            ("inpi_bce", "487444697"),
        ],
    )
    def test_open_data_is_served_as_it_was_recorded(self, answers, source, siren):
        payload = answers.of(source, siren)

        assert not payload.is_invented
        assert siren.encode() in payload.body

    def test_recorded_ones_are_served_to_the_byte(self, answers):
        payload = answers.of(RECHERCHE, "533744991")

        file = SHIPPED / "recherche_entreprises" / "search_533744991.json"
        assert payload.body == file.read_bytes()
        assert not payload.is_invented
