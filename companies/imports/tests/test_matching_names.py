"""How names are read and compared, and where a row says that its company is."""

import polars as pl
import pytest

from companies import nomenclature
from companies.imports.matching import likeness, names, spots
from companies.imports.matching.likeness import Frequencies, Name


def split(text):
    row = names.split_table(pl.DataFrame({"text": [text]}), "text").row(0, named=True)
    return Name(
        text, row["fold"], tuple(row["words"]), row["compact"], tuple(row["forms"])
    )


KNOWN = Frequencies(1_000_000, {"FRANCE": 20_000, "TRANSPORT": 9_000, "MARTIN": 4_000})


def alike(one, other, towns=()):
    return likeness.compare(split(one), split(other), KNOWN, towns)


class TestWords:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("SARL Mécanique du Lac", ("MECANIQUE", "LAC")),
            ("Société d’exploitation Bœuf & Cie", ("EXPLOITATION", "BOEUF")),
            ("S.A.R.L. DUPONT", ("DUPONT",)),
            ("ETS DUPONT FRÈRES", ("DUPONT", "FRERE")),
            ("ASSOC. SAINT-JEAN", ("ST", "JEAN")),
            ("2.E.2.I.", ("2E2I",)),
            ("***GLAXO SMITH***", ("GLAXO", "SMITH")),
            ("CTRE HOSP DE VIRE", ("CENTRE", "HOSPITALIER", "VIRE")),
            # When nothing else is left, what is left out says it.
            ("LA SOCIÉTÉ", ("LA", "STE")),
        ],
    )
    def test_are_those_that_tell_which_company_it_is(self, text, words):
        assert split(text).words == words

    def test_forms_are_told_apart_from_the_name(self):
        assert split("SCI DU LAC").families == {"property"}
        assert split("S.A.S. DU LAC").families == {"trade"}


class TestCompare:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("MÉCANIQUE DU LAC", "SARL Mecanique du lac"),
            ("E M C C", "E.M.C.C."),
            ("FITNESS BOUTIQUE", "FITNESSBOUTIQUE"),
        ],
    )
    def test_the_same_name_however_written_is_one(self, one, other):
        assert alike(one, other).value == 1

    def test_a_name_cut_at_38_characters_goes_on(self):
        cut = "CAISSE REGIONALE DE CREDIT MARITIME MU"
        assert alike(cut, cut + "TUEL DE BRETAGNE").how == "cut"
        assert alike("CAISSE", "CAISSE REGIONALE DE CREDIT").how != "cut"

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("DUPONT MENUISERIE", "MENUISERIE DUPONT"),
            ("CTRE ADMINISTR DUVALLON", "CENTRE ADMINISTRATIF DUVALLON"),
            ("ENTREPRISE LAVERGNNE BATIMENT", "LAVERGNE BATIMENT"),
            ("TRANSPORTS LAVREGNE", "TRANSPORT LAVERGNE"),
        ],
    )
    def test_short_and_wrong_spellings_are_near(self, one, other):
        assert alike(one, other).value > 0.85

    def test_a_rare_word_tells_more_than_a_common_one(self):
        rare = alike("CHIMICOLOR FRANCE", "CHIMICOLOR").value
        assert rare > alike("CHIMICOLOR FRANCE", "FRANCE").value

    @pytest.mark.parametrize(
        "other", ["CHIMICOLOR HOLDING", "GROUPE CHIMICOLOR", "CHIMICOLOR 2"]
    )
    def test_what_tells_two_companies_of_a_family_apart_is_seen(self, other):
        assert alike("CHIMICOLOR", other).is_apart

    def test_the_town_in_a_name_says_where_and_not_who(self):
        with_town = alike("OPTIQUE VALOISE METZ", "OPTIQUE VALOISE", {"METZ"}).value
        assert with_town > 0.9 > alike("OPTIQUE VALOISE METZ", "OPTIQUE VALOISE").value

    def test_initials_are_a_hint_and_no_more(self):
        found = alike("CCPL", "Communauté de communes du Pays de Lumbres")
        assert (found.how, found.value) == ("initials", likeness.INITIALS)

    def test_nothing_in_common_is_nothing(self):
        assert alike("ALPHA", "OMEGA").value == 0

    def test_a_property_company_is_not_a_company_of_trade(self):
        families = [split(f"{f} DU LAC").families for f in ("SCI", "SARL", "SELARL")]
        assert likeness.are_apart(families[0], families[1])
        assert not likeness.are_apart(families[1], families[2])
        assert not likeness.are_apart(families[0], frozenset())


class TestSpots:
    @pytest.mark.parametrize(
        ("postal_code", "commune", "code"),
        [
            ("57000", "METZ", "57463"),
            ("", "Saint-Étienne CEDEX 2", "42218"),
            ("1000", "Bourg en Bresse", "01053"),
            ("31016", "TOULOUSE", "31555"),
            ("", "ST LARY SOULAN", "65388"),
            ("20090", "AJACCIO", "2A004"),
        ],
    )
    def test_reads_towns_as_people_write_them(self, postal_code, commune, code):
        place = nomenclature.places()[code]
        spot = spots.read(postal_code, commune)
        assert (spot.communes, spot.department) == ({place.id}, place.department)

    def test_an_arrondissement_is_of_its_city_and_not_the_others(self):
        places = nomenclature.places()
        fifteenth = {places["75115"].id, places["75056"].id}
        assert spots.read("75015", "").communes == fifteenth
        assert spots.read("75015", "PARIS").communes == fifteenth
        assert len(spots.read("", "PARIS CEDEX 15").communes) == 21

    def test_a_name_of_several_towns_says_no_departement(self):
        spot = spots.read("", "Saint-Denis")
        assert (len(spot.communes) > 1, spot.department) == (True, "")

    def test_a_code_of_no_town_still_says_the_departement(self):
        assert spots.read("57999", "") == spots.Spot(frozenset(), "57")

    @pytest.mark.parametrize("code", ["", "ABCDE", "123", "99999"])
    def test_what_is_no_place_is_nowhere(self, code):
        assert not spots.read(code, "Nulle Part Ville").is_known
