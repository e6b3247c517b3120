from django.urls import path

from exports import views

app_name = "exports"
urlpatterns = [
    path("exports/", views.exports, name="list"),
    path("exports/nouveau/", views.new, name="new"),
    path("exports/<uuid:public_id>/", views.export, name="export"),
    path("exports/<uuid:public_id>/avancement/", views.progress, name="progress"),
    path("exports/<uuid:public_id>/fichier/", views.download, name="file"),
    path(
        "exports/<uuid:public_id>/manifeste/", views.download_manifest, name="manifest"
    ),
]
