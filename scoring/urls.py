from django.urls import path

from scoring import views

app_name = "scoring"
urlpatterns = [
    path("societes/<siren:siren>/lectures/", views.show, name="panel"),
]
