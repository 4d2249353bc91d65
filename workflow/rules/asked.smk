# What is asked for beside a run: the files of two runs that are compared, those of a what-if.


def of_compared(end, city):
    """Return the files of a city in one of the runs that are compared, its record first."""
    return given(compared_files(COMPARED[end], city))


def compared(end, file):
    """Return a file of each city in one of the runs that are compared."""
    folders = [compared_folder(COMPARED[end], city) for city in COMPARED_CITIES]
    return given([folder / file for folder in folders])


# the tables of a what-if that hold the base with the site in it; its page takes all else from the base
COMBINED = ("heritage", "candidates", "scores", "reach", "parts", "isochrones")
TRIED = (*COMBINED, "values", "scenarios", "priorities_doubt", "agreement")
# and those that are made from these as the base's are
TRIED_TOO = ("recommended", "set_beside_ranking", "site_doubt", "set_doubt", "marks")


def asked_of(wildcards):
    """Return what is asked of this city under this name."""
    if not WHAT_IF or (WHAT_IF.city, WHAT_IF.trial) != (
        wildcards.city,
        wildcards.trial,
    ):
        raise WorkflowError(f"no such what-if is asked; say for example: {COMMAND}")
    return json.dumps(ASKED, sort_keys=True, ensure_ascii=False)


def trial_tables(*names):
    """Return where tables of a what-if lie, by name."""
    return {name: f"<tables>/{{city}}/{{trial}}/{name}.parquet" for name in names}


def with_trial(files):
    """Return the inputs of a rule by name, those that a what-if has of its own in its folder."""
    return {
        **dict(files.items()),
        **trial_tables(*{*TRIED, *TRIED_TOO} & {*files.keys()}),
    }
