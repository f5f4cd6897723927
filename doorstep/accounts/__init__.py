"""Who may log in, in which role, for which area; and the audit log of who looked at what."""
