"""A roster that comes as a file: read, staged, checked in the database, taken over.

`columns` says what a file holds, `reading` turns CSV and XLSX into rows, `staging` copies them into the database,
`checking` (with `check_people` and `check_lists`) finds what is wrong in a handful of statements, `takeover` writes
the roster, `template` and `annotated` make the files that people download, `imports` holds the verbs.
"""
