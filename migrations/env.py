"""What Alembic runs: our revisions on the connection that `migrations.run` opened, inside its transaction."""

from alembic import context

import idp.transaction  # noqa: F401 - imports every store, so that `metadata` knows every table
from idp.database import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
