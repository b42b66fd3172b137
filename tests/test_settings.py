"""What counts is what was said nearest to the command, and everybody can see where it was said."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mhmcli.errors import UsageError
from mhmcli.settings import Settings, project_file, settings, user_file
from tests.conftest import Ran

Mhm = Callable[..., Ran]
OPTIONS = ("memory", "cache-size", "threads", "quick")


def found(folder: Path, profile: str | None = None, **environment: str) -> Settings:
    return settings(OPTIONS, profile, folder=folder, environment=environment)


def own(text: str) -> None:
    user_file().write_text(text)


def test_what_is_nearer_counts(tmp_path: Path) -> None:
    """The environment over a profile over the project's file over the user's own."""
    project = tmp_path / "project"
    (project / "deep").mkdir(parents=True)
    own('memory = "append"\nthreads = 1\ncache_size = "1G"\n[profiles.fast]\nquick = true\n')
    (project / ".mhm.toml").write_text("threads = 2\n[profiles.fast]\nthreads = 3\n")
    plain = found(project / "deep")
    assert {name: setting.value for name, setting in plain.values.items()} == {
        "memory": "append",
        "threads": 2,
        "cache-size": "1G",
    }
    assert plain.values["threads"].origin == str(project / ".mhm.toml")
    assert plain.profiles == ("fast",)
    fast = found(project / "deep", "fast", MHM_THREADS="4", MHM_CACHE_SIZE="")
    assert fast.values["quick"].origin == f"{user_file()} [profiles.fast]"
    assert (fast.values["threads"].value, fast.values["threads"].origin) == ("4", "MHM_THREADS")
    assert found(project, "fast").values["threads"].value == 3
    assert fast.values["cache-size"].value == "1G", "an empty variable says nothing"


def test_a_project_ends_where_its_repository_does(tmp_path: Path) -> None:
    (tmp_path / ".mhm.toml").write_text("threads = 2\n")
    (tmp_path / "a/b").mkdir(parents=True)
    assert project_file(tmp_path / "a/b") == tmp_path / ".mhm.toml"
    (tmp_path / "a/.git").mkdir()
    assert project_file(tmp_path / "a/b") is None


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ("memroy = 'append'", "no setting 'memroy'", "did you mean memory?"),
        ("colour = 1", "no setting 'colour'", "there are: cache-size, loaders, memory"),
        ("[profile.fast]", "no setting 'profile'", "did you mean profiles?"),
        ("[profiles.slow]\ntreads = 1", "no setting 'treads'", "did you mean threads?"),
        ("memory = ", "is no TOML", "mhm config edit"),
        ("memory = ['append']", "memory is one value", "memory = ..."),
        ("profiles = 3", "profiles is no table", "[profiles.fast]"),
        ("[profiles]\nfast = 3", "fast is no table", "[profiles.fast]"),
        ("[loaders]\nodt = 'pandoc'", "the loader of odt has no {}", "pandoc -t plain {}"),
        ("[loaders]\nodt = 'sh -c \"cat {}\"'", "the loader of odt has no {}", "pandoc"),
        ('[loaders]\nodt = "cat \'{}"', "the loader of odt has no {}", "pandoc"),
    ],
)
def test_what_is_set_wrong_says_where(tmp_path: Path, text: str, says: str, hint: str) -> None:
    own(text)
    with pytest.raises(UsageError) as error:
        found(tmp_path, "fast")
    assert says in error.value.message
    assert str(user_file()) in error.value.message
    assert hint in (error.value.hint or "")


def test_a_profile_that_is_not_there(tmp_path: Path) -> None:
    own("[profiles.fast]\nquick = true\n")
    with pytest.raises(UsageError, match="no profile 'fats'") as error:
        found(tmp_path, "fats")
    assert error.value.hint == "did you mean fast?"


def test_of_ways_that_exclude_each_other_the_nearest_counts(tmp_path: Path) -> None:
    """Whatever is set farther away; what is switched off beats nothing."""
    ways = ("quick", "skim", "budget")

    def chosen(profile: str | None = None, **environment: str) -> dict[str, object]:
        made = settings(ways, profile, folder=tmp_path, environment=environment)
        return {name: setting.value for name, setting in made.values.items()}

    own('skim = "20%"\n[profiles.fast]\nquick = true\n[profiles.off]\nquick = false\n')
    assert chosen() == {"skim": "20%"}
    assert chosen("fast") == {"quick": True}
    assert chosen("off") == {"skim": "20%", "quick": False}
    assert chosen("fast", MHM_BUDGET="5m") == {"budget": "5m"}
    for off in ("0", "false", "No"):
        assert chosen(MHM_QUICK=off) == {"skim": "20%", "quick": off}


@pytest.mark.parametrize("name", ["offline", "no-history", "cache-size"])
def test_what_keeps_data_where_it_is_no_project_sets(tmp_path: Path, name: str) -> None:
    (tmp_path / ".mhm.toml").write_text(f"[profiles.fast]\n{name} = false\n")
    with pytest.raises(UsageError, match=f"sets {name}, which is for you to set"):
        settings(("offline", "no-history", "cache-size"), folder=tmp_path, environment={})


def test_a_project_names_no_commands(tmp_path: Path) -> None:
    """It may have come with a download."""
    own('[loaders]\n".ODT" = "pandoc -t plain {}"\n')
    assert found(tmp_path).loaders == {"odt": "pandoc -t plain {}"}
    (tmp_path / ".mhm.toml").write_text('[loaders]\nodt = "rm {}"\n')
    with pytest.raises(UsageError, match="which are commands"):
        found(tmp_path)


def test_config_shows_each_value_and_where_it_is_from(mhm: Mhm, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        'memory = "append"\n[profiles.fast]\nquick = true\n[loaders]\nodt = "pandoc {}"\n'
    )
    ran = mhm("config", "show", "--profile", "fast", env={"MHM_HEADS": "3"})
    assert ran.status == 0
    rows = {line.split()[0]: line.split(maxsplit=2)[1:] for line in ran.out.splitlines()}
    assert rows["memory"] == ["append", str(tmp_path / "config.toml")]
    assert rows["quick"] == ["true", f"{tmp_path / 'config.toml'} [profiles.fast]"]
    assert rows["heads"] == ["3", "MHM_HEADS"]
    assert rows["temperature"] == ["0.0", "default"]
    assert "loader of odt: pandoc {}" in ran.out
    made = json.loads(mhm("config", "show", "--json").out)
    assert made["settings"]["memory"]["value"] == "append"
    assert mhm("config", "path").out.strip() == str(tmp_path / "config.toml")


def test_what_is_set_is_what_is_asked_with(mhm: Mhm, tmp_path: Path) -> None:
    """And a flag overrules it; what excludes it on the command line, too."""
    (tmp_path / "doc.txt").write_text("The keeper is Roy.\n")
    (tmp_path / "config.toml").write_text('model = "no-such-model"\nquick = true\nheads = 0\n')
    ask = ("ask", "doc.txt", "Who?")
    assert "no-such-model" in mhm(*ask).err
    assert "no-such-model" not in mhm(*ask, "-m", "other.gguf").err
    assert "exclude" in mhm(*ask, "--skim", "20%", "--budget", "3m").err
    assert "exclude" not in mhm(*ask, "--skim", "20%").err
    (tmp_path / "config.toml").write_text('model = "no-such-model"\nbudget = "5m"\n')
    assert "no-such-model" in mhm(*ask, "--memory", "append").err, "which reads all"
    assert "no-such-model" in mhm(*ask, env={"MHM_BUDGET": "0"}).err, "which switches it off"
    assert "no length of time" in mhm(*ask, "--budget", "0").err
    assert "exclude" not in mhm("ask", "--every", "5m", "Who?", stdin=b"Roy.\n").err
    assert "no profile 'slow'" in mhm(*ask, "--profile", "slow").err
    assert "no profile 'slow'" in mhm(*ask, env={"MHM_PROFILE": "slow"}).err
    for wrong in ('memory = "brain"', "heads = true", 'threads = "lots"'):
        (tmp_path / "config.toml").write_text(f"{wrong}\n")
        ran = mhm(*ask)
        assert ran.status == 2
        assert f"{tmp_path / 'config.toml'}: {wrong.replace(chr(34), '')}: " in ran.err


def test_a_first_file_sets_nothing_and_is_written_once(mhm: Mhm, tmp_path: Path) -> None:
    """All that can be set is in it, as comments that are right once the mark is taken away."""
    file = tmp_path / "new" / "config.toml"
    env = {"MHM_CONFIG": str(file)}
    assert mhm("config", "init", env=env).out.strip() == str(file)
    assert mhm("config", "init", env=env).status == 2
    text = file.read_text()
    assert "# cache-size = " in text
    file.write_text(text.replace("# temperature = ", "temperature = "))
    rows = mhm("config", "show", env=env).out.splitlines()
    assert [row.split()[0] for row in rows if str(file) in row] == ["temperature"]


def test_edit_opens_the_editor_and_looks_at_what_was_written(mhm: Mhm, tmp_path: Path) -> None:
    script = tmp_path / "editor.py"
    script.write_text("import sys; open(sys.argv[1], 'a').write('threads = 2\\n')\n")
    editor = {"EDITOR": f"{sys.executable} {script}"}
    assert "is in order" in mhm("config", "edit", env=editor).err
    script.write_text("import sys; open(sys.argv[1], 'a').write('treads = 2\\n')\n")
    ran = mhm("config", "edit", env=editor)
    assert (ran.status, "did you mean threads?" in ran.err) == (2, True)
    assert "no editor" in mhm("config", "edit", env={"EDITOR": "", "VISUAL": ""}).err
