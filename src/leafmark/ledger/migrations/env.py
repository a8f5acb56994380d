"""Alembic's environment: runs the migrations on the connection that `schema.upgrade` opened."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"], transactional_ddl=True, version_table="ledger_version"
)
with context.begin_transaction():
    context.run_migrations()
