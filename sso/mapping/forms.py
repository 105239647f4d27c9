"""Forms of the mapping: attribute names, and a rule."""

from typing import Any

from django import forms

from accounts.models import Account, Group
from sso.mapping.people import Names
from sso.mapping.writing import MOST_RULES, Content
from sso.models import MappingRule, Match

LONGEST = 300
GROUP = "group"
GIVES = (("admin", "The role Admin"), ("member", "The role Member"), (GROUP, "A group"))
PLACE_PROBLEM = "Enter a whole number, 1 or more."


def text_field(label: str, **kwargs: Any) -> forms.CharField:
    """A line of text."""
    attributes = {"class": "form-control", "autocomplete": "off", **kwargs.pop("attrs", {})}
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.TextInput(attrs=attributes), **kwargs)


class NamesForm(forms.Form):
    """The attributes that hold e-mail and name, where they have unusual names."""

    email = text_field("E-mail", required=False, attrs={"placeholder": "The usual names", "list": "known-attributes"})
    name = text_field("Name", required=False, attrs={"placeholder": "The usual names", "list": "known-attributes"})

    @property
    def names(self) -> Names:
        """What was entered."""
        return Names(self.cleaned_data["email"], self.cleaned_data["name"])


class RuleForm(forms.Form):
    """What a rule looks for, what it gives, and where it stands."""

    attribute = text_field(
        "Attribute", attrs={"list": "known-attributes"}, error_messages={"required": "Name the attribute to look at."}
    )
    match = forms.ChoiceField(label="Compare", choices=Match, widget=forms.Select(attrs={"class": "form-select"}))
    value = text_field("Value", error_messages={"required": "Enter the value to look for."})
    gives = forms.ChoiceField(
        choices=GIVES,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": "Choose what the rule gives."},
    )
    group = text_field("Name of the group", required=False, attrs={"list": "known-groups"})
    place = forms.IntegerField(
        label="Place among the rules",
        required=False,
        min_value=1,
        max_value=MOST_RULES,
        widget=forms.NumberInput(attrs={"class": "form-control number-input", "placeholder": "Last"}),
        error_messages={"invalid": PLACE_PROBLEM, "min_value": PLACE_PROBLEM, "max_value": "That number is too large."},
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.found: Group | None = None

    def clean(self) -> dict[str, Any]:
        """Find the group by its name, if it is a group."""
        if self.cleaned_data.get("gives") != GROUP:
            return self.cleaned_data
        name = self.cleaned_data.get("group", "")
        self.found = Group.objects.filter(account=self.account, name__iexact=name).first() if name else None
        if not name and "group" not in self.errors:
            self.add_error("group", "Name the group.")
        elif name and self.found is None:
            self.add_error("group", f"There is no group called “{name}”. Check the spelling, or create it first.")
        return self.cleaned_data

    @property
    def content(self) -> Content:
        """What the rule shall say."""
        data = self.cleaned_data
        role = "" if self.found else data["gives"]
        return Content(data["attribute"], data["match"], data["value"], role, self.found)

    def is_duplicate(self, place: int) -> None:
        """Say that another rule is in the way, and where."""
        if self.found:
            self.add_error("value", f"Rule {place} says exactly this already.")
        else:
            self.add_error("value", f"Rule {place} already gives a role for this value. Change that one instead.")


def initial_of(rule: MappingRule, place: int) -> dict[str, Any]:
    """A rule as its form shows it."""
    gives = {"gives": GROUP, "group": rule.group.name} if rule.group else {"gives": rule.role}
    return {"attribute": rule.attribute, "match": rule.match, "value": rule.value, "place": place, **gives}
