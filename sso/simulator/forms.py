"""The form of the simulator."""

from django import forms

from sso.models import NameIdFormat
from sso.simulator import pasted

FORMATS = ((NameIdFormat.PERSISTENT.value, "Not an e-mail address"), (NameIdFormat.EMAIL.value, "An e-mail address"))
EXAMPLE = "mail: ana@example.com\ndisplayName: Ana Lima\ngroups: Sales\ngroups: Berlin"


class SimulatorForm(forms.Form):
    """What the identity provider would send."""

    attributes = forms.CharField(
        label="Attributes",
        required=False,
        strip=False,
        max_length=pasted.LONGEST_TEXT,
        widget=forms.Textarea(
            attrs={"class": "form-control attributes-text", "rows": 9, "placeholder": EXAMPLE, "spellcheck": "false"}
        ),
    )
    email = forms.EmailField(
        label="E-mail of the person",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    name_id = forms.CharField(
        label="Name ID",
        required=False,
        max_length=1024,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    name_id_format = forms.ChoiceField(
        label="The name ID is",
        required=False,
        choices=FORMATS,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def clean_attributes(self) -> dict[str, list[str]]:
        """The attributes, read."""
        try:
            return pasted.read(self.cleaned_data["attributes"])
        except pasted.UnreadableError as error:
            raise forms.ValidationError(str(error)) from error
