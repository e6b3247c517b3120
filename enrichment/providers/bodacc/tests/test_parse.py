import json
from datetime import date
from pathlib import Path

import pytest

from enrichment.providers.bodacc import parse
from enrichment.providers.errors import ProviderError

FIXTURES = Path(__file__).parent.parent / "fixtures"
MADE_UP, OTHER = "732829320", "552100554"
SPACED = "732 829 320"


@pytest.fixture
def facts():
    return parse.parse((FIXTURES / "found.json").read_bytes(), siren=MADE_UP)


def party(siren=SPACED, **members):
    number = {"numeroImmatriculation": {"numeroIdentification": siren}}
    return {"typePersonne": "pm", "denomination": "SPECIMEN"} | number | members


def notice(number="B20220110112", day="2022-06-07", family="modification", **members):
    """As the portal gives it: the objects inside are texts of JSON."""
    told = {"listepersonnes": {"personne": party()}} | members
    written = {
        name: json.dumps(value) if isinstance(value, dict) else value
        for name, value in told.items()
    }
    return {
        "id": number,
        "dateparution": day,
        "familleavis": family,
        "familleavis_lib": "Famille",
        "registre": [MADE_UP, SPACED],
        "typeavis": "annonce",
    } | written


def read(*notices, total=None):
    document = {"total_count": total or len(notices), "results": list(notices)}
    return parse.parse(json.dumps(document).encode(), siren=MADE_UP)


def kinds(*notices):
    return [event.kind for event in read(*notices).events]


class TestKinds:
    def test_of_every_family(self, facts):
        assert [
            (e.kind, str(e.date), e.source_id)
            for e in facts.events
            if not e.is_cancelled
        ] == [
            ("accounts_filed", "2025-03-27", "C202500607002"),
            ("accounts_filed", "2025-03-27", "C202500607001"),
            ("sale", "2025-02-12", "A202500301500"),
            ("other", "2024-04-24", "A202400801501"),
            ("other", "2023-04-24", "A202300801502"),
            ("leader_change", "2021-08-06", "B202101500803"),
            ("modification", "2020-07-22", "B20200140803"),
            ("lease_management", "2019-07-22", "B20190140804"),
            ("proceeding_closed", "2018-02-06", "A201800250901"),
            ("other", "2017-02-13", "A201700300902"),
            ("proceeding", "2016-02-13", "A201600300903"),
            ("modification", "2014-05-10", "B201400900901"),
            ("modification", "2014-04-25", "A201400800902"),
            ("creation", "2009-05-14", "A200900920903"),
        ]

    def test_reads_it_all_without_doubt(self, facts):
        assert facts.warnings == facts.unknown_fields == ()

    def test_no_person_is_named_in_a_label(self, facts):
        assert "FICTIF" not in repr(facts)

    def test_a_deposit_says_which_accounts(self, facts):
        group, own = facts.events[:2]

        assert group.label == "Dépôt des comptes consolidés clos le 30/09/2024"
        assert own.label == "Dépôt des comptes clos le 30/09/2024"

    @pytest.mark.parametrize(
        "written", ["2008-12-31", "31/12/2008", "31 décembre 2008"]
    )
    def test_a_closing_is_read_however_it_is_written(self, written):
        found = read(notice(family="dpc", depot={"dateCloture": written}))

        assert found.events[0].label == "Dépôt des comptes clos le 31/12/2008"

    def test_accounts_filed_under_secrecy_are_a_fact(self, facts):
        (row,) = facts.accounts

        assert (row.closed_on, row.account_type) == (date(2024, 9, 30), "C")
        assert row.confidential
        assert row.revenue is None

    def test_an_unknown_family_is_reported(self):
        found = read(notice(family="nouvelle"))

        assert [event.kind for event in found.events] == ["other"]
        assert "unknown_family results[].familleavis" in found.warnings


class TestSides:
    def test_whoever_is_named_as_former_owner_has_sold(self):
        sold = notice(
            family="vente",
            listepersonnes={"personne": party("552 100 554")},
            listeprecedentproprietaire={"personne": party()},
        )

        assert kinds(sold) == ["sale"]

    def test_whoever_buys_has_not(self):
        bought = notice(
            family="vente",
            listeprecedentproprietaire={"personne": party("552 100 554")},
        )

        assert kinds(bought) == ["other"]

    def test_a_side_that_is_not_told_is_nobodys(self):
        unclear = notice(
            family="vente",
            listeprecedentproprietaire={"personne": {"denomination": "SPECIMEN"}},
        )

        assert kinds(unclear) == ["other"]

    def test_a_former_tenant_makes_it_a_lease(self):
        lease = notice(
            family="vente", listeprecedentexploitant={"personne": party("552 100 554")}
        )

        assert kinds(lease) == ["lease_management"]


class TestWhoItIsAbout:
    @pytest.mark.parametrize(
        "register", ["732829320,732 829 320", SPACED, [SPACED], [MADE_UP, SPACED]]
    )
    def test_the_register_has_several_forms(self, register):
        told = notice(registre=register, listepersonnes=None)

        assert kinds(told) == ["modification"]

    def test_the_number_may_be_only_in_the_crafts_register(self):
        craft = {"inscriptionRM": {"numeroIdentificationRM": SPACED}}
        told = notice(registre=None, listepersonnes={"personne": craft})

        assert kinds(told) == ["modification"]

    def test_a_sole_traders_notice_is_dropped(self):
        alone = {"personne": party(typePersonne="pp", nom="FICTIF")}
        found = read(notice(listepersonnes=alone), notice("B20220110999"))

        assert [event.source_id for event in found.events] == ["B20220110999"]
        assert "FICTIF" not in repr(found)

    def test_a_sale_to_a_person_is_kept_without_the_person(self):
        sold = notice(
            family="vente",
            listepersonnes={"personne": party(None, typePersonne="pp", nom="FICTIF")},
            listeprecedentproprietaire={"personne": party()},
        )

        found = read(sold)

        assert [event.kind for event in found.events] == ["sale"]
        assert "FICTIF" not in repr(found)

    def test_a_notice_about_somebody_else_is_left_out(self):
        stranger = notice(
            "A20220110999",
            registre=[OTHER],
            listepersonnes={"personne": party("552 100 554")},
        )

        found = read(stranger, notice())

        assert [event.source_id for event in found.events] == ["B20220110112"]
        assert "other_company results[].registre" in found.warnings

    def test_an_answer_about_somebody_else_is_refused(self):
        with pytest.raises(ProviderError) as caught:
            parse.parse((FIXTURES / "found.json").read_bytes(), siren="542065479")

        assert caught.value.reason == "other_company"


class TestCorrections:
    def previous(self, number=12):
        return {
            "nomPublication": "BODACC B",
            "numeroParution": "20220100",
            "dateParution": "1er juin 2022",
            "numeroAnnonce": number,
        }

    def corrected(self, kind, **members):
        first = notice("B2022010012", "2022-06-01")
        return first, notice(typeavis=kind, **members)

    def cancelled(self, *notices):
        return {e.source_id for e in read(*notices).events if e.is_cancelled}

    @pytest.mark.parametrize("number", [12, "12", "0012"])
    def test_an_annulment_cancels_the_notice_and_itself(self, number):
        pair = self.corrected("annulation", parutionavisprecedent=self.previous(number))

        assert self.cancelled(*pair) == {"B2022010012", "B20220110112"}

    def test_a_correction_takes_the_place_of_the_notice(self):
        pair = self.corrected("rectificatif", parutionavisprecedent=self.previous())

        assert self.cancelled(*pair) == {"B2022010012"}

    @pytest.mark.parametrize("kind", ["annulation", "rectificatif"])
    def test_one_that_does_not_say_which_is_for_the_last_alike(self, kind):
        first, second = self.corrected(kind)
        older = notice("B2021010012", "2021-06-01")
        unlike = notice(
            "B2022010599",
            "2022-06-03",
            modificationsgenerales={
                "descriptif": "modification survenue sur le capital"
            },
        )

        found = read(older, first, unlike, second)

        fallen = {e.source_id for e in found.events if e.is_cancelled}
        assert fallen - {"B20220110112"} == {"B2022010012"}
        assert "no_previous_notice B20220110112" in found.warnings

    def test_a_removal_taken_back_closes_nothing(self):
        removed = notice("B2022010012", "2022-06-01", family="radiation")
        back = notice(
            family="radiation",
            typeavis="rectificatif",
            radiationaurcs={"commentaire": "Rapport de radiation d'office"},
            parutionavisprecedent=self.previous(),
        )

        assert self.cancelled(removed, back) == {"B2022010012", "B20220110112"}

    def test_a_judgement_that_was_opposed_falls(self):
        judged = notice("B2022010012", "2022-06-01", family="collective")
        opposed = notice(
            family="collective",
            jugement={"famille": "Rétractation sur tierce opposition"},
            parutionavisprecedent=self.previous(),
        )

        assert self.cancelled(judged, opposed) == {"B2022010012", "B20220110112"}


class TestRemoval:
    gone = notice("B20220110901", "2022-06-07", family="radiation")

    def test_is_a_closing_when_nothing_follows(self):
        filed = notice("C20220200902", "2022-08-07", family="dpc")

        assert kinds(self.gone, filed) == ["accounts_filed", "closing"]

    def test_is_not_when_the_company_lives_on(self):
        later = notice("B20230110902", "2023-06-07")

        assert "closing" not in kinds(self.gone, later)

    def test_is_not_when_it_went_to_another_court(self):
        move = {"immatriculation": {"categorieImmatriculation": "suite à transfert"}}
        entered = notice(
            "A20220100903",
            "2022-05-20",
            family="immatriculation",
            acte=move,
            numerodepartement="69",
        )
        left = self.gone | {"numerodepartement": "38"}

        assert "closing" not in kinds(entered, left)
        assert "closing" in kinds(entered, self.gone | {"numerodepartement": "69"})


class TestShape:
    def test_more_notices_than_a_page_are_said(self):
        assert "more_notices 1/140" in read(notice(), total=140).warnings

    def test_an_object_that_is_no_json_costs_a_field(self):
        found = read(notice(modificationsgenerales="{'descriptif': rien"))

        assert [event.kind for event in found.events] == ["modification"]
        assert "bad_json results[].modificationsgenerales" in found.warnings

    def test_an_object_may_come_as_one(self):
        told = notice() | {"modificationsgenerales": {"descriptif": "administration"}}

        assert kinds(told) == ["leader_change"]

    def test_new_members_are_reported_inside_too(self):
        found = read(notice(nouveau=1, jugement={"autre": 1}, family="collective"))

        assert found.unknown_fields == (
            "results[].jugement.autre",
            "results[].nouveau",
        )

    def test_the_older_api_reads_the_same(self):
        old = {"nhits": 1, "records": [{"recordid": "x", "fields": notice()}]}
        found = parse.parse(json.dumps(old).encode(), siren=MADE_UP)

        assert found.events == read(notice()).events


def test_the_recorded_answer_reads_as_by_hand():
    raw = (FIXTURES / "recorded_v1.json").read_bytes()
    found = parse.parse(raw, siren="880878145")

    assert [(e.kind, str(e.date), e.label, e.source_id) for e in found.events] == [
        ("closing", "2022-11-23", "Radiation", "B20220227446"),
        (
            "accounts_filed",
            "2022-05-08",
            "Dépôt des comptes clos le 31/12/2021",
            "C202200902528",
        ),
        (
            "accounts_filed",
            "2021-08-11",
            "Dépôt des comptes clos le 31/12/2020",
            "C202101554392",
        ),
    ]
    assert [(str(r.closed_on), r.confidential) for r in found.accounts] == [
        ("2021-12-31", True),
        ("2020-12-31", True),
    ]
    assert found.unknown_fields == found.warnings == ()


@pytest.mark.shared
def test_every_recorded_answer_reads_without_drift(shared_data):
    files = sorted((shared_data / "api_samples" / "bodacc").glob("*.json"))

    for file in files:
        siren = file.stem.rpartition("_")[2]
        found = parse.parse(file.read_bytes(), siren=siren)
        assert found.events
        assert found.unknown_fields == found.warnings == ()
    assert files
