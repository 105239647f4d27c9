"""Forms of groups."""

from django import forms

LONGEST_NAME = 200
LONGEST_DESCRIPTION = 500


class GroupForm(forms.Form):
    """What a group is called, and what it is for."""

    name = forms.CharField(
        label="Name",
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        error_messages={"required": "Give the group a name."},
    )
    description = forms.CharField(
        label="Description",
        max_length=LONGEST_DESCRIPTION,
        required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )

    def clean_name(self) -> str:
        """One line, and without the character that separates groups in a CSV file."""
        name = " ".join(str(self.cleaned_data["name"]).split())
        if ";" in name:
            raise forms.ValidationError("Leave the semicolon out: it separates groups in CSV files.")
        return name

    def name_is_taken(self) -> None:
        """Say so at the field."""
        self.add_error("name", "Another group has this name. Capital and small letters count as the same.")


class NewGroupForm(GroupForm):
    """A group that does not exist yet; it may say where it stands among the others."""

    position = forms.IntegerField(
        label="Priority",
        required=False,
        min_value=1,
        max_value=1_000_000,
        widget=forms.NumberInput(attrs={"class": "form-control", "placeholder": "Last"}),
        error_messages={
            "invalid": "Enter a whole number, 1 or more.",
            "min_value": "Enter a whole number, 1 or more.",
            "max_value": "That number is too large.",
        },
    )
