"""SIRENs pasted in the search: read, told line by line, then looked for."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import sessions
from accounts.models import User
from companies import addresses, pasting
from companies.addresses import ListAddress
from companies.pasting import Reading
from companies.search import phrase
from companies.search.form import SearchForm
from mainsite.lib.formatting import number
from mainsite.lib.http import render_page
from mainsite.lib.shedding import expensive

UNPROCESSABLE = 422
# Of the lines to look at again; the others are counted.
SHOWN_LINES = 500


@expensive()
@require_http_methods(["GET", "HEAD", "POST"])
def paste(request: HttpRequest) -> HttpResponse:
    """The other filters stay, in ``requete``; ``tel_quel`` takes what can be read."""
    user = sessions.signed_in_user(request)
    given = request.POST if request.method == "POST" else request.GET
    listed = QueryDict(given.get("requete", ""))
    form = SearchForm(listed, desk_id=user.desk_id)
    form.is_valid()
    address = addresses.of(listed, form, saved=addresses.saved_in(listed))
    if request.method != "POST":
        return _page(request, address)
    reading = pasting.read(given.get("texte", ""))
    refused = " ".join(form.in_words()) or _why_not(user, reading)
    if refused or (reading.refused and "tel_quel" not in given):
        context = {
            "reading": reading,
            "shown": reading.refused[:SHOWN_LINES],
            "hidden_lines": max(len(reading.refused) - SHOWN_LINES, 0),
            "text": given.get("texte", ""),
        }
        return _page(request, address, refused=refused, status=UNPROCESSABLE, **context)
    return redirect(_found(user, address, reading))


def _why_not(user: User, reading: Reading) -> str:
    count = len(reading.sirens)
    if not count:
        return _("Aucun SIREN n’a été lu\u00a0: collez des nombres de neuf chiffres.")
    if count > pasting.MOST:
        sentence = _(
            "%(n)s SIREN\u00a0: la recherche en prend %(most)s."
            " Importez-les plutôt comme une liste."
        )
        return sentence % {"n": number(count), "most": number(pasting.MOST)}
    if count > pasting.IN_ADDRESS and user.desk_id is None:
        return _("Une longue liste appartient à une équipe, et vous n’en avez pas.")
    return ""


def _found(user: User, address: ListAddress, reading: Reading) -> str:
    criteria = replace(address.criteria, siren=reading.sirens, collage="")
    if len(reading.sirens) > pasting.IN_ADDRESS:
        kept = pasting.keep(sirens=reading.sirens, by=user)
        criteria = replace(criteria, collage=str(kept.public_id))
    return address.but(criteria=criteria).url


def _page(
    request: HttpRequest,
    address: ListAddress,
    *,
    refused: str = "",
    status: int = 200,
    **about: Any,
) -> HttpResponse:
    others = address.criteria.without("siren")
    context = {
        "query": address.query,
        "back": address.url,
        "others": "" if others.is_empty else phrase.in_words(others),
        "refused": refused,
        "most": pasting.MOST,
        **about,
    }
    return render_page(request, "companies/paste.html", context, status=status)
