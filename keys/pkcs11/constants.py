"""Numbers of PKCS #11 that we use, by their names there – Current Mechanisms and Base Specification 2.40, 3.0."""

import sys
from collections.abc import Mapping
from typing import Literal

BYTE_ORDER: Literal["little", "big"] = sys.byteorder

PLACES: Mapping[str, int] = {
    "C_Initialize": 0,
    "C_Finalize": 1,
    "C_GetSlotList": 4,
    "C_GetTokenInfo": 6,
    "C_GetMechanismList": 7,
    "C_OpenSession": 12,
    "C_CloseSession": 13,
    "C_Login": 18,
    "C_DestroyObject": 22,
    "C_GetAttributeValue": 24,
    "C_FindObjectsInit": 26,
    "C_FindObjects": 27,
    "C_FindObjectsFinal": 28,
    "C_SignInit": 42,
    "C_Sign": 43,
    "C_GenerateKeyPair": 59,
}
"""Where a function stands in CK_FUNCTION_LIST, counted after the version."""

CKF_SERIAL_SESSION = 0x4
CKF_RW_SESSION = 0x2
CKF_OS_LOCKING_OK = 0x2
CKF_USER_PIN_FINAL_TRY = 0x20000
CKF_USER_PIN_LOCKED = 0x40000
CKU_USER = 1

CKO_PUBLIC_KEY = 2
CKO_PRIVATE_KEY = 3
CKA_CLASS = 0x0
CKA_TOKEN = 0x1
CKA_PRIVATE = 0x2
CKA_LABEL = 0x3
CKA_ID = 0x102
CKA_SENSITIVE = 0x103
CKA_SIGN = 0x108
CKA_VERIFY = 0x10A
CKA_MODULUS = 0x120
CKA_MODULUS_BITS = 0x121
CKA_PUBLIC_EXPONENT = 0x122
CKA_EXTRACTABLE = 0x162
CKA_LOCAL = 0x163
CKA_NEVER_EXTRACTABLE = 0x164
CKA_ALWAYS_SENSITIVE = 0x165
CKA_EC_PARAMS = 0x180
CKA_EC_POINT = 0x181

CKM_RSA_PKCS_KEY_PAIR_GEN = 0x0
CKM_SHA256_RSA_PKCS = 0x40
CKM_RSA_PKCS_PSS = 0xD
CKM_SHA256 = 0x250
CKG_MGF1_SHA256 = 0x2
CKM_EC_KEY_PAIR_GEN = 0x1040
CKM_ECDSA = 0x1041
CKM_EC_EDWARDS_KEY_PAIR_GEN = 0x1055
CKM_EDDSA = 0x1057

CKR_OK = 0x0
CKR_KEY_HANDLE_INVALID = 0x60
CKR_OBJECT_HANDLE_INVALID = 0x82
CKR_PIN_INCORRECT = 0xA0
CKR_PIN_INVALID = 0xA1
CKR_PIN_LEN_RANGE = 0xA2
CKR_PIN_EXPIRED = 0xA3
CKR_PIN_LOCKED = 0xA4
CKR_USER_ALREADY_LOGGED_IN = 0x100
CKR_USER_PIN_NOT_INITIALIZED = 0x102
CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191

PIN_REFUSED = frozenset(
    {
        CKR_PIN_INCORRECT,
        CKR_PIN_INVALID,
        CKR_PIN_LEN_RANGE,
        CKR_PIN_EXPIRED,
        CKR_PIN_LOCKED,
        CKR_USER_PIN_NOT_INITIALIZED,
    }
)
"""What a login answers when trying again would only bring the token nearer to locking itself."""

NAMES: Mapping[int, str] = {
    0x5: "CKR_GENERAL_ERROR",
    0x6: "CKR_FUNCTION_FAILED",
    0x30: "CKR_DEVICE_ERROR",
    0x31: "CKR_DEVICE_MEMORY",
    0x32: "CKR_DEVICE_REMOVED",
    CKR_KEY_HANDLE_INVALID: "CKR_KEY_HANDLE_INVALID",
    0x70: "CKR_MECHANISM_INVALID",
    CKR_OBJECT_HANDLE_INVALID: "CKR_OBJECT_HANDLE_INVALID",
    CKR_PIN_INCORRECT: "CKR_PIN_INCORRECT",
    CKR_PIN_INVALID: "CKR_PIN_INVALID",
    CKR_PIN_LEN_RANGE: "CKR_PIN_LEN_RANGE",
    CKR_PIN_EXPIRED: "CKR_PIN_EXPIRED",
    CKR_PIN_LOCKED: "CKR_PIN_LOCKED",
    0xB3: "CKR_SESSION_HANDLE_INVALID",
    0xE0: "CKR_TOKEN_NOT_PRESENT",
    0xE1: "CKR_TOKEN_NOT_RECOGNIZED",
    0x101: "CKR_USER_NOT_LOGGED_IN",
    CKR_USER_PIN_NOT_INITIALIZED: "CKR_USER_PIN_NOT_INITIALIZED",
    0x190: "CKR_CRYPTOKI_NOT_INITIALIZED",
}
"""What our log calls the commoner codes."""
