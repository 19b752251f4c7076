"""The schema's history, by Alembic: expand → migrate → contract, so that two versions can serve side by
side.
"""
