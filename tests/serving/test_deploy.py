"""The files in deploy/ lead to a working page, as docs/server.md uses them."""

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import sqlalchemy as sa
import yaml

from riskmodel.serving.findings import Kind
from riskmodel.store import LOCAL, AccountStore, open_store
from riskmodel.store.models import items
from tests import nginx
from tests.conftest import CHECKOUT
from tests.server import app_is_healthy, free_port, private_environment, serving
from tests.serving.asking import UPLOAD
from tests.serving.certificates import certificate
from tests.serving.club import CLUB, examined, kinds, leads_here, port_of, signing_in

DEPLOY = CHECKOUT / "deploy"
FOLDER_OF_SITE = "STREAMLIT_SERVER_BASE_URL_PATH"
FRAMES = "add_header X-Frame-Options SAMEORIGIN;"
GUIDE = (CHECKOUT / "docs" / "server.md").read_text(encoding="utf-8")


def text_of(name):
    return (DEPLOY / name).read_text(encoding="utf-8")


def needs(program):
    return pytest.mark.skipif(not shutil.which(program), reason=f"no {program} here")


with_nginx = pytest.mark.skipif(not nginx.find_nginx(), reason=nginx.NO_NGINX)


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    with signing_in(tmp_path_factory.mktemp("home")) as url:
        yield port_of(url)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the club's certificate, which this process trusts."""
    leads_here(monkeypatch)
    chain, _ = certificate(tmp_path, CLUB)
    monkeypatch.setenv("SSL_CERT_FILE", str(chain))
    return tmp_path


def trusted(folder):
    return ssl.create_default_context(cafile=folder / "fullchain.pem")


def seen(app, folder, text, path=""):
    with nginx.nginx_before(app, folder, text) as public:
        return kinds(examined(f"https://{CLUB}:{public}/{path}"))


# -------------------------------------------------------------------------- nginx


@with_nginx
def test_by_nginx_the_page_works_and_its_logs_hold_no_answers(port, folder):
    assert seen(port, folder, text_of("nginx.conf"), "?age_years=38") == []
    logged = (folder / "cramp-risk.log").read_text(encoding="utf-8")
    assert '"GET /" 200' in logged
    assert "/_stcore/stream" in logged
    # A page that fails is one more chance to quote an address.
    unreachable = free_port()
    assert seen(unreachable, folder, text_of("nginx.conf"), "?age_years=38") == [
        Kind.APP_NOT_RUNNING
    ]
    for log in folder.glob("*.log"):
        assert "age_years" not in log.read_text(encoding="utf-8"), log.name
    # Every line of it ends with the request, whatever the level.
    assert {*re.findall(r"error_log (.*);", text_of("nginx.conf"))} == {"/dev/null"}


@with_nginx
def test_by_nginx_a_file_that_somebody_gives_lies_on_no_disk(port, folder):
    errors = folder / "warned.log"
    text = text_of("nginx.conf").replace("error_log /dev/null", f"error_log {errors} warn")
    with nginx.nginx_before(port, folder, text) as public:
        address = f"https://{CLUB}:{public}{UPLOAD}"
        httpx.put(address, content=b"0" * 200_000, trust_env=False, verify=trusted(folder))
    assert "buffered to a temporary file" not in errors.read_text(encoding="utf-8")


@with_nginx
def test_by_nginx_the_page_works_in_a_folder(port, port_in_folder, folder):
    text = text_of("nginx.conf").replace("location / {", "location /cramp/ {")
    assert seen(port_in_folder, folder, text, "cramp/") == []
    assert seen(port_in_folder, folder, text, "cramp") == []
    assert seen(port, folder, text, "cramp/") == [Kind.WRONG_PREFIX]
    cut = text.replace("8501;", "8501/;")
    assert seen(port_in_folder, folder, cut, "cramp/") == [Kind.WRONG_PREFIX]


@with_nginx
@pytest.mark.parametrize(
    ("line", "put_in", "expected"),
    [
        ("proxy_set_header Upgrade $http_upgrade;", "", Kind.UPGRADE_MISSING),
        ("proxy_set_header Connection $cramprisk_connection;", "", Kind.UPGRADE_MISSING),
        ("proxy_set_header Host $http_host;", "", Kind.ORIGIN_REFUSED),
        ("$http_host;", "other.example;", Kind.NAME_REFUSED),
        ("limit_conn ", f"{FRAMES} limit_conn ", Kind.HEADERS_CHANGED),
    ],
)
def test_a_line_less_in_nginx_is_found(port, folder, line, put_in, expected):
    text = text_of("nginx.conf")
    assert line in text
    assert seen(port, folder, text.replace(line, put_in)) == [expected]


# -------------------------------------------------------------------------- Caddy


@contextmanager
def caddy_before(app, folder, text):
    """Serve an app by Caddy on a port of 127.0.0.1, as a file for it says."""
    public = free_port()
    text = text.replace("\n{\n", "\n{\n\tadmin off\n\tauto_https disable_redirects\n", 1)
    chain = f"tls {folder}/fullchain.pem {folder}/privkey.pem"
    text = text.replace(
        f"\n{CLUB} {{\n", f"\n{CLUB}:{public} {{\n\tbind 127.0.0.1\n\t{chain}\n"
    )
    text = text.replace("/var/log/caddy/", f"{folder}/")
    text = text.replace(" 127.0.0.1:8501", f" 127.0.0.1:{app}")
    (folder / "Caddyfile").write_text(text, encoding="utf-8")
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"]
    environment = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    with (
        (folder / "caddy.log").open("wb") as log,
        subprocess.Popen(command, stderr=log, env=environment) as caddy,
    ):
        try:
            nginx.wait_for(public)
            yield f"https://{CLUB}:{public}/"
        finally:
            caddy.terminate()


@needs("caddy")
def test_by_caddy_the_page_works_and_its_logs_hold_no_answers(port, folder):
    with caddy_before(port, folder, text_of("Caddyfile")) as url:
        assert examined(f"{url}?age_years=38") == []
        # Here the answer names another address, with the answers.
        assert examined(f"{url}squad/?age_years=38") == []
    logged = (folder / "cramp-risk.log").read_text(encoding="utf-8")
    assert "/_stcore/stream" in logged
    for each in folder.glob("*.log"):
        assert "age_years" not in each.read_text(encoding="utf-8"), each.name


@needs("caddy")
def test_by_caddy_the_page_works_in_a_folder(port_in_folder, folder):
    text = text_of("Caddyfile").replace("path /*", "path /cramp /cramp/*")
    with caddy_before(port_in_folder, folder, text) as url:
        assert examined(f"{url}cramp/") == []
        assert examined(f"{url}cramp") == []


@needs("caddy")
def test_caddy_takes_its_file():
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", "Caddyfile"]
    done = subprocess.run(command, cwd=DEPLOY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# ------------------------------------------------------------- systemd and containers


@needs("systemd-analyze")
def test_systemd_takes_the_unit(tmp_path):
    unit = tmp_path / "cramp-risk.service"
    text = text_of("cramp-risk.service")
    command = re.search(r"ExecStart=(\S+) ", text)[1]
    unit.write_text(text.replace(command, sys.executable), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_the_image_holds_is_enough_to_serve(tmp_path):
    """What the Dockerfile copies, started by its own command in another folder."""
    image = text_of("Dockerfile")
    place, home = tmp_path / "image", tmp_path / "home"
    home.mkdir()
    place.mkdir()
    for source, target in re.findall(r"^COPY (\S+) \./(\S*)$", image, re.MULTILINE):
        copy = shutil.copytree if (CHECKOUT / source).is_dir() else shutil.copy
        whole = place / (target or source)
        whole.parent.mkdir(exist_ok=True)
        copy(CHECKOUT / source, whole)
    assert os.listdir(place / ".streamlit") == ["config.toml"]
    (command,) = re.findall(r"^CMD (\[.*\])$", image, re.MULTILINE)
    _, *rest = yaml.safe_load(command)
    port = free_port()
    # Tests listen on this machine alone.
    rest[rest.index("0.0.0.0")] = "127.0.0.1"
    asked = [sys.executable, *rest, "--port", str(port)]
    environment = {"PYTHONPATH": str(place), FOLDER_OF_SITE: "cramp"}

    def healthy(url):
        return app_is_healthy(f"{url}/cramp")

    with serving(asked, port, home, home, healthy, environment) as url:
        assert examined(f"{url}/cramp/") == []
        assert is_healthy_image(port, folder="cramp")
        assert not is_healthy_image(port)


def is_healthy_image(port, folder=""):
    """What the image's own check says of the app at a port."""
    image = text_of("Dockerfile").replace("\\\n", "")
    (check,) = re.findall(r"^HEALTHCHECK .*? CMD (.*)$", image, re.MULTILINE)
    check = check.replace("python ", f"{sys.executable} ").replace("8501", str(port))
    environment = os.environ | {FOLDER_OF_SITE: folder}
    done = subprocess.run(
        ["sh", "-c", check], env=environment, capture_output=True, check=False
    )
    return done.returncode == 0


def test_the_image_knows_that_it_is_well(port):
    assert is_healthy_image(port)
    assert not is_healthy_image(free_port())


def test_secrets_get_into_no_image_and_no_history():
    for name in (".dockerignore", ".gitignore"):
        lines = (CHECKOUT / name).read_text(encoding="utf-8").splitlines()
        assert {"secrets.toml", "**/secrets.toml"} & {*lines}, name


def test_the_container_has_no_rights_and_keeps_its_data():
    image, compose = text_of("Dockerfile"), yaml.safe_load(text_of("compose.yaml"))
    (app,) = compose["services"].values()
    assert app["ports"] == ["127.0.0.1:8501:8501"]
    assert app["read_only"]
    assert app["cap_drop"] == ["ALL"]
    volumes = [volume.split(":") for volume in app["volumes"]]
    assert [volumes[0][0]] == [*compose["volumes"]]
    assert f"VOLUME {volumes[0][1]}\n" in image
    assert (DEPLOY / app["build"]["context"] / app["build"]["dockerfile"]).is_file()
    assert image.index("\nUSER ") < image.index("\nCMD ")


@needs("docker")
def test_docker_takes_its_file():
    check = ["docker", "build", "--check", "-f", "deploy/Dockerfile", "."]
    done = subprocess.run(check, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    if "Usage:" in done.stderr + done.stdout or "daemon" in done.stderr:
        pytest.skip("this docker builds nothing")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["cramp-risk.service", "compose.yaml"])
def test_the_memory_of_a_server_is_the_same_everywhere(name):
    # Both take M for 1024 * 1024.
    (limit,) = re.findall(r"(?:MemoryMax=|mem_limit: )(\d+)M", text_of(name), re.I)
    assert GUIDE.count(f"{int(limit) / 1024:g} GiB") == 2


# ------------------------------------------------------------------------ the guide

# What needs another machine, a registry or a right that tests do not have is noted, not
# done; an editor is somebody who puts the folder in place of the system's.
STUBS = """
set -eu
sudo() {{
    while [ "${{1#-}}" != "$1" ]; do [ "$1" != -u ] || shift; shift; done
    "$@"
}}
for name in apt-get useradd systemctl certbot nginx docker; do
    eval "$name() {{ echo $name \\"\\$*\\" >> {root}/stubbed; }}"
done
sleep() {{ :; }}
logger() {{ echo "$*"; }}
date() {{ [ "$1" != +%F-%H%M ] && command date "$@" || echo {day}; }}
sudoedit() {{ sed -i "s#/opt/#{root}/opt/#; s#^    sudo.* sh -c#    sh -c#" "$1"; }}
python3() {{
    [ "$2" = venv ] || {{ {python} "$@"; return; }}
    mkdir -p "$3/bin"
    cp {root}/cramprisk "$3/bin/cramprisk"
    ln -sf /bin/true "$3/bin/pip"
}}
"""
PROGRAM = """#!/bin/sh
[ "$1" != doctor ] || {{ echo "$2" >> {root}/asked; exit 0; }}
PYTHONPATH={checkout} exec {python} -m riskmodel "$@"
"""
ISSUER = "https://your.provider"
CHAPTERS, LOOKED_UP = GUIDE.split("What follows is for looking up.")
TYPED = re.compile(r"```sh\n(.*?)```", re.DOTALL)
"""A block, as somebody copies it: each into a shell of its own, months may lie between."""


@pytest.fixture
def root(folder):
    """A folder in place of a fresh machine, on which the guide's commands run."""
    for place in ("etc/systemd/system", "etc/nginx/conf.d", "etc/cron.d", "opt/cramp-risk"):
        (folder / place).mkdir(parents=True)
    (folder / "var/lib/cramp-risk").mkdir(parents=True)
    program = folder / "cramprisk"
    text = PROGRAM.format(root=folder, checkout=CHECKOUT, python=sys.executable)
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    return folder


def typed(root, commands, day="2026-01-01-0000"):
    """Run commands in the checkout, with every folder of the system below the root."""
    moved = re.sub(r"(?<![\w.])/(opt|etc|var)/", rf"{root}/\1/", commands)
    script = STUBS.format(root=root, python=sys.executable, day=day) + moved
    environment = private_environment(root / "var/lib/cramp-risk")
    del environment["XDG_DATA_HOME"]
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, commands + done.stdout + done.stderr
    return done.stdout + done.stderr


def nightly():
    """Read the commands that cron runs in a night, of which each may fail alone."""
    lines = text_of("nightly.cron").splitlines()
    commands = [each.split("cramprisk ", 1)[1] for each in lines if each[0] != "#"]
    return "\n".join(f"({each})" for each in commands).replace("\\%", "%")


def data_of(root):
    """Open what a server's users saved."""
    folder = root / "var/lib/cramp-risk/.local/share/cramp-risk"
    folder.mkdir(parents=True, exist_ok=True)
    return closing(open_store(f"sqlite:///{folder / 'cramp-risk.db'}"))


def install(root):
    installed = root / "opt/cramp-risk/current/bin/cramprisk"
    installed.parent.mkdir(parents=True)
    shutil.copy(root / "cramprisk", installed)


def write_settings(root, text):
    folder = root / "var/lib/cramp-risk/.streamlit"
    folder.mkdir(exist_ok=True)
    (folder / "secrets.toml").write_text(text, encoding="utf-8")


def settings_in_guide(beginning):
    blocks = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    (found,) = [each for each in blocks if each.startswith(beginning)]
    return found


def test_a_night_without_a_backup_is_told(root):
    install(root)
    told = typed(root, nightly())  # nothing is saved that a backup could hold
    assert "-t cramp-risk backup failed" in told
    assert (root / "var/lib/cramp-risk/backups/last.log").read_text("utf-8").strip() in told


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        ("", ["New", "Old"]),
        (settings_in_guide("[club]\nkeep_months"), ["New"]),
        ("[club]\nkeep_months = 0", ["New", "Old"]),
    ],
)
def test_what_is_too_old_goes_at_night_where_the_club_says_so(root, settings, left):
    install(root)
    write_settings(root, settings)
    with data_of(root) as store:
        for name in ("Old", "New"):
            store.save(LOCAL, "plan", name, {"sport": "running"})
        then = datetime.now(UTC) - timedelta(days=800)
        with store.database.writing() as connection:
            old = sa.update(items).where(items.c.name == "Old").values(changed=then)
            connection.execute(old)
    told = typed(root, nightly())
    with data_of(root) as store:
        assert sorted(entry.name for entry in store.items(LOCAL, "plan")) == left
    is_wrong = "= 0" in settings
    assert ("-t cramp-risk deleting by age failed" in told) is is_wrong
    log = (root / "var/lib/cramp-risk/expired.log").read_text("utf-8")
    assert ("1 saved under a name" in log) is (left == ["New"])
    assert is_wrong is ("keep_months below [club] is 0" in log)
    # The night's backup was written before.
    (backup,) = (root / "var/lib/cramp-risk/backups").glob("?.db")
    with closing(open_store(f"sqlite:///{backup}")) as store:
        assert len(store.items(LOCAL, "plan")) == 2


def people_save(root):
    with data_of(root) as store:
        store.save(LOCAL, "plan", "Sunday", {"sport": "running"})
        for name in ("ada", "ben", "cem"):
            own = AccountStore(store.database, f"{ISSUER} {name}", f"{name}@{CLUB}")
            own.save(own.account, "plan", "Sunday", {"sport": "running"})
            own.note_seen()


def plans_of(root, owner):
    with data_of(root) as store:
        return [entry.name for entry in store.items(owner, "plan")]


@with_nginx
def test_who_follows_the_guide_gets_a_working_page_and_a_backup(root):
    home, versions = root / "var/lib/cramp-risk", root / "opt/cramp-risk"
    (versions / "2020-01-01-0000").mkdir()
    people_save(root)
    told = {}
    for day, block in enumerate(TYPED.findall(CHAPTERS), 1):
        if "drill.db" in block:
            assert "failed" not in typed(root, nightly())
        told[block] = typed(root, block, f"2026-01-{day:02d}-0000")
    assert (root / "etc/cron.d/cramp-risk").read_text("utf-8") == text_of("nightly.cron")
    here, *there = (root / "asked").read_text(encoding="utf-8").split()
    assert here == "http://127.0.0.1:8501"
    assert {*there} == {f"https://{CLUB}"}
    (drill,) = [words for block, words in told.items() if "drill.db" in block]
    assert len(re.findall(r"4 saved under a name", drill)) == 2
    assert not (home / "drill.db").exists()
    assert not (home / "newer").exists()

    # Whose rows went where.
    assert json.loads((home / "ada.json").read_text("utf-8"))["items"]
    assert plans_of(root, "https://new.provider 1234") == ["Sunday"]
    assert plans_of(root, f"{ISSUER} ben") == plans_of(root, f"{ISSUER} cem") == []

    # The way back was gone, so that one version was left; now another upgrade.
    first = os.readlink(versions / "current")
    assert [str(each) for each in versions.glob("20*")] == [first]
    for mark in ("NEW=", "for EACH"):
        block = [each for each in told if mark in each][-1]
        typed(root, block, "2027-01-01-0000")
    kept = {os.readlink(versions / name) for name in ("current", "previous")}
    assert {str(each) for each in versions.glob("20*")} == kept
    assert len(kept) == 2
    looked_up = ". /etc/cramp-risk.env\n"
    for block in TYPED.findall(LOOKED_UP):
        typed(root, looked_up + block)
    assert plans_of(root, f"{ISSUER} 1234") == ["Sunday"]

    stubbed = (root / "stubbed").read_text(encoding="utf-8").splitlines()
    (asked_for,) = [line for line in stubbed if line.startswith("certbot")]
    assert f"-d {CLUB} -m you@{CLUB} --agree-tos" in asked_for
    units = {line.split()[-1] for line in stubbed if line.startswith("systemctl")}
    assert units == {"daemon-reload", "cramp-risk", "nginx"}

    text = (root / "etc/nginx/conf.d/cramp-risk.conf").read_text(encoding="utf-8")
    # Without sign-in it knows its name, and with it.
    for settings, expected in (
        ("", [Kind.SIGN_IN_OFF]),
        (settings_in_guide("[auth]"), []),
    ):
        write_settings(root, settings)
        port = free_port()
        command = [versions / "current/bin/cramprisk", "app", "--port", str(port)]
        with serving([str(part) for part in command], port, home, home):
            assert seen(port, root, text) == expected
            local = examined(f"http://127.0.0.1:{port}")
            assert local == []
