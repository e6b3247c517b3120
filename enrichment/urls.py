from django.urls import path

from enrichment import contact_views, new_views, views

app_name = "enrichment"
urlpatterns = [
    path("enrichissements/", views.batches, name="batches"),
    path("enrichissements/nouveau/", new_views.new, name="new"),
    path("enrichissements/regles/", views.rules, name="rules"),
    path("enrichissements/<uuid:public_id>/", views.show, name="batch"),
    path("enrichissements/<uuid:public_id>/suivi/", views.watch, name="watch"),
    path("enrichissements/<uuid:public_id>/demarrer/", views.start, name="start"),
    path("enrichissements/<uuid:public_id>/annuler/", views.cancel, name="cancel"),
    path("enrichissements/<uuid:public_id>/pause/", views.pause, name="pause"),
    path("enrichissements/<uuid:public_id>/reprise/", views.resume, name="resume"),
    path("enrichissements/<uuid:public_id>/relancer/", views.retry, name="retry"),
    path("enrichissements/<uuid:public_id>/achats/", views.take_up, name="take_up"),
    path(
        "enrichissements/<uuid:public_id>/refus.csv",
        views.refused_lines,
        name="refused_lines",
    ),
    path(
        "enrichissements/<uuid:public_id>/echecs.csv", views.failures, name="failures"
    ),
    path("societes/<siren:siren>/sources/", views.sources, name="sources"),
    path("societes/<siren:siren>/enrichir/", new_views.enrich_one, name="enrich_one"),
    path("societes/<siren:siren>/actualiser/", new_views.refresh, name="refresh"),
    path(
        "societes/<siren:siren>/contacts/chercher/",
        contact_views.find,
        name="find_contacts",
    ),
    path(
        "sources/<slug:name>/evaluation/", contact_views.assessment, name="assessment"
    ),
    path(
        "sources/<slug:name>/evaluation/retirer/",
        contact_views.withdraw_assessment,
        name="withdraw_assessment",
    ),
]
