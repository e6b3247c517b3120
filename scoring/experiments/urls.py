from django.urls import path

from scoring.experiments import views

urlpatterns = [
    path("", views.index, name="experiments"),
    path("<uuid:public_id>/", views.show, name="experiment"),
]
