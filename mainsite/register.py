"""The register of treatments (GDPR, article 30): what is done with data on persons.

Kept here, beside the code, and held by a test, which a model fails that holds something
of a person and stands in no treatment. Who the controller is, and the documents it
names, are for whoever answers for the installation to say.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """``models`` are those of the code that hold its data."""

    code: str
    name: Promise
    purpose: Promise
    basis: Promise
    people: Promise
    categories: Promise
    source: Promise
    recipients: Promise
    kept: Promise
    security: Promise
    models: tuple[str, ...]


REGISTER = (
    Treatment(
        code="accounts",
        name=_("Comptes et connexions"),
        purpose=_("Ouvrir l’accès aux personnes habilitées, et à elles seules."),
        basis=_("Intérêt légitime (article 6.1 f)\u00a0: sécurité du système."),
        people=_("Utilisateurs"),
        categories=_(
            "Nom, adresse électronique professionnelle, équipe, rôle\u00a0; adresse "
            "IP et "
            "navigateur des sessions\u00a0; secrets de second facteur, chiffrés."
        ),
        source=_(
            "L’exploitation, à l’ouverture du compte\u00a0; la personne elle-même."
        ),
        recipients=_("Exploitation"),
        kept=_(
            "Tant que le compte sert\u00a0; douze mois après le départ il n’en reste "
            "que le numéro\u00a0: nom, adresse, seconds facteurs, clés d’accès, liens, "
            "jetons et sessions sont effacés. Sessions\u00a0: jusqu’à leur fin. "
            "Jetons et liens\u00a0: douze mois après leur fin. Essais\u00a0: une heure."
        ),
        security=_(
            "Mot de passe Argon2, second facteur obligatoire, graine chiffrée, codes "
            "de "
            "secours hachés, essais limités."
        ),
        models=(
            "accounts.AccessLink",
            "accounts.ApiToken",
            "accounts.LoginThrottle",
            "accounts.RecoveryCode",
            "accounts.Session",
            "accounts.TotpDevice",
            "accounts.User",
            "admin.LogEntry",
            "django_otp_webauthn.WebAuthnAttestation",
            "django_otp_webauthn.WebAuthnCredential",
            "django_otp_webauthn.WebAuthnUserHandle",
            "sessions.Session",
        ),
    ),
    Treatment(
        code="trail",
        name=_("Journal d’audit et dépenses"),
        purpose=_("Savoir qui a fait quoi, et ce que chacun a dépensé."),
        basis=_("Intérêt légitime (article 6.1 f)\u00a0: preuve et sécurité."),
        people=_("Utilisateurs"),
        categories=_("Numéro du compte, action, adresse IP, navigateur, montants."),
        source=_("L’usage du produit"),
        recipients=_(
            "Exploitation\u00a0; un responsable, pour son équipe et sans les adresses."
        ),
        kept=_("36 mois\u00a0; adresse IP et navigateur, douze mois."),
        security=_(
            "Table sans modification ni effacement, chaînée, ancrée chaque "
            "jour\u00a0; sa "
            "lecture y est elle-même inscrite."
        ),
        models=(
            "accounts.AuditEntry",
            "enrichment.Call",
            "enrichment.DayBudget",
            "enrichment.DaySpending",
            "enrichment.JournalEntry",
            "enrichment.MoneyLine",
            "enrichment.SourceAssessment",
        ),
    ),
    Treatment(
        code="officers",
        name=_("Sociétés, dirigeants et entrepreneurs individuels"),
        purpose=_("Connaître les sociétés à approcher et qui les dirige."),
        basis=_(
            "Intérêt légitime (article 6.1 f), sur des registres publics\u00a0; aucune "
            "décision n’est entièrement automatique."
        ),
        people=_("Dirigeants et entrepreneurs individuels"),
        categories=_(
            "Nom, fonction, mois et année de naissance, adresse de l’entreprise\u00a0; "
            "jamais l’adresse du domicile d’un dirigeant."
        ),
        source=_(
            "Sirene, registre national des entreprises, Bodacc, Recherche "
            "d’entreprises, Pappers, fichiers déposés\u00a0; la source est dite pour "
            "chaque "
            "donnée."
        ),
        recipients=_("Utilisateurs\u00a0; destinations d’exports déclarées"),
        kept=_(
            "Tant que la société est suivie\u00a0; réponses brutes des sources\u00a0: "
            "36 mois\u00a0; "
            "fichier d’un import et lignes refusées\u00a0: sept jours."
        ),
        security=_(
            "Diffusion partielle masquée partout et relue à chaque lecture\u00a0; "
            "réponses "
            "brutes illisibles dans l’administration."
        ),
        models=(
            "companies.Company",
            "companies.Establishment",
            "companies.Import",
            "companies.ImportChange",
            "companies.ImportMatch",
            "companies.ImportRefusal",
            "companies.LegalEvent",
            "companies.Officer",
            "companies.Target",
            "enrichment.Answer",
            "enrichment.BatchLine",
        ),
    ),
    Treatment(
        code="contacts",
        name=_("Contacts"),
        purpose=_("Joindre, dans sa fonction, la personne qui peut décider."),
        basis=_(
            "Intérêt légitime (article 6.1 f)\u00a0: document d’équilibre nommé sur "
            "chaque "
            "contact, sans lequel il n’est pas enregistré."
        ),
        people=_("Dirigeants et collaborateurs des sociétés"),
        categories=_("Nom, fonction, courriel et téléphone professionnels, profil."),
        source=_("Pappers, Kaspr (éteint sauf évaluation signée), fichiers déposés"),
        recipients=_("Les seuls utilisateurs qui en ont le droit, un par un"),
        kept=_(
            "Trois ans après la collecte ou le dernier signe de la personne\u00a0; "
            "inutilisable après 30 jours sans information."
        ),
        security=_(
            "Chiffrés, retrouvés par empreinte, chaque lecture inscrite au journal "
            "d’audit, jamais dans une adresse ni un journal technique."
        ),
        models=("companies.Contact", "companies.ContactLead"),
    ),
    Treatment(
        code="oppositions",
        name=_("Oppositions et effacements"),
        purpose=_("Ne plus jamais reprendre ce dont une personne ne veut pas."),
        basis=_("Obligation légale (article 6.1 c\u00a0; article 21)."),
        people=_("Personnes qui se sont opposées"),
        categories=_("Empreintes à clé\u00a0; motif, date, nombre de lignes effacées."),
        source=_("La personne\u00a0; les registres, pour l’opposition commerciale"),
        recipients=_("Exploitation"),
        kept=_("Sans terme\u00a0: c’est ce qui tient la promesse."),
        security=_("Aucune donnée en clair\u00a0; clé hors de la base."),
        models=("companies.ErasureReceipt", "companies.Opposition"),
    ),
    Treatment(
        code="pipeline",
        name=_("Suivi des sociétés"),
        purpose=_("Travailler à plusieurs sur les mêmes sociétés."),
        basis=_("Intérêt légitime (article 6.1 f)."),
        people=_("Utilisateurs\u00a0; personnes citées dans une note"),
        categories=_("Auteur, date, statut, motif, note, avis sur un score."),
        source=_("Les utilisateurs"),
        recipients=_("L’équipe de l’auteur"),
        kept=_("Tant que la société est suivie."),
        security=_(
            "Cloisonné par équipe\u00a0; le texte d’une note n’est dans aucun journal."
        ),
        models=(
            "companies.ColumnMapping",
            "companies.ListChange",
            "companies.ListEntry",
            "companies.Note",
            "companies.PastedSirens",
            "companies.Pursuit",
            "companies.PursuitChange",
            "companies.SavedSearch",
            "companies.TargetList",
            "enrichment.Batch",
            "scoring.Experiment",
            "scoring.LearnedModel",
            "scoring.Reranking",
            "scoring.RulesetTrial",
            "scoring.ScoreOverride",
            "scoring.ShareChange",
        ),
    ),
    Treatment(
        code="exports",
        name=_("Exports et envois"),
        purpose=_("Remettre une sélection en fichier, ou la tenir à jour ailleurs."),
        basis=_("Intérêt légitime (article 6.1 f)."),
        people=_("Dirigeants, contacts, utilisateurs qui exportent"),
        categories=_("Celles des sociétés et, avec le droit, des contacts."),
        source=_("Les autres traitements"),
        recipients=_(
            "Qui le demande\u00a0; bases, dossiers et Airtable déclarés par "
            "l’exploitation. "
            "Airtable est aux États-Unis\u00a0: éteint par défaut, champs sans "
            "contacts."
        ),
        kept=_("Fichiers\u00a0: sept jours, 24 heures avec des contacts."),
        security=_(
            "Oppositions et diffusion relues à chaque ligne\u00a0; nom au hasard."
        ),
        models=("exports.Destination", "exports.Export", "exports.ExportSchedule"),
    ),
)
