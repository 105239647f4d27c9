"""Reading the audit log: filters, pages, words, export, and how its oldest rows are forgotten."""
