"""Addresses of groups."""

from django.urls import path

from accounts.views.groups.group import delete_group, group, group_details, move_group
from accounts.views.groups.group_members import add_member, change_member_admin, remove_member
from accounts.views.groups.groups import groups, new_group

urlpatterns = [
    path("groups/", groups, name="groups"),
    path("groups/new/", new_group, name="group_new"),
    path("groups/<int:group_id>/", group, name="group"),
    path("groups/<int:group_id>/details/", group_details, name="group_details"),
    path("groups/<int:group_id>/delete/", delete_group, name="group_delete"),
    path("groups/<int:group_id>/move/", move_group, name="group_move"),
    path("groups/<int:group_id>/members/add/", add_member, name="group_member_add"),
    path("groups/<int:group_id>/members/<int:person_id>/remove/", remove_member, name="group_member_remove"),
    path("groups/<int:group_id>/members/<int:person_id>/admin/", change_member_admin, name="group_member_admin"),
]
