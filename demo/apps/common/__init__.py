"""What both services share: sign-in and sign-out (OpenID Connect), browser sessions, pages, the server."""
