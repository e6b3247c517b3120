"""Reason codes of failed calls: stored in the ledger, shown as French sentences."""

from typing import Final

SENTENCES: Final[dict[str, str]] = {
    "timeout": "La source n’a pas répondu à temps.",
    "connect": "La source est injoignable.",
    "tls": "Le certificat de la source n’est pas valide.",
    "rate_limited": "La source demande d’attendre : trop d’appels.",
    "server_error": "La source est en panne.",
    "bad_status": "La source a refusé la demande.",
    "bad_request": "La source n’a pas compris la demande.",
    "not_json": "La source a envoyé une réponse illisible.",
    "truncated": "La réponse de la source est arrivée incomplète.",
    "too_large": "La réponse de la source dépasse la taille admise.",
    "unexpected_shape": "La source a répondu sous une forme inconnue.",
    "other_company": "La source a répondu pour une autre société.",
    "bad_key": "La clé d’accès à la source est refusée.",
    "no_credit": "Il ne reste plus de jetons chez la source.",
    "no_person": "La personne à chercher n’est plus connue.",
}

# What trying again cannot change. A garbled answer can: sources do send an HTML
# maintenance page with a status of success.
PERMANENT: Final = frozenset(
    {
        "tls",
        "bad_status",
        "bad_request",
        "too_large",
        "unexpected_shape",
        "other_company",
        "bad_key",
        "no_credit",
        "no_person",
    }
)
