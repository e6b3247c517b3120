from django.urls import include, path

from scoring import lookalike_views, views

app_name = "scoring"
urlpatterns = [
    path("societes/<siren:siren>/lectures/", views.show, name="panel"),
    path("societes/<siren:siren>/avis/", views.give_override, name="give_override"),
    path(
        "societes/<siren:siren>/avis/retirer/",
        views.withdraw_override,
        name="withdraw_override",
    ),
    path("societes/<siren:siren>/secteur/", views.sector, name="sector"),
    path("semblables/", lookalike_views.show, name="lookalikes"),
    path(
        "semblables/selection/",
        lookalike_views.of_selection,
        name="lookalikes_of_selection",
    ),
    path(
        "societes/<siren:siren>/semblables/",
        lookalike_views.of_company,
        name="company_lookalikes",
    ),
    path("experiences/", include("scoring.experiments.urls")),
    path("reclassements/", include("scoring.reranking.urls")),
]
