"""How Alembic runs here: on the connection it is given, in that connection's transaction."""

from alembic import context

from handoff.models import Base

connection = context.config.attributes["connection"]
if connection is not None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
    )
    context.run_migrations()
