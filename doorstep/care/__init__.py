"""Referrals with their answer, transport, and messages to families and workers."""
