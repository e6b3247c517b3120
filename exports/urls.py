from django.urls import path

from exports import new_views, schedule_views, views

app_name = "exports"
urlpatterns = [
    path("exports/", views.exports, name="list"),
    path("exports/nouveau/", new_views.new, name="new"),
    path("exports/programmes/", schedule_views.index, name="schedules"),
    path(
        "exports/programmes/<uuid:public_id>/suspendre/",
        schedule_views.suspend,
        name="suspend",
    ),
    path(
        "exports/programmes/<uuid:public_id>/reprendre/",
        schedule_views.resume,
        name="resume",
    ),
    path(
        "exports/programmes/<uuid:public_id>/supprimer/",
        schedule_views.delete,
        name="delete",
    ),
    path("exports/<uuid:public_id>/", views.export, name="export"),
    path("exports/<uuid:public_id>/avancement/", views.progress, name="progress"),
    path("exports/<uuid:public_id>/annuler/", views.cancel, name="cancel"),
    path("exports/<uuid:public_id>/refaire/", views.redo, name="redo"),
    path(
        "exports/<uuid:public_id>/programmer/",
        schedule_views.make_from,
        name="schedule",
    ),
    path("exports/<uuid:public_id>/fichier/", views.download, name="file"),
    path(
        "exports/<uuid:public_id>/manifeste/", views.download_manifest, name="manifest"
    ),
    path(
        "exports/<uuid:public_id>/manifeste.json",
        views.download_manifest,
        {"kind": "json"},
        name="manifest_json",
    ),
]
