"""Why something may not be done with contacts, as a code and as a sentence."""

from typing import Final

from django.utils.translation import gettext_lazy as _

SENTENCES: Final = {
    "malformed": _("Ce n’est ni une adresse, ni un numéro, ni un profil."),
    "opposed": _("Cette personne s’est opposée à l’usage de ses coordonnées."),
    "company_opposed": _("La société refuse l’usage commercial de ses données."),
    "partial": _("Diffusion partielle\u00a0: aucune donnée de personne n’est gardée."),
    "unknown_company": _("La société n’est pas au registre."),
    "not_held": _("Rien n’est gardé sous cette référence."),
}

# Why the value of one contact is not shown.
WITHHELD: Final = {
    "not_informed": _("la personne n’a pas été informée dans les 30 jours"),
    "expired": _("sa conservation est finie"),
}


class ContactsRefused(Exception):
    """The law, or the person, says no; ``reason`` is a code of ``SENTENCES``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.reason])
