"""Make the sample document: the log of a lighthouse, 26 pages, written for this project.

    python tests/sample/make_sample.py tests/sample/corran-head.pdf

A story runs through the entries: lamp oil goes missing, three people are suspected, and the
truth stands in two places far apart. The days between are made from a seed, so the same
script makes the same text.
"""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime
from pathlib import Path

from fpdf import FPDF

TITLE = "The Log of Corran Head Light"
SEED = 1898

FRONT = [
    (
        "Note to the reader",
        "This is the station log of the lighthouse on Corran Head for the year 1898, as kept by "
        "the principal keeper, Mr. Alasdair Roy, and copied fair by the harbour office at "
        "Strathmore. The station was tended by three keepers: Mr. Roy; his first assistant, "
        "Tobias Fenn; and his second assistant, the young Ewan Lyle. Stores were brought by the "
        "tender Marigold, Captain Hester Quill. The nearest people were those of Saint Bride's, "
        "a village of some thirty houses across the sound, with a chapel and a school.",
    ),
    (
        "On the light",
        "The lamp burns paraffin oil in a burner of five wicks. A full winter night takes eleven "
        "gallons; a night at midsummer, four. The oil is kept in the lower store in casks of forty "
        "gallons, of which the key hangs in the kitchen. The lens is of the second order and turns "
        "once in ninety seconds, so that a ship sees a white flash every thirty.",
    ),
]

MONTHS = [
    (
        "January",
        [
            "Mr. Roy takes the station over from Mr. Gow, who goes ashore with bad lungs. The lens "
            "is found clean, the clockwork in good order, and twenty-six casks of oil in the store.",
            "A sea broke over the landing on the 19th and carried off the small boat. Fenn has "
            "asked the office for another.",
        ],
    ),
    (
        "February",
        [
            "Ewan Lyle has been teaching himself the concertina. Fenn has asked for a transfer.",
            "The barque Halcyon, of Bergen, stood in too close on the 11th in thick snow. We burnt "
            "a blue light and fired the gun, and she wore round with the reef under her stern. Her "
            "master, Captain Ole Tveit, sent us a cheese by the next tender.",
        ],
    ),
    (
        "March",
        [
            "The casks were sounded on Lady Day. By the book there should be eighteen left; we "
            "count sixteen and a half. Mr. Roy believes the gauge to be at fault and has written "
            "for a new one.",
            "The equinox gale lasted four days. The tower could be felt to move.",
        ],
    ),
    (
        "April",
        [
            "The new gauge has come. It agrees with the old one to a quart. Some sixty gallons of "
            "oil are gone from the lower store since the New Year, and nobody can say where.",
            "The Marigold brought the new boat, a double-ender of twelve feet, painted green.",
        ],
    ),
    (
        "May",
        [
            "Mr. Roy has moved the key of the store from the kitchen to a nail above his own bed.",
            "Painted the tower. Fenn fell from the stage on the 20th, some nine feet, and broke "
            "his left wrist; Captain Quill took him to Doctor Anwar at Strathmore to have it set.",
        ],
    ),
    (
        "June",
        [
            "A survey party under Lieutenant Pryce came to sound the channel and stayed six nights. "
            "They measured the depth over the Corran reef at low springs as three fathoms and a "
            "half, not five as on the chart.",
            "No oil has gone missing this month. Lyle remarked that the nights were short.",
        ],
    ),
    (
        "July",
        [
            "The inspector, Mr. Josiah Bell, arrived without notice on the 14th. He found the brass "
            "bright and the books in order, the oil excepted. He holds that the tender's crew have "
            "been selling it, and means to have Captain Quill before the board.",
            "Lyle rowed to Saint Bride's on his free days, to give lessons on the concertina, he says.",
        ],
    ),
    (
        "August",
        [
            "Captain Quill laid her own books before the board at Strathmore: every cask that she "
            "signed for was landed, and Mr. Roy's signature stands under each. The board has "
            "cleared her. She has not spoken to the inspector since.",
            "Fenn's wrist is mended, though he cannot wind the clockwork with it yet.",
        ],
    ),
    (
        "September",
        [
            "Suspicion has fallen on Fenn, who is known to owe eleven pounds to the chandler, Mr. "
            "Dunmore. His chest was opened in his presence. It held nothing but a Bible and the "
            "letters of a lady in Leith. He has not forgiven Mr. Roy.",
            "A flight of geese struck the lantern on the 27th; two panes were broken and replaced.",
        ],
    ),
    (
        "October",
        [
            "Mr. Roy sat up nine nights in the lower store with a dark lantern and saw nobody. In "
            "the morning of the tenth the cask nearest the sea door was lighter by two gallons.",
            "The sea door has a lock of its own, put in by Mr. Gow, for which there was thought to "
            "be no key.",
        ],
    ),
    (
        "November",
        [
            "The coal for the school at Saint Bride's was lost last winter with the lighter Peggy, "
            "and the parish had no money for more. Mrs. Moen the schoolmistress tells us that the "
            "children were nevertheless not cold: a friend whom she had promised not to name had "
            "brought oil for the stove every week, from January on.",
            "A great aurora on the 21st, green and then red, seen from nine until past two.",
        ],
    ),
    (
        "December",
        [
            "Old Mr. Gow, visiting at Christmas, was asked about the sea door. There was one key, "
            "he said, and he had given it to the boy on the day he left, so that he might fetch in "
            "his crab pots without going through the kitchen.",
            "Mr. Roy has spoken with Lyle and then, alone, with the inspector. The missing oil is "
            "to be entered as leakage. Lyle is to pay for it out of his wages at a shilling a week, "
            "and is to go on with the lessons. Mr. Roy has himself sent four sacks of coal across.",
        ],
    ),
]

WINDS = ["NW", "W", "SW", "S", "SE", "E", "NE", "N"]
SKIES = [
    "clear, with a hard horizon",
    "overcast",
    "fog until noon, the horn sounded",
    "squalls with hail",
    "thin rain all day",
    "bright, with a long swell from the west",
]
WORK = [
    "Trimmed and cleaned the wicks; polished the lens with rouge.",
    "Whitewashed the boundary wall as far as the gate.",
    "Greased the carriage of the lens and wound the weights by hand.",
    "Cleared the landing of weed and mended the rope rail.",
    "Washed the panes of the lantern inside and out.",
    "Split driftwood for the kitchen and salted a bucket of saithe.",
    "Oiled the hinges of the lantern door and set the clock by the noon gun.",
    "Dug the potato ground and carried up seaweed for it.",
]
SHIPS = [
    "a steamer bound north, hull down",
    "four herring boats",
    "a brig under reefed topsails",
    "a collier, deep in the water",
    "two schooners in company",
    "no sail at all",
    "a yacht, out of her season",
    "a whaler with boats in her davits",
]


def day(rng: random.Random, month: str, number: int) -> str:
    """One ordinary day: '14 July. Wind SW, force 4, ...'."""
    wind, force = rng.choice(WINDS), rng.randint(1, 9)
    lit = f"{rng.randint(3, 9)}.{rng.choice(['05', '20', '35', '50'])}"
    return (
        f"{number} {month}. Wind {wind}, force {force}; {rng.choice(SKIES)}. "
        f"Barometer {rng.randint(284, 307) / 10:.1f}. {rng.choice(WORK)} "
        f"Passed: {rng.choice(SHIPS)}. Lamp lit at {lit} and burnt without fault."
    )


def pages() -> list[tuple[str, list[str]]]:
    """Title and paragraphs of each page, front matter first."""
    rng = random.Random(SEED)
    made = [(title, [text]) for title, text in FRONT]
    for month, events in MONTHS:
        days = sorted(rng.sample(range(1, 29), 14))
        entries = [day(rng, month, number) for number in days]
        first, second = entries[:7], entries[7:]
        first.insert(rng.randint(2, 5), events[0])
        second.insert(rng.randint(2, 5), events[1])
        made.append((f"{month} 1898", first))
        made.append((f"{month} 1898, continued", second))
    return made


def make(path: Path) -> None:
    """The sample is at `path`: two pages of front matter numbered i and ii, then from 1."""
    pdf = FPDF(format=(148, 210))
    pdf.set_title(TITLE)
    pdf.set_creation_date(datetime(2026, 1, 1, tzinfo=UTC))
    pdf.set_auto_page_break(auto=False)
    for index, (title, paragraphs) in enumerate(pages()):
        pdf.add_page(label_style="r" if index < len(FRONT) else "D")
        if index in (0, len(FRONT)):
            pdf.set_page_label(label_style="r" if index == 0 else "D", label_start=1)
        pdf.set_font("Times", "B", 14)
        pdf.multi_cell(0, 8, TITLE + "\n" + title if index == 0 else title)
        pdf.set_font("Times", "", 9.5)
        for paragraph in paragraphs:
            pdf.ln(1.5)
            pdf.multi_cell(0, 4.4, paragraph, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(path))


if __name__ == "__main__":
    make(Path(sys.argv[1]))
