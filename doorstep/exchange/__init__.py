"""Doorways to other systems: FHIR, DHIS2, files, imports from elsewhere, other countries."""
