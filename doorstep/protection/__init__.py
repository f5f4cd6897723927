"""Sealed cases of survivors: consent, need-to-know, keys and a log of their own. Seen by web alone."""
