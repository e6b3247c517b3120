from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchState(models.TextChoices):
    DRAFT = "draft", _("à lancer")
    RUNNING = "running", _("en cours")
    PAUSED = "paused", _("en pause")
    DONE = "done", _("terminé")
    CANCELLED = "cancelled", _("annulé")


class BatchKind(models.TextChoices):
    """Who wants it, which decides its queue and who reads of it."""

    ASKED = "asked", _("demandé")
    ONE = "one", _("une société")
    CONTACTS = "contacts", _("contacts")
    SCHEDULED = "scheduled", _("programmé")


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


class MoneyKind(models.TextChoices):
    HOLD = "hold", _("retenu")
    REFUND = "refund", _("rendu")
    EXTRA = "extra", _("supplément")


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
    HELD = "held", _("lot mis en pause")
    RESUMED = "resumed", _("lot repris")
    OVER_BUDGET = "over_budget", _("budget du jour atteint")
    OUT_OF_UNITS = "out_of_units", _("réserve de la source épuisée")
    OUT_OF_CALLS = "out_of_calls", _("appels du jour épuisés")
    BEST_FIRST = "best_first", _("les plus utiles d’abord")
    SETTLED = "settled", _("achats évités")
    TAKEN_UP = "taken_up", _("non achetées reprises")
    ENDED = "ended", _("lot terminé")


FINAL_ITEM_STATES = (
    ItemState.DONE,
    ItemState.REUSED,
    ItemState.FAILED,
    ItemState.NOT_BOUGHT,
    ItemState.CANCELLED,
)
# Asking again would change nothing, or pay for the same answer.
NOT_RETRYABLE = (
    "not_found",
    "unknown_company",
    "unexpected_shape",
    "other_company",
    "bad_request",
    "too_large",
)
