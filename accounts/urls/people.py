"""Addresses of the account's users."""

from django.urls import path

from accounts.views.users import invitations, new_users, user, users

urlpatterns = [
    path("users/", users.users, name="users"),
    path("users/export.csv", users.export, name="users_export"),
    path("users/invite/", new_users.invite, name="user_invite"),
    path("users/create/", new_users.create, name="user_create"),
    path("users/<int:user_id>/", user.user, name="user"),
    path("users/<int:user_id>/name/", user.name, name="user_name"),
    path("users/<int:user_id>/role/", user.role, name="user_role"),
    path("users/<int:user_id>/deactivate/", user.deactivate, name="user_deactivate"),
    path("users/<int:user_id>/reactivate/", user.reactivate, name="user_reactivate"),
    path("users/<int:user_id>/invitation/", invitations.send_again, name="user_invitation"),
    path("invitation/<str:token>/", invitations.accept, name="invitation"),
]
