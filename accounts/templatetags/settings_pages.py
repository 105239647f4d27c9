"""Addresses of the settings pages, which depend on whose settings they are."""

from django import template

from accounts.views.settings.places import Place

register = template.Library()


@register.simple_tag
def place_url(place: Place, page: str, *arguments: str) -> str:
    """The address of one of the place's pages."""
    return place.address(page, *map(str, arguments))
