"""The company's calendar service: added, changed, switched, removed, and what stands in its way."""
