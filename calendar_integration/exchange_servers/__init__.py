"""A company's own Exchange server before it is used: whether it answers, and how often anybody may try."""
