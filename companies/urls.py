from django.urls import path

from companies.views import bulk, company, listing

app_name = "companies"
urlpatterns = [
    path("", listing.companies, name="list"),
    path("societes/statut/", bulk.set_status, name="bulk_status"),
    path("societes/<siren:siren>/", company.show, name="company"),
    path("societes/<siren:siren>/statut/", company.set_status, name="status"),
    path("societes/<siren:siren>/notes/", company.add_note, name="notes"),
]
