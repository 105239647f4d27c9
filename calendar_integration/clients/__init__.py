"""Ways to a mailbox: what the sync engine needs of them, and one module per vendor's interface."""
