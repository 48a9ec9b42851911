"""Cities, streets, firms' words and mail domains of the invented world.

Belongs here: constant lists. Streets and cities are real names of real places (a road called
Polna exists in every Polish town); house numbers, firms and domains are invented.
"""

from collections.abc import Iterator
from importlib import import_module

CITIES = """
FR|Paris|Paris|Paris|75|Île-de-France|1,24
FR|Lyon|Lyon|Lyon|69|Auvergne-Rhône-Alpes|1,10
FR|Marseille|Marseille|Marseilles|13|Provence-Alpes-Côte d'Azur|1,10
FR|Toulouse|Toulouse|Toulouse|31|Occitanie|1,6
FR|Bordeaux|Bordeaux|Bordeaux|33|Nouvelle-Aquitaine|1,6
FR|Lille|Lille|Lille|59|Hauts-de-France|1,6
FR|Nantes|Nantes|Nantes|44|Pays de la Loire|1,4
FR|Strasbourg|Strasbourg|Strassburg|67|Grand Est|1,4
FR|Saint-Étienne|St Etienne|Saint-Etienne|42|Auvergne-Rhône-Alpes|1,4
FR|Rennes|Rennes|Rennes|35|Bretagne|1,4
FR|Montpellier|Montpellier|Montpellier|34|Occitanie|1,4
FR|Nice|Nice|Nice|06|Provence-Alpes-Côte d'Azur|1,4
FR|Grenoble|Grenoble|Grenoble|38|Auvergne-Rhône-Alpes|1,3
FR|Aix-en-Provence|Aix en Provence|Aix|13|Provence-Alpes-Côte d'Azur|1,3
FR|Boulogne-Billancourt|Boulogne|Boulogne Billancourt|92|Île-de-France|1,3
GB|London|Londres|London|SW|Greater London|1,20
GB|Manchester|Manchester|Manchester|M|Greater Manchester|1,30
GB|Birmingham|Birmingham|B'ham|B|West Midlands|1,30
GB|Leeds|Leeds|Leeds|LS|West Yorkshire|1,20
GB|Bristol|Bristol|Bristol|BS|Avon|1,16
GB|Edinburgh|Édimbourg|Edinburgh|EH|Midlothian|1,16
GB|Glasgow|Glasgow|Glasgow|G|Lanarkshire|1,16
GB|Cardiff|Cardiff|Caerdydd|CF|South Glamorgan|1,14
GB|Sheffield|Sheffield|Sheffield|S|South Yorkshire|1,14
GB|Newcastle upon Tyne|Newcastle|Newcastle|NE|Tyne and Wear|1,14
DE|Berlin|Berlin|Berlin|10|Berlin|1,9
DE|München|Munich|Munich|80|Bayern|1,6
DE|Köln|Cologne|Cologne|50|Nordrhein-Westfalen|1,6
DE|Hamburg|Hambourg|Hamburg|20|Hamburg|1,6
DE|Frankfurt am Main|Francfort|Frankfurt|60|Hessen|1,5
DE|Stuttgart|Stuttgart|Stuttgart|70|Baden-Württemberg|1,5
DE|Nürnberg|Nuremberg|Nuremberg|90|Bayern|1,4
DE|Leipzig|Leipzig|Leipzig|04|Sachsen|1,4
DE|Düsseldorf|Dusseldorf|Duesseldorf|40|Nordrhein-Westfalen|1,4
PL|Warszawa|Varsovie|Warsaw|00|Mazowieckie|1,9
PL|Kraków|Cracovie|Krakow|30|Małopolskie|1,6
PL|Wrocław|Wroclaw|Wroclaw|50|Dolnośląskie|1,5
PL|Gdańsk|Gdansk|Gdansk|80|Pomorskie|1,5
PL|Łódź|Lodz|Lodz|90|Łódzkie|1,5
PL|Poznań|Poznan|Poznan|60|Wielkopolskie|1,5
GR|Athina|Athènes|Athens|105|Attiki|1,6
GR|Thessaloniki|Thessalonique|Salonica|546|Kentriki Makedonia|1,5
GR|Patra|Patras|Patras|262|Dytiki Ellada|1,4
GR|Irakleio|Héraklion|Heraklion|713|Kriti|1,4
GR|Larisa|Larissa|Larissa|412|Thessalia|1,4
HK|Central|Central|Central||Hong Kong Island|1,6
HK|Wan Chai|Wan Chai|Wanchai||Hong Kong Island|1,6
HK|Causeway Bay|Causeway Bay|Causeway Bay||Hong Kong Island|1,5
HK|Quarry Bay|Quarry Bay|Quarry Bay||Hong Kong Island|1,5
HK|Tsim Sha Tsui|Tsim Sha Tsui|TST||Kowloon|1,6
HK|Mong Kok|Mong Kok|Mongkok||Kowloon|1,8
HK|Sham Shui Po|Sham Shui Po|Shamshuipo||Kowloon|1,6
HK|Kwun Tong|Kwun Tong|Kwuntong||Kowloon|1,6
HK|Sha Tin|Sha Tin|Shatin||New Territories|1,8
HK|Tsuen Wan|Tsuen Wan|Tsuenwan||New Territories|1,6
HK|Tuen Mun|Tuen Mun|Tuen Mun||New Territories|1,6
HK|Yuen Long|Yuen Long|Yuen Long||New Territories|1,6
""".strip()
"""Country, city as its people write it, as the French agency does, as the Hong Kong agency
does, first digits of the postcode, state, how many postal districts it has."""

STREETS = {
    "FR": (
        "rue|avenue|boulevard|place|chemin|allée|impasse|quai",
        "de la République|Victor Hugo|Jean Jaurès|du Général Leclerc|des Lilas|Pasteur|Gambetta|"
        "de la Gare|de l'Église|Voltaire|des Écoles|du Moulin|Saint-Michel|de Verdun|des Acacias|"
        "Émile Zola|du Maréchal Foch|de la Liberté|Carnot|des Tilleuls|Anatole France|du Stade|"
        "de Paris|Molière|des Roses|du 8 Mai 1945|Jules Ferry|de la Fontaine|du Château|"
        "Georges Clemenceau|Marcel Pagnol|des Peupliers|Denis Papin|Lamartine|de Bretagne",
    ),
    "GB": (
        "Road|Street|Lane|Avenue|Close|Gardens|Drive|Crescent|Terrace",
        "Station|Church|Park|Victoria|Green|Manor|Kings|Queens|Grange|Mill|School|New|York|"
        "Highfield|Chester|Albert|Windsor|Springfield|George|Alexandra|Mayfield|The Poplars|"
        "Clarence|Stanley|Woodland|Orchard|Cedar|Ashley|Beech|Meadow|Rectory|Castle|Abbey|North|"
        "Southfield|Waterloo|Richmond|Chapel",
    ),
    "DE": (
        "straße|weg|allee|platz|gasse",
        "Haupt|Schul|Garten|Bahnhof|Berg|Birken|Linden|Kirch|Wald|Ring|Goethe|Schiller|Mozart|"
        "Beethoven|Rosen|Tannen|Eichen|Mühlen|Markt|Post|Sonnen|Wiesen|Blumen|Kastanien|Ufer|"
        "Bismarck|Lessing|Hölderlin|Amsel|Drossel|Finken|Ahorn|Buchen|Feld",
    ),
    "GR": (
        "|Leof. ",
        "Ermou|Stadiou|Panepistimiou|Akadimias|Patision|Vasilissis Sofias|Solonos|Skoufa|"
        "Athinas|Egnatia|Tsimiski|Mitropoleos|Aristotelous|Agiou Dimitriou|Nikis|Kifisias|"
        "Syngrou|Alexandras|Evrou|Mesogeion|Venizelou|Kapodistriou|Kolokotroni|Makrigianni",
    ),
    "HK": (
        "Road|Street|Lane|Terrace",
        "Nathan|Queen's|Hennessy|Lockhart|Jaffe|King's|Des Voeux|Argyle|Prince Edward|Waterloo|"
        "Castle Peak|Lai Chi Kok|Cheung Sha Wan|Tai Po|Electric|Java|Fuk Wa|Ma Tau Wai|"
        "Un Chau|Sai Yeung Choi|Tung Choi|Fa Yuen|Shantung|Soy|Dundas|Pitt|Temple|Woosung|"
        "Parkes|Austin|Jordan|Hillwood|Kimberley|Granville|Cameron|Carnarvon|Mody|Chatham",
    ),
}
"""Kinds and names of streets; Poland's come from Faker's list."""

MAIL_DOMAINS = {
    "fr": "courriel.example,boite.example.org,messagerie.example,mail.example.com",
    "en": "mail.example,inbox.example.com,postbox.example.org,webmail.example",
    "de": "netzpost.example,mail.example,briefkasten.example.org,webmail.example",
    "pl": "poczta.example,skrzynka.example.org,mail.example",
    "el": "tachydromeio.example,mail.example,webmail.example",
    "ru": "pochta.example,mail.example,inbox.example.com",
    "in": "mail.example,inbox.example.com,dak.example.org",
    "zh": "hkmail.example,mail.example,harbourmail.example.com,netport.example.org",
}
"""Invented providers of private mailboxes, by culture; none can exist."""

FIRM_WORDS = {
    "emea": "Conseil|& Fils|Industries|Studio|Logistique|Partners|Design|& Co|Consulting|GmbH|"
    "Group|Services|Atelier|Solutions|Ltd|SARL|Bâtiment|Transports|Technik|sp. z o.o.",
    "apac": "Trading Ltd|Holdings|Enterprises Ltd|(HK) Ltd|International|Logistics|Design House|"
    "Capital|Electronics|Garments|Properties|Foods Ltd|Technology|Shipping",
}

COUNTRIES = (
    ("FR", "33", "France", "France"),
    ("GB", "44", "Royaume-Uni", "United Kingdom"),
    ("DE", "49", "Allemagne", "Germany"),
    ("PL", "48", "Pologne", "Poland"),
    ("GR", "30", "Grèce", "Greece"),
    ("HK", "852", "Hong Kong", "Hong Kong SAR"),
)
"""ISO code, telephone code, and the country's name at the French and the Hong Kong agency."""


def read_cities() -> Iterator[tuple[str, str, str, str, str, str, int]]:
    """Country, city, French spelling, Hong Kong spelling, postcode start, state, districts."""
    for line in CITIES.splitlines():
        country, city, french, english, postcode, state, districts = line.split("|")
        yield country, city, french, english, postcode, state, int(districts.split(",")[1])


def read_streets() -> Iterator[tuple[str, str, str]]:
    """Country, kind of street, its name."""
    for country, (kinds, names) in STREETS.items():
        for name in names.split("|"):
            for kind in kinds.split("|"):
                yield country, kind, name
    polish = import_module("faker.providers.address.pl_PL").Provider.streets
    for name in polish:
        yield "PL", "ul.", name
