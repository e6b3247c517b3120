"""From the definition of an export to the table that is written."""

from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext as _

from exports import profiles
from exports.choice import Choice
from exports.models import Export, Profile
from exports.profiles import Table

# Of these a person keeps the columns they want, in the order they want; the tables of
# a database, the fields of a base and a page are as whoever reads them expects.
CHOSEN_BY_COLUMN = frozenset(
    {Profile.RAPIDE, Profile.ANALYSE, Profile.EXCEL, Profile.COMPLET}
)


class ColumnsGone(ValueError):
    """Says in a sentence which columns a definition names in vain."""


def can_have_contacts(profile: str) -> bool:
    """In columns of its own, or in a table of their own."""
    table = profiles.TABLES[profile]
    return table.has_contacts or table.shape == "tables"


def all_columns(profile: str, *, with_contacts: bool) -> list[str]:
    return profiles.table(profile, with_contacts=with_contacts).names


def still_there(choice: Choice) -> Choice:
    """An earlier definition; raises ColumnsGone when its profile is another today."""
    there = set(all_columns(choice.profile, with_contacts=choice.with_contacts))
    gone = [name for name in choice.columns if name not in there]
    if gone:
        sentence = _("Une colonne n’existe plus dans ce profil : %(names)s.")
        raise ColumnsGone(sentence % {"names": ", ".join(gone)})
    return choice


def table(choice: Choice, *, watermark: str = "") -> Table:
    """With the columns in the order chosen; the watermark's own comes last."""
    found = profiles.table(
        choice.profile,
        with_contacts=choice.with_contacts,
        watermark=watermark,
        columns=list(choice.columns),
    )
    rank = {name: number for number, name in enumerate(choice.columns)}
    ordered = sorted(found.columns, key=lambda each: rank.get(each.name, len(rank)))
    return replace(found, columns=tuple(ordered))


def watermark(export: Export) -> str:
    """Who took contacts out, when, and where to ask; nothing without contacts."""
    if not export.with_contacts:
        return ""
    moment = f"{timezone.localtime(export.created_at):%Y-%m-%d %H:%M}"
    return f"{export.created_by}, {export.desk}, {moment}, {export.public_id}"
