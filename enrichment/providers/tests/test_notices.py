import re

import pytest

from enrichment.providers import notices


class TestJudgement:
    @pytest.mark.parametrize(
        ("nature", "complement", "kind"),
        [
            ("Jugement d'ouverture de liquidation judiciaire", "", "proceeding"),
            ("Jugement de conversion en liquidation judiciaire", "", "proceeding"),
            ("Jugement arrêtant le plan de cession", "", "proceeding"),
            ("Jugement de clÃ´ture pour insuffisance d'actif", "", "proceeding_closed"),
            (
                "Jugement mettant fin à la procédure de traitement de sortie de crise"
                " et ouvrant une procédure de liquidation judiciaire",
                "",
                "proceeding",
            ),
            (
                "Jugement de plan de redressement",
                "Plan de continuation de l’activité sur dix ans",
                "proceeding_closed",
            ),
            ("Jugement de plan de redressement", "Plan de cession", "proceeding"),
            ("Autre jugement prononçant", "le redressement judiciaire", "proceeding"),
            ("Autre jugement prononçant", "la faillite personnelle", "other"),
            ("Dépôt de l'état des créances", "", "other"),
            (
                "Liste des créances nées après le jugement d'ouverture d'une procédure"
                " de liquidation judiciaire",
                "",
                "other",
            ),
            ("Jugement prononçant la résolution du plan de sauvegarde", "", "other"),
        ],
    )
    def test_kinds(self, nature, complement, kind):
        assert notices.judgement(None, nature, complement) == kind

    def test_the_family_is_all_that_some_old_ones_have(self):
        assert notices.judgement("Jugement d'ouverture", None, None) == "proceeding"
        assert notices.judgement("Jugement de clôture", None, None) == (
            "proceeding_closed"
        )
        assert notices.judgement("Avis de dépôt", None, None) == "other"

    @pytest.mark.shared
    def test_agrees_with_the_state_directory(self, shared_data):
        """A status there is a proceeding here; its closings and papers never are."""
        rules = shared_data / "api_contracts" / "bodacc_regles_annuaire_entreprises.yml"
        disagreements = {
            nature
            for nature, complement, status in _rules(rules.read_text(encoding="utf-8"))
            if (notices.judgement(None, nature, complement) == "proceeding")
            is not (status != "null")
        }

        assert disagreements == set()


def _rules(text):
    for rule in re.split(r"\n  - nature: ", text)[1:]:
        nature = re.match(r'"(.*?)"', rule)[1]
        complement = re.search(r'complement_contains: "(.*?)"', rule)
        status = re.search(r"statut: (\S+)", rule)[1]
        yield nature, complement[1] if complement else "", status


class TestChange:
    def test_auditors_are_no_leaders(self):
        text = "modification survenue sur l'administration"

        assert notices.change(text, "Président : X") == "leader_change"
        assert notices.change(text, "Commissaire aux comptes : X") == "modification"
        assert notices.change(text, None) == "leader_change"
        assert notices.change("capital", None) == "modification"
        assert notices.change("Mise en location-gérance", None) == "lease_management"


class TestWords:
    def test_a_number_is_the_gazettes_own(self):
        assert notices.gazette_number("A", "20190059", "1847") == "A201900591847"
        assert notices.gazette_number("B", "20220100", "0012") == "B2022010012"
        assert notices.gazette_number("B", None, "12") is None

    def test_a_heading_that_runs_into_names_is_not_shown(self):
        assert notices.heading("Fonds loué à : X", "Modification") == "Modification"
        assert notices.heading(None, "Vente") == "Vente"
        assert notices.heading("Achat d'un fonds", "Vente") == "Achat d'un fonds"
