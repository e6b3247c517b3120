from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("connexion/", views.sign_in, name="sign_in"),
    path("verification/", views.verify, name="verify"),
    path("code-de-secours/", views.recovery, name="recovery"),
    path("second-facteur/", views.enrol, name="enrol"),
    path("codes-de-secours/", views.recovery_codes, name="recovery_codes"),
    path(
        "codes-de-secours/fichier/",
        views.recovery_codes_file,
        name="recovery_codes_file",
    ),
    path("securite/", views.security, name="security"),
    path("securite/codes/", views.renew_recovery_codes, name="renew_recovery_codes"),
    path("securite/telephone/", views.replace_device, name="replace_device"),
    path("securite/sessions/", views.sign_out_others, name="sign_out_others"),
    path(
        "securite/sessions/<uuid:public_id>/fermer/",
        views.close_session,
        name="close_session",
    ),
    path("mot-de-passe/", views.password, name="password"),
    path("deconnexion/", views.logout, name="logout"),
]
