#!/bin/sh
# Prints the path of a Python 3.11, or says how to get one. PYTHON=/path/to/python3.11 overrides the search.
for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3 python; do
    found=$(command -v "$candidate" 2>/dev/null) || continue
    if "$found" -c 'import sys, ssl, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
        echo "$found"
        exit 0
    fi
done
cat >&2 <<'MESSAGE'
Doorstep needs Python 3.11 with venv and pip, and none was found. Nothing was changed.
  Debian 12:  sudo apt-get install python3.11 python3.11-venv
  macOS:      brew install python@3.11
  anywhere:   install Python 3.11, then run  make setup PYTHON=/path/to/python3.11
MESSAGE
exit 2
