"""The pages on which an administrator sets up single sign-on."""
