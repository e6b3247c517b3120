from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """The pipeline of product.md, rule 7; no row means ``prospect``."""

    PROSPECT = "prospect", _("Prospect")
    CONTACTE = "contacte", _("Contacté")
    QUALIFICATION = "qualification", _("Qualification")
    NEGOCIATION = "negociation", _("Négociation")
    GAGNE = "gagne", _("Gagné")
    PERDU = "perdu", _("Perdu")
    ECARTE = "ecarte", _("Écarté")
    EN_SOMMEIL = "en_sommeil", _("En sommeil")


class AccountType(models.TextChoices):
    """Growth is computed inside one type only."""

    COMPANY = "C", _("comptes sociaux")
    SIMPLIFIED = "S", _("comptes sociaux simplifiés")
    CONSOLIDATED = "K", _("comptes consolidés")


class Diffusion(models.TextChoices):
    FULL = "O", _("complète")
    PARTIAL = "P", _("partielle")


class Source(models.TextChoices):
    """Where a figure comes from; provider names are those of enrichment."""

    SIRENE = "sirene", _("INSEE, Sirene")
    INPI_BCE = "inpi_bce", _("INPI, ratios financiers")
    RECHERCHE_ENTREPRISES = "recherche_entreprises", _("Recherche d’entreprises")
    PAPPERS = "pappers", _("Pappers")
    BODACC = "bodacc", _("BODACC")
    RNE = "rne", _("INPI, registre national")
    KASPR = "kaspr", _("Kaspr")
    IMPORT = "import", _("fichier importé")


class EventKind(models.TextChoices):
    SALE = "sale", _("Cession de fonds publiée")
    CLOSING = "closing", _("Radiation")
    PROCEEDING = "proceeding", _("Procédure collective ouverte")
    PROCEEDING_CLOSED = "proceeding_closed", _("Procédure collective clôturée")
    LEADER_CHANGE = "leader_change", _("Changement de dirigeant")
    ACCOUNTS_FILED = "accounts_filed", _("Dépôt des comptes")
    LEASE_MANAGEMENT = "lease_management", _("Location-gérance")
    CREATION = "creation", _("Immatriculation")
    MODIFICATION = "modification", _("Modification")
    OTHER = "other", _("Annonce")


class ListChangeKind(models.TextChoices):
    """What a selection does to a list; an undo takes out what one addition put in."""

    ADD = "add", _("ajout")
    REMOVE = "remove", _("retrait")
    UNDO = "undo", _("annulation")


class ListChangeState(models.TextChoices):
    QUEUED = "queued", _("en attente")
    RUNNING = "running", _("en cours")
    DONE = "done", _("fait")
    FAILED = "failed", _("échec")


class ScoreState(models.IntegerChoices):
    EVALUABLE = 1, _("évaluable")
    NOT_EVALUABLE = 2, _("non évaluable")


class ContactKind(models.TextChoices):
    EMAIL = "email", _("courriel")
    PHONE = "phone", _("téléphone")


class OpposedThing(models.TextChoices):
    """What an opposition is about, hence what its fingerprint was made of."""

    EMAIL = "email", _("courriel")
    PHONE = "phone", _("téléphone")
    PERSON = "person", _("personne d’une société")
    COMPANY = "company", _("société")


class OppositionReason(models.TextChoices):
    OBJECTION = "objection", _("opposition de la personne")
    ERASURE = "erasure", _("effacement demandé par la personne")
    RECALL = "recall", _("retrait demandé par la source")
    REGISTER = "register", _("opposition inscrite au registre")


class ErasureReason(models.TextChoices):
    OPPOSITION = "opposition", _("opposition")
    RETENTION = "retention", _("fin de conservation")


# Short words, for a cell of the list, of the codes that scoring leaves on a target.
RED_FLAGS = {
    "sold": _("cédée"),
    "proceeding": _("procéd."),
    "losses": _("3 pertes"),
    "equity": _("FP ≤ 0"),
}
RED_FLAG_TITLES = {
    "sold": _("plafonnée : cession ou fermeture publiée"),
    "proceeding": _("plafonnée : procédure collective ouverte"),
    "losses": _("plafonnée : trois pertes de suite"),
    "equity": _("plafonnée : capitaux propres négatifs ou nuls"),
}
MISSING_GROUPS = {
    "accounts": _("comptes"),
    "history": _("antériorité"),
    "balance": _("bilan"),
    "headcount": _("effectif"),
    "leader": _("âge du dirigeant"),
    "register": _("registre"),
}
