"""Kho dữ liệu công dân Hải Phòng (bản mẫu): one's own papers in one place, and an API that other services fill."""
