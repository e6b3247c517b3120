import pytest

from companies import nomenclature, place_words


class TestInTown:
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("Dagneux", "à Dagneux"),
            ("Le Mans", "au Mans"),
            ("Les Ulis", "aux Ulis"),
            ("La Rochelle", "à La Rochelle"),
            ("L'Isle-Adam", "à L’Isle-Adam"),
        ],
    )
    def test_puts_the_words_that_usage_wants(self, name, words):
        assert place_words.in_town(name) == words


class TestInDepartment:
    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("01", "dans l’Ain"),
            ("69", "dans le Rhône"),
            ("42", "dans la Loire"),
            ("40", "dans les Landes"),
            ("74", "en Haute-Savoie"),
            ("35", "en Ille-et-Vilaine"),
            ("21", "en Côte-d’Or"),
            ("2A", "en Corse-du-Sud"),
            ("974", "à La Réunion"),
            ("", ""),
            ("20", ""),
        ],
    )
    def test_puts_the_words_that_usage_wants(self, code, words):
        assert place_words.in_department(code) == words

    def test_has_words_for_every_department(self):
        for code in nomenclature.departments():
            assert place_words.in_department(code)


class TestLocation:
    def test_says_town_and_department(self):
        place = nomenclature.places()["01142"]
        words = place_words.location(place, "DAGNEUX", "01")
        assert words == "à Dagneux, dans l’Ain"

    def test_does_not_say_paris_twice(self):
        place = nomenclature.places()["75106"]
        assert place_words.location(place, "PARIS", "75") == "à Paris 6e"

    def test_leaves_out_what_is_not_known(self):
        assert place_words.location(None, "", "39") == "dans le Jura"
        assert place_words.location(None, "SAINT CLAUDE", "") == "à Saint Claude"
        assert place_words.location(None, "", "") == ""
