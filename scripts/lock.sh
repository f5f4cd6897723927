#!/bin/sh
# Writes both locks from their .in files: every version, every hash, for every platform, and no registry named.
# Versions already in the locks stay unless --upgrade (or --upgrade-package NAME) is given.
set -eu
cd "$(dirname "$0")/.."
for name in requirements requirements-dev; do
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
        --no-emit-index-url --no-emit-find-links "$@" "$name.in" --output-file "$name.txt"
    echo "locked: $name.txt"
done
