"""Word lists for made-up companies and people. Every character fits Latin-1, as the export it ends up in does."""

COMPANY_FIRST = tuple(
    "Alba Ardent Arvor Aspen Auriga Basalt Bergen Birch Borealis Bramble Brio Cadenza Calder Canopy Cedar "
    "Cinder Cobalt Corvo Delta Dorado Ember Estuary Fabrik Fjord Fleuve Garnet Girasol Granit Halden Harbour "
    "Havre Helio Indigo Isola Jasper Juniper Kestrel Kobe Lagoon Larch Lumen Lyra Mantis Marisma Meridian "
    "Mistral Nimbus Nordlys Oakwell Ocelot Olivar Onyx Orchard Osprey Pelican Pinecrest Prisma Quartz Quince "
    "Rivage Rook Sable Sakura Sequoia Silva Solent Sorrel Talus Tern Tessera Thistle Tilia Umber Vega Verano "
    "Vesper Volta Willow Yarrow Zephyr".split()
)
COMPANY_SECOND = {
    "Manufacturing": ("Works", "Precision", "Components", "Machinery", "Metals"),
    "Logistics": ("Freight", "Logistics", "Shipping", "Forwarding", "Lines"),
    "Healthcare": ("Clinics", "Diagnostics", "Health", "Medical", "Care"),
    "Financial Services": ("Capital", "Mutual", "Insurance", "Savings", "Trust"),
    "Retail": ("Stores", "Market", "Outfitters", "Retail", "Home"),
    "Energy": ("Power", "Energy", "Grid", "Renewables", "Utilities"),
    "Technology": ("Software", "Systems", "Data", "Networks", "Labs"),
    "Food & Beverage": ("Foods", "Dairy", "Bakeries", "Beverages", "Provisions"),
    "Education": ("Academy", "Institute", "Colleges", "Learning", "Press"),
    "Construction": ("Builders", "Construction", "Timber", "Engineering", "Estates"),
}
COMPANY_LAST = ("Group", "SA", "AG", "Ltd", "BV", "SpA", "AB", "GmbH", "Inc", "Oy")
COUNTRIES = ("Germany", "Italy", "France", "Netherlands", "Spain", "Sweden", "United Kingdom", "United States")
FIRST_NAMES = tuple(
    "Ada Aiko Alejandra Amara Amélie Anders Anika Arjun Beatriz Björn Camille Carlos Chiara Chidi Clara "
    "Daniela David Diego Eleni Elif Emeka Emil Esra Fatima Felix Françoise Freja Giulia Hana Hassan Helena "
    "Hugo Ines Ingrid Isla Jakob Jan Jonas José Julia Kamal Karin Keiko Lars Laura Leila Lena Lin Luca Lucía "
    "Maja Marco Mariana Martin Mei Mikael Miriam Nadia Naoko Nikhil Noor Olga Omar Oscar Paola Pavel Priya "
    "Rafael Rania Renée Rosa Ruth Samir Sara Sergio Sigrid Sofía Søren Tariq Teresa Thomas Uma Valentina "
    "Viktor Wanjiru Yara Yusuf Zoë".split()
)
LAST_NAMES = tuple(
    "Abreu Adeyemi Almeida Andersson Aoki Bakker Banerjee Bauer Bellini Berg Bianchi Calvo Castaño Chen Costa "
    "Dahl Demir Diallo Dubois Eriksen Esposito Fabre Farouk Ferrari Fischer Fontaine Fuentes García Greco "
    "Haddad Hansen Hoffmann Holm Ibrahim Iyer Jansen Jensen Kapoor Kaya Keller Khan Kim Kovács Lambert Larsen "
    "Lefèvre Lindqvist Lopes Mancini Marchetti Martens Mbeki Meyer Moreau Moretti Müller Nakamura Ndiaye "
    "Nilsson Novak Nyström Okafor Olsen Ortega Osei Patel Peeters Pérez Petrov Ramos Rao Ricci Rossi Ruiz Sato "
    "Schäfer Schmidt Silva Singh Sørensen Suzuki Tanaka Torres Vance Vargas Visser Vogel Wagner Weber Wilkins "
    "Yamamoto Yilmaz Zhang Zimmermann".split()
)
TEAMS = ("North", "South", "West", "East", "Coast", "Alps", "Islands", "Centre")
PRODUCTS = ("Core", "Insight", "Flow", "Connect", "Assure")
LEAD_SOURCES = ("Web", "Referral", "Event", "Partner", "Outbound")
DEAL_TYPES = ("New Business", "Existing Business")
FUNDING = ("self_funded", "growth", "listed", "public_body")
BUYING_ROLES = {
    "end_user": ("Operations Lead", "Planner", "Shift Manager"),
    "technical_buyer": ("IT Manager", "Solutions Architect", "Head of Platforms"),
    "economic_buyer": ("Finance Director", "Chief Financial Officer", "Budget Manager"),
    "executive_sponsor": ("Chief Operating Officer", "Vice President Operations", "Managing Director"),
}
"""Buying role of the playbook → titles of the people who have it."""

NEXT_STEPS = {
    "inbound_interest": "Answer the request and propose two times",
    "outbound_interest": "Follow up on the first reply",
    "qualification_call": "Hold the qualification call",
    "discovery_held": "Prepare the discovery session and its agenda",
    "nda_in_hand": "Send the confidentiality agreement",
    "timeline_confirmed": "Confirm the start window and what drives it",
    "sponsor_committed": "Meet the executive sponsor",
    "criteria_known": "Write down the decision criteria together",
    "terms_grasped": "Walk through the commercial summary",
    "short_listed": "Ask where we stand on the short list",
    "contracting_known": "Map the contracting steps with procurement",
    "contract_in_markup": "Send the contract for mark-up",
}
SIGNING_STEP = "Agree the signing date"
"""What comes next once every milestone is reached."""
