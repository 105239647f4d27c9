"""Tags of the pages of single sign-on."""
