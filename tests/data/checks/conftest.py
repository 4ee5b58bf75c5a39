"""What tests of the rules share: searches as files have them, and the remarks of a command by file and rule."""

import pytest

SEARCH = {
    "Type": "Person search",
    "Legislation": "Misuse of Drugs Act 1971 (section 23)",
    "Object of search": "Controlled drugs",
    "Outcome": "A no further action disposal",
    "Self-defined ethnicity": "White - Irish",
    "Officer-defined ethnicity": "White",
    "Gender": "Male",
    "Age range": "18-24",
    "Part of a policing operation": "False",
    "Outcome linked to object of search": "False",
    "Removal of more than just outer clothing": "False",
}


@pytest.fixture(scope="session")
def searches():
    """So many ordinary searches, each a minute after the one before it and at a place of its own."""

    def make(count, month="2018-04", **cells):
        return [
            SEARCH
            | {
                "Date": f"{month}-{1 + n // 1000:02}T{1 + n // 60 % 16:02}:{n % 60:02}:30+00:00",
                "Latitude": f"{51 + n / 1e5:.5f}",
                "Longitude": "-0.1",
            }
            | cells
            for n in range(count)
        ]

    return make


@pytest.fixture
def remarks(load, police_csv):
    """A function that loads months of Surrey, each a list of searches, and gives the remarks of each by rule."""

    def run(**months):
        files = {f"{m[1:5]}-{m[5:]}-surrey-stop-and-search.csv": police_csv(rows) for m, rows in months.items()}
        report = load(files)
        assert [outcome.status for outcome in report.outcomes] == ["loaded"] * len(files)
        return {o.path[:7]: {remark.rule: remark for remark in o.remarks} for o in report.outcomes}

    return run


@pytest.fixture(scope="session")
def real_remarks(real_report):
    """A function that gives every remark on the real files of one rule, with the file's name."""

    def of(rule):
        return [
            (outcome.path.rpartition("/")[2].partition(".")[0], remark)
            for outcome in real_report[1].outcomes
            for remark in outcome.remarks
            if remark.rule == rule
        ]

    return of


@pytest.fixture(scope="session")
def published_facts(real_files):
    """What SOURCES.md of the real files says of each stop-and-search file, by name: its table's cells by heading."""
    facts, header = {}, None
    for line in (real_files / "SOURCES.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == "file":
            header = cells
        elif line.startswith("| police_uk/") and "-stop-and-search" in cells[0]:
            facts[cells[0].rpartition("/")[2].partition(".")[0]] = dict(zip(header, cells, strict=True))
    assert len(facts) == 143
    return facts
