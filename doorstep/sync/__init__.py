"""Devices: enrolment, pushing submissions, pulling what changed, first downloads, sealed parcels."""
