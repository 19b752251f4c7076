"""The page of every setting, from `idp/settings.py` and `idp/lifetimes.py`."""

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from docs.generators.texts import shown, table, texts_under_fields
from idp.risk_settings import RiskSettings
from idp.settings import Lifetimes, Settings

PATH = "docs/reference/settings.md"
_FILE = (
    "`hpid.env` has a `NAME=value` line for each setting; blank lines and lines that begin with `#` are passed "
    "over. A variable of the environment wins. The file is for its owner and at most its group to read (`0600` "
    "or `0640`). A file that can't be read, a line that is not `NAME=value` and a name that is no setting stop "
    "every command with a line that says so. `HPID_STATE` says where the file is, so it stands in the "
    "environment alone."
)
CLASSES: tuple[type[BaseSettings], ...] = (Settings, Lifetimes, RiskSettings)


def page() -> str:
    """Return the page."""
    parts = [
        "# Settings",
        "Every setting of the provider, read from the environment and from `hpid.env` in the state folder.",
        _FILE,
    ]
    for settings in CLASSES:
        parts += [f"## {settings.__name__}", " ".join((settings.__doc__ or "").split()), _table(settings)]
    return "\n\n".join(parts)


def _table(settings: type[BaseSettings]) -> str:
    prefix = settings.model_config.get("env_prefix", "")
    texts = texts_under_fields(settings)
    rows = [
        (f"`{prefix}{name.upper()}`", _default(field), texts[name])
        for name, field in settings.model_fields.items()
        if not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseSettings))
    ]
    return table(("variable", "default", "meaning"), rows)


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    return "required" if value is PydanticUndefined else shown(value)
