from companies import contacts
from mainsite.lib.purging import PurgeCommand


class Command(PurgeCommand):
    help = (
        "Efface les contacts dont la conservation est finie ou auxquels on s’est "
        "opposé\u00a0; à passer aussi après la restauration d’une sauvegarde."
    )

    def purge(self, *, dry_run: bool) -> str:
        purged = contacts.purge_expired(dry_run=dry_run)
        return (
            f"{purged.expired} échus, {purged.opposed} opposés, "
            f"{purged.partial} en diffusion partielle, {purged.leads} pistes"
        )
