"""Why rows of contacts, outcomes and oppositions are refused, in words.

``%(value)s`` is the cell as it stood, ``%(hint)s`` the day that is noted already.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

# What is refused because somebody objects is kept in no report.
SECRET: Final = frozenset({"opposed", "company_opposed", "partial"})

REASONS: Final = {
    "no_contact": _("ni courriel ni téléphone sur cette ligne"),
    "malformed": _("«\u00a0%(value)s\u00a0» n’est ni une adresse ni un numéro"),
    "no_basis": _("base légale absente pour les coordonnées d’une personne"),
    "opposed": _("personne inscrite sur la liste d’opposition"),
    "company_opposed": _("société qui refuse l’usage commercial de ses données"),
    "partial": _(
        "société à diffusion partielle\u00a0: aucune donnée de personne n’est gardée"
    ),
    "unknown_company": _("société absente du registre"),
    "contact_expired": _(
        "recueilli le %(value)s\u00a0: la durée de conservation de 3\u00a0ans est finie"
    ),
    "not_an_outcome": _(
        "«\u00a0%(value)s\u00a0» n’est pas une issue\u00a0: gagné, perdu ou écarté"
    ),
    "no_outcome_date": _("issue sans date\u00a0: elle n’apprendrait rien"),
    "later_step": _(
        "le suivi a avancé depuis\u00a0: une étape du %(hint)s suit le %(value)s"
    ),
    "other_day": _("même issue déjà notée, au %(hint)s et non au %(value)s"),
    "who_is_who": _(
        "les prénoms ne sont pas aussi nombreux que les noms\u00a0: on ne peut dire "
        "qui est qui"
    ),
    "nobody_named": _("ni adresse, ni numéro, ni SIREN, ni nom avec SIREN"),
}

# Shown where others may take an import back.
NOT_UNDOABLE: Final = _(
    "Un import d’oppositions ne s’annule pas\u00a0: ce qui a été effacé l’est pour "
    "toujours, et chaque opposition reste inscrite par son empreinte. Le fichier et "
    "les lignes refusées sont supprimés dès la fin de l’import."
)
