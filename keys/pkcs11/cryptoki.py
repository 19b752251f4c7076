"""A PKCS #11 module as Python sees it: the few C functions we call – PKCS #11 Base Specification 2.40 §3, §5.

Bound with ctypes, which lets go of the interpreter during every call: a module that hangs stops its own thread and
no other (adr/0023). Every call blocks; an answer that is not CKR_OK is a CryptokiError.
"""

import ctypes
from collections.abc import Iterator, Sequence
from pathlib import Path

from keys.pkcs11 import constants as c

Attributes = Sequence[tuple[int, bytes]]
"""Types and values, as bytes of this machine (`flag`, `number`)."""

_ULONG_BYTES = ctypes.sizeof(ctypes.c_ulong)
_MOST_FOUND = 16
_MOST_LISTED = 4096
"""Slots, or mechanisms: more than that is no token's list, and room is made only for what can be."""
_LARGEST_ATTRIBUTE = 1024
_LARGEST_SIGNATURE = 1024


class CryptokiError(Exception):
    """The module refused a call; the text names the call and the code, never what was handed in."""

    def __init__(self, function: str, code: int) -> None:
        super().__init__(f"{function}: {c.NAMES.get(code, 'CKR')} ({code:#x})")
        self.code = code


class _Attribute(ctypes.Structure):
    _fields_ = (("type", ctypes.c_ulong), ("value", ctypes.c_char_p), ("length", ctypes.c_ulong))


class _Mechanism(ctypes.Structure):
    _fields_ = (("type", ctypes.c_ulong), ("parameter", ctypes.c_char_p), ("length", ctypes.c_ulong))


class _InitializeArguments(ctypes.Structure):
    _fields_ = (
        ("mutex_functions", ctypes.c_void_p * 4),
        ("flags", ctypes.c_ulong),
        ("reserved", ctypes.c_void_p),
    )


class _TokenInfo(ctypes.Structure):
    _fields_ = (
        ("label", ctypes.c_char * 32),
        ("manufacturer_model_serial", ctypes.c_char * 64),
        ("flags", ctypes.c_ulong),
        ("counts", ctypes.c_ulong * 10),
        ("versions", ctypes.c_ubyte * 4),
        ("time", ctypes.c_char * 16),
    )


class Cryptoki:
    """One loaded module; sessions and objects are the numbers the module gives them."""

    def __init__(self, path: Path) -> None:
        """Load the shared library; OSError or AttributeError when it is none, or no PKCS #11 module."""
        library = ctypes.CDLL(str(path))
        table = ctypes.c_void_p()
        code = library.C_GetFunctionList(ctypes.byref(table))
        if code != c.CKR_OK or table.value is None:
            raise CryptokiError("C_GetFunctionList", code)
        addresses = (ctypes.c_void_p * (1 + max(c.PLACES.values()) + 1)).from_address(table.value)
        kind = ctypes.CFUNCTYPE(ctypes.c_ulong)
        if not all(
            addresses[1 + place] for place in c.PLACES.values()
        ):  # to call nothing would end the process
            raise AttributeError("the module lacks a function")
        self._functions = {name: kind(addresses[1 + place] or 0) for name, place in c.PLACES.items()}
        self._library = library

    def initialize(self) -> None:
        """Begin, with the module's own locks if it has any; done already is done."""
        locks = ctypes.byref(_InitializeArguments(flags=c.CKF_OS_LOCKING_OK))
        for arguments in (
            locks,
            None,
        ):  # a module without threads knows no locks: one thread of ours calls it
            try:
                self._call("C_Initialize", arguments)
            except CryptokiError as error:
                if error.code == c.CKR_CANT_LOCK and arguments is locks:
                    continue
                if error.code != c.CKR_CRYPTOKI_ALREADY_INITIALIZED:
                    raise
            return

    def finalize(self) -> None:
        """End all sessions and logins of this process."""
        self._call("C_Finalize", None)

    def tokens(self) -> Iterator[tuple[int, str, int]]:
        """Return slot, label and flags of every token that is there."""
        for slot in self._slots():
            info = _TokenInfo()
            self._call("C_GetTokenInfo", _ulong(slot), ctypes.byref(info))
            yield slot, info.label.decode("utf-8", "replace").rstrip(), info.flags

    def mechanisms(self, slot: int) -> frozenset[int]:
        """Return what the token can do."""
        return frozenset(self._listed("C_GetMechanismList", _ulong(slot)))

    def open_session(self, slot: int, *, writes: bool = False) -> int:
        """Return a new session."""
        session = ctypes.c_ulong()
        flags = c.CKF_SERIAL_SESSION | (c.CKF_RW_SESSION if writes else 0)
        self._call("C_OpenSession", _ulong(slot), _ulong(flags), None, None, ctypes.byref(session))
        return session.value

    def close_session(self, session: int) -> None:
        """End a session; its session objects are gone."""
        self._call("C_CloseSession", _ulong(session))

    def login(self, session: int, pin: bytes) -> None:
        """Log this process in as the token's user; being so already is the same."""
        try:
            self._call("C_Login", _ulong(session), _ulong(c.CKU_USER), pin, _ulong(len(pin)))
        except CryptokiError as error:
            if error.code != c.CKR_USER_ALREADY_LOGGED_IN:
                raise

    def find(self, session: int, attributes: Attributes) -> tuple[int, ...]:
        """Return the objects that have these attributes; no more than a few are looked for."""
        template = _template(attributes)
        self._call("C_FindObjectsInit", _ulong(session), template, _ulong(len(attributes)))
        found, count = (ctypes.c_ulong * _MOST_FOUND)(), ctypes.c_ulong()
        try:
            self._call("C_FindObjects", _ulong(session), found, _ulong(_MOST_FOUND), ctypes.byref(count))
        finally:
            self._call("C_FindObjectsFinal", _ulong(session))
        return tuple(found[: count.value])

    def attribute(self, session: int, found: int, kind: int) -> bytes:
        """Return one attribute of an object."""
        value = ctypes.create_string_buffer(_LARGEST_ATTRIBUTE)
        asked = _Attribute(kind, ctypes.cast(value, ctypes.c_char_p), _LARGEST_ATTRIBUTE)
        self._call("C_GetAttributeValue", _ulong(session), _ulong(found), ctypes.byref(asked), _ulong(1))
        return value.raw[: asked.length]

    def generate_pair(
        self, session: int, mechanism: int, *, public: Attributes, private: Attributes
    ) -> tuple[int, int]:
        """Make a key pair in the token and return its public and its private half."""
        halves = ctypes.c_ulong(), ctypes.c_ulong()
        self._call(
            "C_GenerateKeyPair",
            _ulong(session),
            ctypes.byref(_Mechanism(mechanism, None, 0)),
            _template(public),
            _ulong(len(public)),
            _template(private),
            _ulong(len(private)),
            *(ctypes.byref(half) for half in halves),
        )
        return halves[0].value, halves[1].value

    def destroy(self, session: int, found: int) -> None:
        """Destroy an object for ever."""
        self._call("C_DestroyObject", _ulong(session), _ulong(found))

    def sign(
        self, session: int, key: int, mechanism: int, message: bytes, *, parameter: bytes = b""
    ) -> bytes:
        """Return the signature of a message."""
        chosen = _Mechanism(mechanism, parameter or None, len(parameter))
        self._call("C_SignInit", _ulong(session), ctypes.byref(chosen), _ulong(key))
        signature, length = ctypes.create_string_buffer(_LARGEST_SIGNATURE), _ulong(_LARGEST_SIGNATURE)
        self._call("C_Sign", _ulong(session), message, _ulong(len(message)), signature, ctypes.byref(length))
        return signature.raw[: length.value]

    def _slots(self) -> Sequence[int]:
        return self._listed("C_GetSlotList", ctypes.c_ubyte(1))  # those with a token

    def _listed(self, function: str, of: object) -> Sequence[int]:
        count = ctypes.c_ulong()
        self._call(function, of, None, ctypes.byref(count))
        if count.value > _MOST_LISTED:
            raise CryptokiError(function, c.CKR_BUFFER_TOO_SMALL)
        listed = (ctypes.c_ulong * count.value)()
        self._call(function, of, listed, ctypes.byref(count))
        return listed[: count.value]

    def _call(self, function: str, *arguments: object) -> None:
        code = self._functions[function](*arguments)
        if code != c.CKR_OK:
            raise CryptokiError(function, code)


def flag(*, value: bool) -> bytes:
    """Return a CK_BBOOL."""
    return bytes([value])


def number(value: int) -> bytes:
    """Return a CK_ULONG."""
    return value.to_bytes(_ULONG_BYTES, c.BYTE_ORDER)


def _ulong(value: int) -> ctypes.c_ulong:
    return ctypes.c_ulong(value)


def _template(attributes: Attributes) -> "ctypes.Array[_Attribute]":
    entries = (_Attribute * len(attributes))()
    for entry, (kind, value) in zip(entries, attributes, strict=True):
        entry.type, entry.value, entry.length = kind, value, len(value)
    return entries
