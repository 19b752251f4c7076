"""deploy/Containerfile keeps the rules of an image without root; each rule has a violation that it notices."""

import tomllib

import pytest

from tests.architecture.source_tree import ROOT, source_of
from tests.deploy.containerfile import complaints, steps

GOOD = source_of("deploy/Containerfile")


def test_the_image_keeps_every_rule() -> None:
    assert complaints(GOOD, ROOT) == []


def test_it_holds_every_package_of_the_wheel_and_nothing_of_the_tests() -> None:
    packages = tomllib.loads(source_of("pyproject.toml"))["tool"]["hatch"]["build"]["targets"]["wheel"][
        "packages"
    ]
    copied = {
        word
        for step in steps(GOOD)
        if step.name == "COPY" and not step.option("from")
        for word in step.words[:-1]
    }

    assert set(packages) <= copied
    assert copied - set(packages) == {"requirements.lock", "pyproject.toml", "README.md", "LICENSE"}
    allowed = {line[1:] for line in source_of(".containerignore").splitlines() if line.startswith("!")}
    assert allowed == copied


def test_every_setting_it_names_is_one() -> None:
    from idp.env_file import setting_names

    named = {word.partition("=")[0] for step in steps(GOOD) if step.name == "ENV" for word in step.words}
    assert {name for name in named if name.startswith("HPID_")} <= setting_names() | {"HPID_STATE"}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("USER 10001:10001", "USER root", "the last USER is a number, and not root's"),
        ("USER 10001:10001", "USER 0:0", "the last USER is a number, and not root's"),
        ("USER 10001:10001", "", "the last USER is a number, and not root's"),
        (
            "USER 10001:10001\n",
            "USER 10001\nRUN true\n",
            "what runs owns no file of the image: RUN and COPY stand before USER",
        ),
        ("COPY idp ./idp", "ADD idp ./idp", "ADD fetches and unpacks what nobody checked: COPY"),
        ("COPY idp ./idp", "COPY ipd ./idp", "ipd is not there"),
        ("COPY idp ./idp", "COPY . ./", ". is not there"),
        (
            "python:3.11-slim-bookworm AS build",
            "python:latest AS build",
            "python:latest has no tag of its own",
        ),
        ("python:3.11-slim-bookworm AS build", "python AS build", "python has no tag of its own"),
        (
            "python:3.11-slim-bookworm AS build",
            "reg.example/python:3.11 AS build",
            "reg.example/python:3.11 names a host: which one is the machine's business",
        ),
        (" --require-hashes", "", "pip installs what the lock pins, with hashes, and us without a network"),
        (" --no-index .", " .", "pip installs what the lock pins, with hashes, and us without a network"),
        ("USER 10001", "ENV HPID_NATIONAL_CLIENT_SECRET=x\nUSER 10001", "a secret has no place in an image"),
        ("USER 10001", "RUN curl -O x\nUSER 10001", "nothing is fetched but what the lock pins"),
        ("STOPSIGNAL SIGTERM", "", "there is no STOPSIGNAL"),
        ('CMD ["serve"]', "CMD serve", "CMD takes a list: a shell in between keeps signals for itself"),
        ("COPY --from=build /opt/hpid /opt/hpid", "", "what builds stays in another stage"),
    ],
)
def test_a_broken_rule_is_noticed(old: str, new: str, complaint: str) -> None:
    assert old in GOOD
    assert complaint in complaints(GOOD.replace(old, new), ROOT)
