"""The console: pages rendered on the server, translated, behind log-in. No SQL and no rules live here."""
