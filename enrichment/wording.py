"""Codes as sentences: what was read, what failed, and what happens next."""

import math
from collections.abc import Collection, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from companies.choices import Source
from enrichment.choices import NOT_RETRYABLE
from enrichment.providers.registry import provider_classes
from enrichment.sources import Terms
from enrichment.stopping import Stop
from mainsite.lib import formatting
from mainsite.lib.limiter import GateState
from mainsite.lib.sheets.siren_cells import Refusal, Repair

# The source may have done the work, and charged it.
CHARGE_UNKNOWN: Final = frozenset({"timeout", "truncated", "not_json"})

Words = Mapping[str, Promise]

FILE_REFUSED: Words = {
    "empty": gettext_lazy("Cette liste est vide."),
    "header_only": gettext_lazy("Cette liste n’a qu’une ligne d’en-tête."),
    "binary": gettext_lazy(
        "Ce fichier n’est pas du texte. Envoyez un CSV (séparateur\u00a0; ou ,)."
    ),
    "workbook": gettext_lazy(
        "C’est un classeur Excel. Enregistrez-le en CSV, puis envoyez le CSV."
    ),
    "too_large": gettext_lazy("Ce fichier dépasse 200\u00a0Mo."),
    "too_many_rows": gettext_lazy("Cette liste dépasse 2\u00a0000\u00a0000 de lignes."),
    "too_many_columns": gettext_lazy("Une ligne a plus de 200\u00a0colonnes."),
    "cell_too_long": gettext_lazy("Une cellule dépasse 32\u00a0000\u00a0caractères."),
    "unreadable": gettext_lazy("Une ligne ne se lit pas comme du CSV."),
    "open_quote": gettext_lazy("Un guillemet ouvert n’est pas refermé."),
    "unknown_encoding": gettext_lazy(
        "L’encodage n’est ni UTF-8, ni Windows-1252, ni UTF-16."
    ),
    "mixed_encoding": gettext_lazy(
        "Deux encodages sont mélangés dans ce fichier\u00a0: enregistrez-le de nouveau "
        "en UTF-8."
    ),
    "no_siren_column": gettext_lazy(
        "Aucune colonne ne porte de SIREN. Nommez-en une «\u00a0siren\u00a0» ou "
        "«\u00a0siret\u00a0»."
    ),
    "nothing_accepted": gettext_lazy(
        "Aucune ligne n’est un SIREN utilisable\u00a0: rien n’a été enregistré."
    ),
    "nothing_given": gettext_lazy("Collez des SIREN ou choisissez un fichier."),
}

REFUSALS: Words = {
    Refusal.EMPTY: gettext_lazy("SIREN absent"),
    Refusal.RAGGED: gettext_lazy("ligne incomplète ou décalée"),
    Refusal.FORMULA: gettext_lazy("formule au lieu d’un SIREN"),
    Refusal.SCIENTIFIC: gettext_lazy(
        "notation scientifique du tableur\u00a0: des chiffres sont perdus"
    ),
    Refusal.LETTERS: gettext_lazy("autre chose que des chiffres"),
    Refusal.EIGHT_DIGITS: gettext_lazy(
        "8\u00a0chiffres, et la clé reste fausse avec un zéro devant"
    ),
    Refusal.TEN_DIGITS: gettext_lazy("10\u00a0chiffres\u00a0: un de trop"),
    Refusal.WRONG_LENGTH: gettext_lazy("ni SIREN (9 chiffres) ni SIRET (14)"),
    Refusal.KEY: gettext_lazy("clé de Luhn fausse"),
    Refusal.SIRET_KEY: gettext_lazy("clé de SIRET fausse"),
    Refusal.NOBODY: gettext_lazy("numéro de remplissage, d’aucune société"),
    Refusal.DUPLICATE: gettext_lazy("doublon"),
}

SHORT_REFUSALS: Words = {
    **REFUSALS,
    Refusal.SCIENTIFIC: gettext_lazy("notation scientifique"),
    Refusal.EIGHT_DIGITS: gettext_lazy("8\u00a0chiffres non réparables"),
    Refusal.WRONG_LENGTH: gettext_lazy("ni SIREN ni SIRET"),
    Refusal.NOBODY: gettext_lazy("numéro de remplissage"),
}

REPAIRS: Words = {
    Repair.LOST_ZERO: gettext_lazy("zéro de tête perdu par le tableur, remis"),
    Repair.SEPARATORS: gettext_lazy("espaces ou points retirés"),
    Repair.DECIMAL: gettext_lazy("décimales du tableur retirées"),
    Repair.FROM_SIRET: gettext_lazy("SIRET donné\u00a0: ses neuf premiers chiffres"),
}

FAILURES: Words = {
    "timeout": gettext_lazy("Délai dépassé"),
    "connect": gettext_lazy("Source injoignable"),
    "tls": gettext_lazy("Certificat de la source invalide"),
    "rate_limited": gettext_lazy("Trop d’appels selon la source"),
    "server_error": gettext_lazy("Source en panne"),
    "bad_status": gettext_lazy("Demande refusée par la source"),
    "bad_request": gettext_lazy("Demande incomprise de la source"),
    "not_json": gettext_lazy("Réponse illisible"),
    "truncated": gettext_lazy("Réponse incomplète"),
    "too_large": gettext_lazy("Réponse trop volumineuse"),
    "unexpected_shape": gettext_lazy("Réponse d’une forme inconnue"),
    "other_company": gettext_lazy("Réponse pour une autre société"),
    "bad_key": gettext_lazy("Clé d’accès refusée"),
    "no_person": gettext_lazy("Personne à chercher inconnue"),
    "no_credit": gettext_lazy("Plus de jetons chez la source"),
    "answer_lost": gettext_lazy("Réponse perdue, service arrêté plusieurs fois"),
    "not_found": gettext_lazy("Inconnue de la source"),
    "unknown_company": gettext_lazy("Société inconnue du registre et des sources"),
    "internal": gettext_lazy("Erreur de notre part, notée au journal technique"),
}

# Not a failure: nothing was asked, nothing was spent.
NOT_BOUGHT: Words = {
    "cap": gettext_lazy("Plafond du lot atteint"),
    "budget": gettext_lazy("Budget du jour atteint"),
    "units": gettext_lazy("Réserve de la source épuisée"),
    "no_credit": gettext_lazy("Plus de jetons chez la source"),
    "quota": gettext_lazy("Appels du jour de la source épuisés"),
    "settled": gettext_lazy("Rien à y gagner"),
    "closed": gettext_lazy("Société cessée"),
    "not_found": gettext_lazy("Les sources gratuites ne la connaissent pas"),
    "found_already": gettext_lazy("Déjà trouvé par une source précédente"),
    "opposed": gettext_lazy("La société refuse la prospection"),
    "partial": gettext_lazy("Diffusion partielle\u00a0: aucune donnée de personne"),
    "no_price": gettext_lazy("Prix à renseigner"),
    "no_key": gettext_lazy("Clé d’accès à renseigner"),
    "no_assessment": gettext_lazy("Évaluation de la source à signer"),
    "disabled": gettext_lazy("Source désactivée par l’exploitation"),
}
# What more money, or another day, would buy.
TAKEN_UP: Final = ("cap", "budget", "units", "no_credit", "quota")

OFF: Words = {
    "no_price": gettext_lazy("prix à renseigner"),
    "no_key": gettext_lazy("clé d’accès à renseigner"),
    "no_assessment": gettext_lazy("évaluation de la source à signer"),
    "disabled": gettext_lazy("désactivée par l’exploitation"),
}

# What a source is asked for, by the groups of fields that it declares.
GIVES: Words = {
    "register": gettext_lazy("identité"),
    "leader": gettext_lazy("dirigeants"),
    "accounts": gettext_lazy("derniers comptes"),
    "history": gettext_lazy("comptes sur plusieurs années"),
    "balance": gettext_lazy("bilan"),
    "headcount": gettext_lazy("effectif"),
    "events": gettext_lazy("annonces légales"),
    "email": gettext_lazy("courriel"),
    "phone": gettext_lazy("téléphone"),
}

# What is counted in a pool of a source; "" where it has one only.
UNITS: Words = {
    "": gettext_lazy("jetons"),
    "work_email": gettext_lazy("crédits courriel professionnel"),
    "direct_email": gettext_lazy("crédits courriel direct"),
    "phone": gettext_lazy("crédits téléphone"),
    "export": gettext_lazy("crédits export"),
}

SEPARATORS: Words = {
    ";": gettext_lazy("point-virgule"),
    ",": gettext_lazy("virgule"),
    "\t": gettext_lazy("tabulation"),
    "|": gettext_lazy("barre verticale"),
    "": gettext_lazy("aucun, une valeur par ligne"),
}

ENCODINGS: Mapping[str, str] = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 (BOM)",
    "cp1252": "Windows-1252",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
}


def refusal(reason: str, hint: str = "") -> str:
    """Why a line was refused, with the figure that makes it checkable."""
    if reason == Refusal.DUPLICATE:
        return _("doublon de la ligne %(line)s") % {"line": hint}
    if reason == Refusal.WRONG_LENGTH:
        return _("%(count)s\u00a0chiffres, ni SIREN ni SIRET") % {"count": hint}
    if reason == Refusal.RAGGED and "/" in hint:
        got, wanted = hint.split("/")
        sentence = _("ligne décalée\u00a0: %(got)s colonnes au lieu de %(wanted)s")
        return sentence % {"got": got, "wanted": wanted}
    return str(REFUSALS.get(reason, reason))


def advice(reason: str, hint: str = "") -> str:
    """What to do about a refused line; "" when there is nothing to say."""
    if reason == Refusal.DUPLICATE:
        return _("ligne %(line)s gardée") % {"line": hint}
    if reason == Refusal.SIRET_KEY and hint:
        return _("le SIREN %(siren)s, lui, est valide") % {"siren": hint}
    told: Words = {
        Refusal.KEY: gettext_lazy("vérifier les derniers chiffres"),
        Refusal.SIRET_KEY: gettext_lazy("vérifier les derniers chiffres"),
        Refusal.FORMULA: gettext_lazy("jamais exécutée"),
        Refusal.SCIENTIFIC: gettext_lazy("mettre la colonne au format texte"),
        Refusal.RAGGED: gettext_lazy("mettre les cellules entre guillemets"),
        Refusal.EIGHT_DIGITS: gettext_lazy("retrouver le chiffre manquant"),
        Refusal.TEN_DIGITS: gettext_lazy("retrouver le chiffre en trop"),
    }
    return str(told.get(reason, ""))


def what_happens(reason: str, *, is_paid: bool) -> str:
    """The last column of the failures: what follows, and what it cost."""
    if reason in {"not_found", "unknown_company"}:
        return _("définitif, rien n’est facturé")
    if reason in NOT_RETRYABLE:
        return _("définitif, signalé à l’exploitation")
    if reason in {"bad_key", "no_credit"}:
        return _("à relancer quand l’exploitation y aura pourvu")
    if reason == "answer_lost" or (is_paid and reason in CHARGE_UNKNOWN):
        return _("relançable\u00a0; l’appel reste compté tant que la source se tait")
    return _("relançable, sans frais pour l’essai manqué")


def why_not_bought(reason: str) -> str:
    """What follows for an item that was not bought."""
    if reason in {"cap", "budget"}:
        return _("la limite est tenue\u00a0; à reprendre avec un nouveau plafond")
    if reason in {"units", "no_credit", "quota"}:
        return _("à reprendre quand la source en aura de nouveau")
    if reason == "settled":
        return _("aucun point du score n’en dépend plus")
    if reason in {"not_found", "closed"}:
        return _("aucun appel payant pour elle")
    if reason == "found_already":
        return _("rien de plus n’est demandé")
    if reason in {"opposed", "partial"}:
        return _("aucun contact n’est demandé pour elle")
    return _("à reprendre quand l’exploitation y aura pourvu")


def off(reason: str) -> str:
    """Why a source cannot be asked, "" when it can."""
    return str(OFF.get(reason, reason))


def held(terms: Terms) -> str:
    """What ops say of a source that they hold."""
    words = _("suspendue par l’exploitation")
    return f"{words}\u00a0: {terms.held_reason}" if terms.held_reason else words


def rests_or_pauses(gate: GateState) -> str:
    """Why a source is left alone for now, "" when it is not."""
    if gate.circuit == "open":
        sentence = _("en panne, nouvel essai dans %(seconds)s\u00a0s")
        return sentence % {"seconds": math.ceil(gate.rests_s)}
    if gate.paused_s:
        sentence = _("attend %(seconds)s\u00a0s à la demande de la source")
        return sentence % {"seconds": math.ceil(gate.paused_s)}
    return ""


def stop(first: Stop) -> str:
    """« le budget du jour s’arrêtera vers 412 sociétés »."""
    sentences: Words = {
        "cap": gettext_lazy("Le plafond s’arrêtera vers %(count)s sociétés sur %(of)s"),
        "budget": gettext_lazy(
            "Le budget du jour s’arrêtera vers %(count)s sociétés sur %(of)s"
        ),
        "units": gettext_lazy(
            "La réserve de %(source)s s’épuisera vers %(count)s sociétés sur %(of)s"
        ),
        "quota": gettext_lazy(
            "Les appels du jour de %(source)s s’épuiseront vers %(count)s sociétés "
            "sur %(of)s"
        ),
    }
    language = get_language() or "fr"
    return str(sentences[first.kind]) % {
        "source": source_label(first.limit.source),
        "count": formatting.number(first.companies, language=language),
        "of": formatting.number(first.of, language=language),
    }


def gives(terms: Terms, options: Collection[str] | None = None) -> str:
    """What a source is asked for, in words: « identité, dirigeants, bilan ».

    By default what every batch asks of it, or all it can give when no batch does.
    """
    chosen = set(terms.gives) if options is None else set(options)
    if options is None:
        usual = set(provider_classes()[terms.name].usual)
        chosen = chosen & usual or chosen
    groups = {group for option in chosen for group in terms.gives.get(option, ())}
    if "history" in groups:
        groups.discard("accounts")
    return ", ".join(str(words) for group, words in GIVES.items() if group in groups)


def units(pool: str) -> str:
    known = UNITS.get(pool)
    return str(known) if known else _("crédits %(pool)s") % {"pool": pool}


def hours(count: int) -> str:
    """« 24 h », « 7 jours »: how long an answer is used again."""
    if count < 48:
        return f"{count}\u00a0h"
    days = formatting.number(count / 24, language=get_language() or "fr")
    return _("%(days)s\u00a0jours") % {"days": days}


def step(kind: str, source: str, count: int | None) -> str:
    """A line of the journal."""
    label = source_label(source)
    sentences = {
        "started": _("Lot lancé"),
        "paused": _("%(source)s\u00a0: pause de %(count)s\u00a0s")
        % {"source": label, "count": count},
        "capped": _("%(source)s\u00a0: plafond atteint") % {"source": label},
        "recovered": _("Reprise après un arrêt, %(count)s lignes rendues")
        % {"count": count},
        "retried": _("%(count)s échecs relancés") % {"count": count},
        "cancelled": _("Lot arrêté"),
        "held": _("Lot mis en pause"),
        "resumed": _("Lot repris"),
        "over_budget": _("%(source)s\u00a0: budget du jour atteint")
        % {"source": label},
        "out_of_units": _("%(source)s\u00a0: réserve épuisée") % {"source": label},
        "out_of_calls": _("%(source)s\u00a0: appels du jour épuisés")
        % {"source": label},
        "best_first": _("L’argent peut manquer\u00a0: les plus utiles d’abord"),
        "settled": _("%(count)s achats évités\u00a0: rien à y gagner")
        % {"count": count},
        "taken_up": _("%(count)s demandes non achetées reprises") % {"count": count},
        "ended": _("Lot terminé"),
    }
    return sentences.get(kind, kind)


def source_label(source: str) -> str:
    return str(Source(source).label) if source else ""
