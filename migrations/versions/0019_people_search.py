"""People are found by name with birth year or commune, however many there are, page after page."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Let each search find a page by one index, in its order."""
    op.drop_index("ix_people_name_fold", "people")
    op.create_index("ix_people_name_fold", "people", ["name_fold", "person_id"])
    op.create_index("ix_people_birth_year_name", "people", ["birth_year", "name_fold", "person_id"])
    op.create_index(
        "ix_people_commune_code", "people", ["commune_code", "name_fold", "person_id", "birth_year"]
    )
