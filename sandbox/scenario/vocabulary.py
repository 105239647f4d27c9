"""Subjects, places, companies and names the seed draws from."""

SINGLE_SUBJECTS = [
    "Contract renewal with Northwind Traders",
    "Quarterly forecast walkthrough",
    "Interview: senior backend engineer",
    "Demo for Tailspin Toys",
    "Incident review: mail delay of Tuesday",
    "Travel planning for the Lisbon fair",
    "Budget check with Finance",
    "Kick-off: warehouse rollout",
    "Lunch with the Wingtip team",
    "Security awareness refresher",
    "Design critique: onboarding",
    "Vendor call: badge readers",
    "Handover before parental leave",
    "Price list review",
    "Architecture discussion: event pipeline",
    "Call back Mrs. Fournier (Adventure Works)",
    "Hiring debrief",
    "Workshop: customer journey",
    "Release go / no-go",
    "Mentoring chat",
    "Tender questions, city of Graz",
    "Data protection impact assessment",
    "Press briefing rehearsal",
    "Site visit: Hall 4",
    "Feedback round on the pilot",
    "Postmortem: billing run",
    "Board paper, second reading",
    "Partner meeting: Litware",
    "Catch-up with Proseware support",
    "Besprechung: Umbau 3. Stock",
    "Réunion budget 2027",
    "四半期レビュー（東京）",
]
PRIVATE_SUBJECTS = ["Dentist", "School meeting", "Physiotherapy", "Notary appointment", "Family dinner"]
ALL_DAY_SUBJECTS = ["Home office", "Out of office", "Company anniversary", "Inventory day", "Release freeze"]
LONG_SUBJECTS = ["Annual leave", "Trade fair in Lisbon", "Onsite at Fourth Coffee", "Training: Lean basics"]
CANCELLED_SUBJECTS = ["Canceled: Roadmap preview", "Canceled: Supplier day", "Canceled: Press briefing"]

ROOMS = [
    "Room Aspen (4th floor)",
    "Room Birch (2nd floor)",
    "Boardroom",
    "Café corner",
    "Hall 4, gate B",
    "Konferenzraum Süd",
    "Salle Voltaire",
    "Phone booth 3",
]
AGENDA = [
    "Where we stand since the last time and what changed in the numbers",
    "Open points from the minutes, with owners and dates",
    "Decision needed: scope of the second phase, options A and B in the attached paper",
    "Risks that moved up, and what each of them would cost us",
    "Questions from the field team collected over the last two weeks",
    "Next steps and who tells the customer",
    "Demo of the current build on real data, feedback directly into the board",
    "Dependencies on the other teams until the end of the quarter",
    "Budget left for this year and what is already committed",
]
COMPANIES = [
    "Northwind Traders",
    "Adventure Works",
    "Tailspin Toys",
    "Wingtip Consulting",
    "Litware",
    "Proseware",
    "Fourth Coffee",
    "Graphic Design Institute",
    "Blue Yonder Airlines",
    "Woodgrove Bank",
    "Alpine Ski House",
    "Trey Research",
    "Müller & Söhne GmbH",
    "Société Générale des Eaux",
    "株式会社サンライズ",
]
JOB_TITLES = [
    "Buyer",
    "Managing Director",
    "Head of Procurement",
    "Project Manager",
    "Account Manager",
    "Chief Engineer",
    "Office Manager",
    "Legal Counsel",
    "Controller",
    "Support Engineer",
    "Geschäftsführerin",
    "Directrice commerciale",
]
GIVEN_NAMES = [
    "Amélie", "Björn", "Chloé", "Dmitri", "Elena", "Farid", "Greta", "Håkon", "Ivana", "José",
    "Katarzyna", "Łukasz", "María", "Nils", "Olga", "Priya", "Rémi", "Søren", "Tomáš", "Ursula",
    "Viktor", "Wanda", "Yusuf", "Zoë", "Grace", "Henry", "Isabel", "Malik", "Naomi", "Peter",
]  # fmt: skip
SURNAMES = [
    "Andersson", "Bauer", "Castellano", "Dąbrowski", "Eriksen", "Fournier", "García", "Hughes", "Ivanova",
    "Jørgensen", "Kowalczyk", "Lefèvre", "Müller", "Nakamura", "O'Connor", "Pereira", "Quist", "Růžička",
    "Schäfer", "Tóth", "Underwood", "Varga", "Weber", "Xu", "Yılmaz", "Zimmermann", "Brown", "Clark",
]  # fmt: skip
NAMES_ELSEWHERE = ["山田 太郎", "王小明", "김민준", "Ольга Смирнова", "ليلى حداد", "Νίκος Παππάς"]
CITIES = [
    ("Leopoldstraße 12", "München", "80802", "Germany"),
    ("14 Rue de la République", "Lyon", "69002", "France"),
    ("221 Elliott Avenue", "Seattle", "98121", "United States"),
    ("5 Harbour Street", "Sydney", "2000", "Australia"),
    ("丸の内 1-2", "東京", "100-0005", "Japan"),
]
