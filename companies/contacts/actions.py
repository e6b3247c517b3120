from django.utils.translation import gettext_lazy as _

from accounts.choices import AuditWord


class Action(AuditWord):
    """What the audit trail tells of contacts."""

    READ = "contacts.read", _("contacts lus")
    EXPORTED = "contacts.export", _("contacts lus pour un fichier")
    ACCESS_PACKAGE = "contacts.access_package", _("dossier d’accès remis")
    OPPOSED = "contacts.oppose", _("opposition enregistrée")
    PURGED = "contacts.purge", _("contacts purgés")
    LEAD_ADDED = "contacts.lead_added", _("personne à chercher ajoutée")
    LEAD_FORGOTTEN = "contacts.lead_forgotten", _("personne à chercher oubliée")
    INFORMED = "contacts.inform", _("information d’un contact notée")
    INTERACTED = "contacts.interaction", _("échange avec un contact noté")
