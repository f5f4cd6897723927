"""What people reported, kept for ever, and what it says: submissions, subjects, facts, steps and places.

The state is the fold of the log: replay gives the same as living through it, in any order, with duplicates.
"""
