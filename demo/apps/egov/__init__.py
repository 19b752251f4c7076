"""Egov Hải Phòng (bản mẫu): officials at work; agency and commune of the post decide what is seen."""
