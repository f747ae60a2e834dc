"""All SQL of `trust.persons`, one file a group of tables. Nothing here commits."""
