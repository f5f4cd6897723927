"""Indicators, equity, bottlenecks, accountability, reports, travel time: who was left behind, and where."""
