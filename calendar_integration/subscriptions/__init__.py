"""Subscriptions to Microsoft Graph's change notifications: made, renewed, made anew where they are gone, and ended."""
