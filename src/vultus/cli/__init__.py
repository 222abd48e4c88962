"""The command line: it translates between a terminal and the package, nothing else.

One verb is one file here that defines `command`; the file's name is the verb (underscores become hyphens). `main` finds it.
"""
