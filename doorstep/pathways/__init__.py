"""A Programme becomes SQL through one emitter, with one meaning on four engines, and a compiled, hashed pack.

Pure: no Django. Knows SQLite, PostgreSQL, DuckDB and Spark as engines, never as stores of the record.
"""
