"""What stands above the list: saved searches and followed lists, one link each."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import reverse

from accounts import perms
from accounts.models import User
from companies import addresses, saved_searches
from companies.addresses import ListAddress
from companies.forms import SearchNameForm
from companies.models import SavedSearch
from companies.search.form import DeskList

# Beyond these, the others are in a menu.
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    url: str
    is_current: bool = False
    # Whose it is, when it is a colleague's.
    author: str = ""


def searches_of(user: User) -> list[SavedSearch]:
    found = SavedSearch.objects.visible_to(user).with_author().by_name()
    return list(found)


def named(searches: Sequence[SavedSearch], public_id: str) -> SavedSearch | None:
    return next((s for s in searches if str(s.public_id) == public_id), None)


def context(
    user: User,
    searches: Sequence[SavedSearch],
    lists: Sequence[DeskList],
    saved: SavedSearch | None,
    address: ListAddress,
    name_form: SearchNameForm | None,
) -> dict[str, Any]:
    """Of `_tabs.html`; ``lists`` are the desk's, those it follows first."""
    tabs = [_tab(each, user, is_current=each == saved) for each in searches]
    first, rest = tabs[:SHOWN], tabs[SHOWN:]
    # The current one is always in sight.
    hidden = [tab for tab in rest if not tab.is_current]
    return {
        "tabs": [*first, *(tab for tab in rest if tab.is_current)],
        "more_tabs": hidden,
        "followed": _followed(lists, address),
        "saved": saved,
        "is_modified": bool(saved and saved_searches.is_modified(saved, address)),
        "may_save": perms.can_write(user) and user.desk_id is not None,
        "may_change_saved": bool(saved and saved_searches.can_change(user, saved)),
        "name_form": name_form or _blank_name_form(),
    }


@cache
def _blank_name_form() -> SearchNameForm:
    """Everybody's, as nobody fills it in: what is refused comes in another."""
    return SearchNameForm(auto_id="save-%s")


def _tab(saved: SavedSearch, user: User, *, is_current: bool) -> Tab:
    author = "" if saved_searches.can_change(user, saved) else str(saved.owner)
    url = reverse("companies:saved_search", args=[saved.public_id])
    return Tab(str(saved.name), url, is_current, author)


def _followed(lists: Sequence[DeskList], address: ListAddress) -> list[Tab]:
    followed = [each for each in lists if each.is_followed]
    return [
        Tab(
            each.name,
            f"{addresses.home()}?liste={each.public_id}",
            address.criteria.liste == (each.public_id,) and not address.saved,
        )
        for each in followed[:SHOWN]
    ]
