"""What the server below takes of a connection before we see a request, where its own limits are not ours (SECURITY H03).

A head is counted by us too (edge/head.py), but only once it is here whole: in HTTP/2 a few bytes may stand for
thousands of lines (RFC 7541 §7.3), and forty such requests took 400 MB.
"""

from granian.http import HTTP1Settings, HTTP2Settings

HTTP1 = HTTP1Settings(
    header_read_timeout=30_000,  # ms, of a kept connection that waits too: longer than a proxy keeps one
    max_buffer_size=96 * 1024,
)
HTTP2 = HTTP2Settings(
    max_headers_size=32 * 1024,
    keep_alive_interval=30_000,  # ms; a browser whose network is gone says no goodbye, and answers no ping
    keep_alive_timeout=20,  # s
)
