"""An /authorize in progress: sealed in its cookie; a row once the person goes upstream or a factor is proved."""
