from accounts import retention
from mainsite.lib.purging import PurgeCommand


class Command(PurgeCommand):
    help = (
        "Après douze mois, oublie d’où et avec quel navigateur les utilisateurs ont "
        "agi, et le nom de ceux qui sont partis\u00a0; la trace garde leur numéro."
    )

    def purge(self, *, dry_run: bool) -> str:
        found = retention.forget(dry_run=dry_run)
        return (
            f"origine de {found.entries} traces ({found.seals} sceaux), "
            f"{found.accounts} comptes, {found.belongings} facteurs, liens, jetons et "
            f"sessions de partis, {found.sessions} sessions, {found.tokens} jetons, "
            f"{found.links} liens, "
            f"{found.admin_lines} lignes de l’administration"
        )
