"""The command line, `doorstep`: every command has help, exit codes that mean something, and progress."""
