"""Where a company is, in a sentence: « à Dagneux, dans l’Ain »."""

from companies import nomenclature
from companies.nomenclature import Place

# Which words stand before a département is usage, not rule: « dans la Loire » but
# « en Haute-Loire ». What is not listed takes « en ».
_USAGE = {
    "dans le ": "14 15 18 25 29 30 32 39 41 45 46 47 56 59 62 63 67 68 69 81 82 83 84"
    " 90 94 95",
    "dans la ": "23 26 42 50 51 55 58 72 80 86",
    "dans l’": "01 02 03 07 09 10 11 12 27 34 36 38 60 61 89 91",
    "dans les ": "04 05 06 08 13 22 40 64 65 66 78 79 88 92 984",
    "à ": "75 974 975 976 977 978 986 989",
}
_WORDS = {code: words for words, codes in _USAGE.items() for code in codes.split()}
_ARTICLES = (("Le ", "au "), ("Les ", "aux "), ("La ", "à La "), ("L’", "à L’"))


def real_apostrophes(text: str) -> str:
    return text.replace("'", "’")


def in_town(name: str) -> str:
    """« à Lyon », « au Mans », « aux Ulis », « à L’Isle-Adam »."""
    text = real_apostrophes(name)
    for article, words in _ARTICLES:
        if text.startswith(article):
            return words + text.removeprefix(article)
    return f"à {text}"


def in_department(code: str) -> str:
    """« dans l’Ain », « en Haute-Savoie »; nothing for an unknown code."""
    name = nomenclature.departments().get(code)
    if name is None:
        return ""
    return f"{_WORDS.get(code, 'en ')}{real_apostrophes(name)}"


def town_of(place: Place | None, commune: str) -> str:
    """The official name with its accents, else what the source wrote.

    « Paris 6e Arrondissement » is « Paris 6e » in a sentence.
    """
    as_written = commune.title() if commune.isupper() else commune
    name = place.name if place else as_written
    return real_apostrophes(name.removesuffix(" Arrondissement"))


def location(place: Place | None, commune: str, department: str) -> str:
    """« à Dagneux, dans l’Ain »; what is not known is left out."""
    town = town_of(place, commune)
    parts = [in_town(town)] if town else []
    name = nomenclature.departments().get(department, "")
    # « à Paris 6e, à Paris » would say it twice.
    if name and not town.startswith(real_apostrophes(name)):
        parts.append(in_department(department))
    return ", ".join(parts)
