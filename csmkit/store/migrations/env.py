"""Runs the migrations in the transaction that `csmkit.store.migrate` has open."""

from alembic import context

from csmkit.store.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    # The caller's transaction holds all of it, so a failed migration leaves nothing.
    transactional_ddl=True,
)
context.run_migrations()
