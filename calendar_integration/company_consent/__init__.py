"""What is known of a company's consent, what it is asked to agree to, and who waits for an Office 365 admin."""
