"""Needles that share no content word with their question: what words alone cannot find.

Each follows from the world, not from the wording: who touches no cheese, eggs or honey is vegan.
Source: NoLiMa, arXiv:2502.05167, whose finding is that a long context hides just these.
"""

from __future__ import annotations

# What is said of a person, and the question that it answers.
ASSOCIATIONS = (
    ("{who} will touch neither cheese nor eggs nor honey.", "Who is vegan?"),
    ("{who} keeps two iguanas and a python in the back room.", "Who owns pet reptiles?"),
    ("{who} was run over by a lorry and lay in plaster until May.", "Who had an accident?"),
    ("{who} turned all the family's savings into bullion.", "Who invested in gold?"),
    ("{who} waited at table for three winters in Lyon.", "Who has worked in France?"),
    ("{who} has signed with the rival firm across the river.", "Who is leaving for a competitor?"),
    ("{who} needs insulin before every meal.", "Who is diabetic?"),
    ("{who} lost the house at cards.", "Who gambled a home away?"),
    ("{who} has played the cello at Covent Garden.", "Who is a musician?"),
    ("{who} pulls teeth above the bakery.", "Who is a dentist?"),
    ("{who} cannot tell a ripe cherry from its leaf by the hue.", "Who is colour-blind?"),
    ("{who} gave birth to a daughter at Easter.", "Who has become a mother?"),
    ("{who} has stood on top of Mont Blanc four times.", "Who is a mountaineer?"),
    ("{who} buried a husband last autumn.", "Who is a widow?"),
    ("{who} has sent a third novel to the printers.", "Who is an author?"),
    ("{who} looks after forty hives on the heath.", "Who produces honey?"),
    ("{who} sold the herd, the plough and the last acre.", "Who has given up farming?"),
    ("{who} spent ten years behind bars.", "Who was in prison?"),
    ("{who} faints at the sight of a needle or a scalpel.", "Who is afraid of doctors?"),
    ("{who} wrote to the owner that the rent cannot be paid.", "Which tenant has no money?"),
)
