"""Pages of Office 365: the journey to Microsoft, meetings, contacts, and the panel on the profile."""
