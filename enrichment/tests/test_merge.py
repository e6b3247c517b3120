from datetime import UTC, date, datetime, timedelta

import pytest

from companies.facts import Accounts
from enrichment.leaders import leader_of
from enrichment.merge import Read, merge
from enrichment.providers.facts import (
    Event,
    Identity,
    Officer,
    ProviderFacts,
    YearlyAccounts,
)

SIREN = "552100554"
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
END = date(2024, 12, 31)


def read(source, *, at=NOW, identity=None, **facts):
    facts = ProviderFacts(siren=SIREN, identity=identity or Identity(), **facts)
    return Read(source=source, retrieved_at=at, facts=facts)


def year(closed_on=END, **fields):
    return YearlyAccounts(closed_on=closed_on, **fields)


class TestAccounts:
    def test_pappers_wins_and_the_difference_is_kept(self):
        merged = merge(
            SIREN,
            [
                read("recherche_entreprises", accounts=(year(revenue=5_000_000),)),
                read("pappers", accounts=(year(revenue=6_000_000),)),
            ],
        )
        [row] = merged.accounts
        assert row.revenue == 6_000_000
        assert row.provenance["revenue"] == ["pappers", "2026-11-22"]
        assert row.disagreements == {"revenue": {"recherche_entreprises": 5_000_000}}

    @pytest.mark.parametrize("other", [6_000_400, 6_020_000])
    def test_a_rounding_is_no_disagreement(self, other):
        merged = merge(
            SIREN,
            [
                read("pappers", accounts=(year(revenue=6_000_000),)),
                read("recherche_entreprises", accounts=(year(revenue=other),)),
            ],
        )
        assert merged.accounts[0].disagreements == {}

    def test_each_field_comes_from_whoever_has_it(self):
        merged = merge(
            SIREN,
            [
                read("pappers", accounts=(year(revenue=6_000_000),)),
                read("recherche_entreprises", accounts=(year(net_income=300_000),)),
            ],
        )
        [row] = merged.accounts
        assert row.amounts == {"revenue": 6_000_000, "net_income": 300_000}
        assert row.provenance["net_income"][0] == "recherche_entreprises"

    def test_a_year_alone_joins_the_exercise_closed_in_it(self):
        merged = merge(
            SIREN,
            [
                read(
                    "recherche_entreprises",
                    accounts=(year(closed_on_estimated=True, net_income=1_000),),
                ),
                read("pappers", accounts=(year(date(2024, 9, 30), revenue=2_000),)),
            ],
        )
        [row] = merged.accounts
        assert row.closed_on == date(2024, 9, 30)
        assert not row.is_closing_estimated
        assert row.amounts["net_income"] == 1_000

    def test_a_year_alone_stands_by_itself_otherwise(self):
        [row] = merge(
            SIREN,
            [
                read(
                    "recherche_entreprises",
                    accounts=(year(closed_on_estimated=True, revenue=5),),
                )
            ],
        ).accounts
        assert row.is_closing_estimated

    def test_account_types_are_not_mixed(self):
        merged = merge(
            SIREN,
            [
                read(
                    "pappers",
                    accounts=(
                        year(revenue=10_000_000),
                        year(account_type="K", revenue=90_000_000),
                    ),
                )
            ],
        )
        assert [(r.account_type, r.revenue) for r in merged.accounts] == [
            ("C", 10_000_000),
            ("K", 90_000_000),
        ]

    def test_an_old_reading_gives_way(self):
        old = NOW - timedelta(days=401)
        merged = merge(
            SIREN,
            [
                read("pappers", at=old, accounts=(year(revenue=1_000_000),)),
                read("recherche_entreprises", accounts=(year(revenue=2_000_000),)),
            ],
        )
        assert merged.accounts[0].revenue == 2_000_000

    @pytest.mark.parametrize(
        ("first", "second", "flagged"),
        [
            (4_000_000, 4_100, [False, True]),
            (4_100, 4_000_000, [True, False]),
            (4_000_000, 5_000_000, [False, False]),
            (4_000_000, None, [False, False]),
        ],
    )
    def test_thousands_instead_of_euros_are_flagged(self, first, second, flagged):
        merged = merge(
            SIREN,
            [
                read(
                    "pappers",
                    accounts=(
                        year(date(2024, 12, 31), revenue=first),
                        year(date(2023, 12, 31), revenue=second),
                    ),
                )
            ],
        )
        assert [row.has_unit_jump for row in merged.accounts] == flagged

    def test_confidential_is_not_unknown(self):
        [row] = merge(
            SIREN, [read("pappers", accounts=(year(confidential=True),))]
        ).accounts
        assert row.is_confidential
        assert row.amounts == {}
        assert row.provenance["is_confidential"][0] == "pappers"


class TestWhatWasKnownBefore:
    STORED = Accounts(
        closed_on=END,
        account_type="C",
        amounts={"revenue": 7_000_000, "ebitda": 500_000},
        provenance={
            "revenue": ["inpi_bce", "2026-01-01"],
            "ebitda": ["pappers", "2026-01-01"],
        },
        disagreements={"revenue": {"pappers": 1}},
    )

    def test_other_sources_stay_and_the_source_read_again_is_replaced(self):
        new = read("pappers", accounts=(year(revenue=7_500_000),))
        [row] = merge(SIREN, [new], [self.STORED]).accounts
        assert row.amounts == {"revenue": 7_500_000}
        assert row.disagreements == {"revenue": {"inpi_bce": 7_000_000}}

    def test_merging_again_changes_nothing(self):
        new = read("pappers", accounts=(year(revenue=7_500_000),))
        once = merge(SIREN, [new], [self.STORED])
        assert merge(SIREN, [new], once.accounts).accounts == once.accounts

    def test_a_confidentiality_that_ended_is_lifted_by_its_source(self):
        before = merge(SIREN, [read("pappers", accounts=(year(confidential=True),))])
        new = read("pappers", accounts=(year(revenue=1_000_000),))
        [row] = merge(SIREN, [new], before.accounts).accounts
        assert not row.is_confidential


class TestPeople:
    OFFICERS = (
        Officer(role="Commissaire aux comptes", surname="AUDIT"),
        Officer(role="Directeur général délégué", role_code="70", surname="DEUX"),
        Officer(role="Président de SAS", role_code="73", surname="UN", birth_year=1960),
        Officer(role="Président", is_company=True, company_name="HOLDING"),
    )

    def test_the_source_that_dates_offices_wins(self):
        dated = (Officer(role="Président", surname="A", since=date(2010, 1, 1)),)
        merged = merge(
            SIREN,
            [
                read("recherche_entreprises", officers=self.OFFICERS),
                read("pappers", officers=dated),
            ],
        )
        assert [o.surname for o in merged.officers] == ["A"]

    def test_the_leader_is_the_first_natural_person_who_decides(self):
        merged = merge(SIREN, [read("pappers", officers=self.OFFICERS)])
        assert merged.leader.surname == "UN"

    def test_nobody_leads_an_empty_board(self):
        assert leader_of(()) is None

    def test_nothing_personal_of_a_partial_diffusion(self):
        merged = merge(
            SIREN,
            [
                read("pappers", officers=self.OFFICERS),
                read(
                    "recherche_entreprises",
                    identity=Identity(diffusion_status="P"),
                ),
            ],
        )
        assert merged.is_partial
        assert merged.officers == ()
        assert merged.leader is None

    def test_a_source_without_officers_says_nothing_of_them(self):
        assert merge(SIREN, [read("pappers")]).officers is None


class TestTheRest:
    def test_identity_fills_from_the_state_first(self):
        merged = merge(
            SIREN,
            [
                read("pappers", identity=Identity(name="B", capital_eur=10)),
                read("recherche_entreprises", identity=Identity(name="A")),
            ],
        )
        assert merged.identity == {"name": "A", "capital_eur": 10}

    def test_a_company_closed_for_the_state_is_closed(self):
        merged = merge(
            SIREN,
            [
                read("pappers", identity=Identity(is_active=True)),
                read("recherche_entreprises", identity=Identity(is_active=False)),
            ],
        )
        assert merged.is_closed

    def test_a_cancelled_notice_is_withdrawn(self):
        notice = {"kind": "sale", "date": END, "label": "Cession"}
        merged = merge(
            SIREN,
            [
                read(
                    "pappers",
                    events=(
                        Event(**notice, source_id="B1"),
                        Event(**notice, source_id="B2", is_cancelled=True),
                    ),
                )
            ],
        )
        assert [event.source_id for event in merged.events] == ["B1"]
        assert merged.cancelled_events == ("B2",)


def notice(number="A1", *, label="annonce", is_cancelled=False):
    return Event(
        kind="sale",
        date=END,
        label=label,
        source_id=number,
        is_cancelled=is_cancelled,
    )


class TestNotices:
    def test_the_gazette_words_a_notice_that_others_tell_too(self):
        merged = merge(
            SIREN,
            [
                read("pappers", events=(notice(label="résumé"), notice("A2"))),
                read("bodacc", events=(notice(label="journal officiel"),)),
            ],
        )
        assert {(e.source_id, e.source, e.label) for e in merged.events} == {
            ("A1", "bodacc", "journal officiel"),
            ("A2", "pappers", "annonce"),
        }

    def test_one_that_any_source_calls_cancelled_is(self):
        merged = merge(
            SIREN,
            [
                read("pappers", events=(notice(),)),
                read("bodacc", events=(notice(is_cancelled=True),)),
            ],
        )
        assert merged.events == ()
        assert merged.cancelled_events == ("A1",)


class TestWhatEachSays:
    def test_of_the_identity_is_kept_best_first(self):
        merged = merge(
            SIREN,
            [
                read("pappers", identity=Identity(naf_code="25.61Z", is_active=True)),
                read("rne", identity=Identity(naf_code="25.62B")),
            ],
        )
        assert merged.identity["naf_code"] == "25.62B"
        told = merged.identity_said["naf_code"]
        assert [(one.source, one.value) for one in told] == [
            ("rne", "25.62B"),
            ("pappers", "25.61Z"),
        ]
        assert merged.identity_said["is_active"][0].value is True
        assert "website" not in merged.identity_said

    def test_the_register_of_companies_comes_before_its_digests(self):
        merged = merge(
            SIREN,
            [
                read("inpi_bce", accounts=(year(revenue=1_000_000),)),
                read("rne", accounts=(year(revenue=2_000_000),)),
                read("recherche_entreprises", accounts=(year(revenue=3_000_000),)),
            ],
        )
        assert merged.accounts[0].provenance["revenue"][0] == "rne"
