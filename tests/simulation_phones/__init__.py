"""Many phones, many weeks, and everything that goes wrong on the way: the real engine of the app against a real server.

`python -m tests.simulation_phones --help`. What holds at the end stands in `laws.py`; that each of them can fail, in `sabotage`.
"""
