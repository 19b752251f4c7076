"""Kho dữ liệu công dân Hải Phòng (bản mẫu): one's own papers in one place, filled by other services."""
