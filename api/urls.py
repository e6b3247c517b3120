from django.urls import path

from api import views

app_name = "api"
urlpatterns = [
    path("v2.1/me/", views.me, name="me"),
]
