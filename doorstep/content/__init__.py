"""A programme folder is read, checked and made into one typed Programme, its rules parsed to a tree.

Pure: no Django, no database. Every mistake is told with file, line, column and what was expected.
"""
