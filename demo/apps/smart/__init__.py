"""Smart Hải Phòng (bản mẫu): a native-style app: no secret, the system's browser, loopback, tokens that rotate."""
