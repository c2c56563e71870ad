"""Memory: the schema, connections, migrations, and the few verbs that the stages need."""
