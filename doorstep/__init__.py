"""Doorstep: everything that ought to happen for someone, somewhere, by some day, is a step on a pathway."""
