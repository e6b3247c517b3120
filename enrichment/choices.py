from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchState(models.TextChoices):
    DRAFT = "draft", _("à lancer")
    RUNNING = "running", _("en cours")
    DONE = "done", _("terminé")
    CANCELLED = "cancelled", _("annulé")


class ItemState(models.TextChoices):
    """Every item is in exactly one; the sum over states is the batch's total."""

    WAITING = "waiting", _("en attente")
    RUNNING = "running", _("en cours")
    DONE = "done", _("enrichie")
    REUSED = "reused", _("réutilisée")
    FAILED = "failed", _("échec")
    NOT_BOUGHT = "not_bought", _("non achetée")
    CANCELLED = "cancelled", _("annulée")


class CallState(models.TextChoices):
    """What became of a call to a source; money moves with these words only."""

    OPEN = "open", _("en vol")
    PAID = "paid", _("payé")
    FREE = "free", _("gratuit")
    NOT_CHARGED = "not_charged", _("non facturé")
    LOST = "lost", _("réponse perdue")


class AnswerStatus(models.TextChoices):
    FOUND = "found", _("trouvée")
    PARTIAL = "partial", _("partielle")
    NOT_FOUND = "not_found", _("inconnue de la source")


class Step(models.TextChoices):
    """What the journal of a batch tells."""

    STARTED = "started", _("lot lancé")
    PAUSED = "paused", _("source en pause")
    CAPPED = "capped", _("plafond atteint")
    RECOVERED = "recovered", _("reprise après arrêt")
    RETRIED = "retried", _("échecs relancés")
    CANCELLED = "cancelled", _("lot arrêté")
    ENDED = "ended", _("lot terminé")


FINAL_ITEM_STATES = (
    ItemState.DONE,
    ItemState.REUSED,
    ItemState.FAILED,
    ItemState.NOT_BOUGHT,
    ItemState.CANCELLED,
)
