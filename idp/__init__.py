"""Hải Phòng ID: the city's OpenID Provider."""
