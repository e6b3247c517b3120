from django.urls import include, path

from companies.views import (
    bulk,
    company,
    contact_rights,
    contacts,
    counting,
    list_changes,
    listing,
    lists,
    pasting,
    searches,
    statistics,
)

app_name = "companies"
urlpatterns = [
    path("", listing.companies, name="list"),
    path("compter/", counting.count, name="count"),
    path("societes/coller/", pasting.paste, name="paste"),
    path("statistiques/", statistics.show, name="statistics"),
    path("societes/statut/", bulk.set_status, name="bulk_status"),
    path("societes/<siren:siren>/", company.show, name="company"),
    path("societes/<siren:siren>/statut/", company.set_status, name="status"),
    path("societes/<siren:siren>/notes/", company.add_note, name="notes"),
    path("societes/<siren:siren>/viviers/", company.change_lists, name="lists"),
    path("societes/<siren:siren>/contacts/", contacts.show, name="contacts"),
    path("societes/<siren:siren>/contacts/lire/", contacts.read, name="read_contacts"),
    path("societes/<siren:siren>/contacts/pistes/", contacts.add_lead, name="add_lead"),
    path(
        "societes/<siren:siren>/contacts/pistes/oublier/",
        contacts.forget_lead,
        name="forget_lead",
    ),
    path(
        "societes/<siren:siren>/contacts/information/",
        contacts.inform,
        name="inform_contact",
    ),
    path(
        "societes/<siren:siren>/contacts/echange/",
        contacts.note_interaction,
        name="contact_interaction",
    ),
    path(
        "societes/<siren:siren>/contacts/opposition/",
        contacts.oppose,
        name="oppose_contact",
    ),
    path("contacts/droits/", contact_rights.show, name="contact_rights"),
    path("contacts/droits/opposition/", contact_rights.oppose, name="oppose_person"),
    path("contacts/droits/dossier/", contact_rights.access, name="contact_access"),
    path("viviers/", lists.index, name="target_lists"),
    path("viviers/ajouter/", list_changes.add, name="add_to_list"),
    path("viviers/retirer/", list_changes.remove, name="remove_from_list"),
    path("viviers/<uuid:public_id>/", lists.show, name="target_list"),
    path("viviers/<uuid:public_id>/gerer/", lists.manage, name="manage_list"),
    path("viviers/<uuid:public_id>/renommer/", lists.rename, name="rename_list"),
    path("viviers/<uuid:public_id>/suivre/", lists.follow, name="follow_list"),
    path("viviers/<uuid:public_id>/supprimer/", lists.delete, name="delete_list"),
    path(
        "viviers/changements/<uuid:public_id>/", list_changes.show, name="list_change"
    ),
    path(
        "viviers/changements/<uuid:public_id>/avancement/",
        list_changes.progress,
        name="list_change_progress",
    ),
    path(
        "viviers/changements/<uuid:public_id>/annuler/",
        list_changes.undo,
        name="undo_list_change",
    ),
    path("imports/", include("companies.imports.urls")),
    path("recherches/nouvelle/", searches.save, name="save_search"),
    path("recherches/<uuid:public_id>/", searches.show, name="saved_search"),
    path(
        "recherches/<uuid:public_id>/enregistrer/",
        searches.update,
        name="update_search",
    ),
    path(
        "recherches/<uuid:public_id>/renommer/", searches.rename, name="rename_search"
    ),
    path("recherches/<uuid:public_id>/partager/", searches.share, name="share_search"),
    path(
        "recherches/<uuid:public_id>/supprimer/", searches.delete, name="delete_search"
    ),
]
