"""In which of the desk's lists a company is, and which could take it."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from accounts.models import User
from companies.models import ListEntry, TargetList


@dataclass(frozen=True, slots=True)
class CompanyLists:
    inside: tuple[TargetList, ...]
    outside: tuple[TargetList, ...]


def of(siren: str, *, reader: User) -> CompanyLists:
    entry = ListEntry.objects.filter(list=OuterRef("pk"), siren=siren)
    lists = TargetList.objects.visible_to(reader).by_name()
    found = list(lists.annotate(holds=Exists(entry)))
    return CompanyLists(
        inside=tuple(each for each in found if each.holds),
        outside=tuple(each for each in found if not each.holds),
    )
