"""Cổng dịch vụ công Hải Phòng (bản mẫu): choose a procedure, fill in, check, submit."""
