"""The phone's screens, walked through in the practice village."""
