"""Questions over the tables of several features: SELECT only (DESIGN §3)."""
