"""The headers by which people call their columns, folded: no case, accents, blanks or signs."""

from dagster_project.identity.tabular.meanings import Meaning

RECORD_IDS = ("uniqueid", "recordid", "id")
"""Headers (folded) of the column that names the record, best first."""

CONTEXT = frozenset(
    [
        "customer", "client", "contact", "person", "user", "member", "patient", "account",
        "subscriber", "lead", "billing", "shipping", "mailing", "home", "work", "business",
        "private", "personal", "primary", "secondary", "main", "default", "preferred", "other",
        "current", "kunde", "kunden", "kontakt", "cliente", "client", "contacto", "contatto",
        "klant", "privat", "perso", "personnel", "prive", "raw", "clean", "cleaned", "std",
        "norm", "normalised", "normalized", "value", "field", "profile", "fake", "c", "lbl", "cd", "desc",
    ]
)  # fmt: skip
"""Words that say whose or which value it is, and nothing of what it means."""

CONTEXT_OF_WORKS = CONTEXT | {"product", "item", "song", "recording", "paper", "article"}
"""The same in tables of works."""

PERSONS: dict[Meaning, str] = {
    Meaning.GIVEN_NAME: "givenname given firstname first forename forenames fname christianname "
    "prenom prenoms vorname vornamen rufname nombre nombres primernombre nome primeironome "
    "nomeproprio voornaam roepnaam imie fornavn fornamn etunimi isim givennames vornam",
    Meaning.MIDDLE_NAME: "middlename middle mname secondname middleinitial mi middlenames "
    "deuxiemeprenom zweitername segundonombre secondonome additionalname tussenvoegsel",
    Meaning.FAMILY_NAME: "familyname family surname lastname last lname sname nomdefamille "
    "nachname familienname zuname apellido apellidos primerapellido cognome sobrenome apelido "
    "ultimonome achternaam familienaam nazwisko efternavn etternavn efternamn sukunimi soyad "
    "soyadi birthname maidenname maiden nomusage nomdusage nomdenaissance geburtsname secondlastname",
    Meaning.NAME_SUFFIX: "namesuffix suffix namesuffixlbl generation generationalsuffix jrsr",
    Meaning.FULL_NAME: "fullname name names namefull completename displayname personname nomcomplet nom "
    "vollername vollstandigername nombrecompleto nomecompleto nomecognome volledigenaam naam "
    "nameoncard cardholder contactname firstlast firstandsurname firstandlastname "
    "givenandfamilyname imienazwisko nomprenom prenomnom nometprenom nometprenoms prenometnom prenomsetnom vornamenachname alias knownas",
    Meaning.BIRTH_DATE: "birthdate dateofbirth dob birthday birth bday dobirth born "
    "datedenaissance datenaissance naissance geburtsdatum geburtstag gebdatum geboren "
    "fechadenacimiento fechanacimiento nacimiento datadinascita datanascita nascita "
    "datadenascimento datanascimento nascimento geboortedatum geboorte dataurodzenia fodselsdato",
    Meaning.BIRTH_YEAR: "birthyear yearofbirth yob anneedenaissance geburtsjahr anodenacimiento "
    "annodinascita anodenascimento geboortejaar dobyear by byear byr gebjahr",
    Meaning.BIRTH_MONTH: "birthmonth monthofbirth geburtsmonat dobmonth bm bmonth gebmonat",
    Meaning.BIRTH_DAY: "birthdayofmonth dayofbirth dobday bd gebtag",
    Meaning.EMAIL: "email emails mail emailaddress emailaddresses mailaddress eaddress "
    "courriel adressemail adresseemail adressecourriel correo correoelectronico "
    "direcciondecorreo emailadresse mailadresse postaelettronica indirizzoemail indirizzomail "
    "enderecodeemail enderecoeletronico emailadres epost correoe adresmail",
    Meaning.PHONE: "phone phones telephone tel telno phoneno phonenumber phonenumbers "
    "telephonenumber mobile mobilephone mobilenumber mobileno cell cellphone mob landline fax "
    "numerodetelephone telephoneportable portable telefon telefonnummer handy handynummer "
    "mobil mobiltelefon festnetz rufnummer telefono telefonofijo movil celular telefonomovil "
    "cellulare telefonocellulare telefone telemovel telefonefixo telefoon telefoonnummer "
    "mobielnummer gsm msisdn whatsapp",
    Meaning.HANDLE: "handle handles username login screenname screenname socialhandle "
    "twitter twitterhandle xhandle instagram instagramhandle mastodon bluesky facebook tiktok "
    "linkedin github pseudo nutzername benutzername usuario nomeutente usuariodered gebruikersnaam",
    Meaning.URL: "url website web homepage site websiteaddress webaddress siteweb webseite sitioweb sitoweb webpage link "
    "profileurl",
    Meaning.STREET: "street streetaddress addrfull addressfull addrline addrline1 address address1 addressline1 addressline addr addr1 "
    "streetname street1 line1 fulladdress postaladdress residence adresse adresse1 rue voie "
    "strasse strassehausnummer anschrift direccion direccion1 calle domicilio indirizzo via "
    "endereco rua morada logradouro adres straat straatnaam ulica gate addressstreet roadname",
    Meaning.STREET_NUMBER: "streetnumber housenumber hausnr houseno streetno buildingnumber hausnummer "
    "numerodevoie numerocivico huisnummer stno number1 addressnumber",
    Meaning.CITY: "city town suburb locality municipality village ville commune localite stadt "
    "ort wohnort ciudad localidad poblacion municipio citta comune localita cidade concelho "
    "stad plaats woonplaats gemeente miasto addresscity cityname",
    Meaning.STATE: "state statecd province county region stateprovince departement bundesland "
    "provincia estado regione provincie statecode addressstate",
    Meaning.POSTAL_CODE: "postcode postalcode zip zipcode zip5 plz postleitzahl codepostal cp "
    "codigopostal cap codicepostale cep postnummer kodpocztowy eircode pincode addresszip",
    Meaning.COUNTRY: "country countrycode nation nationality pays nationalite land staat pais "
    "nazione paese nacionalidad countryname countryofresidence",
    Meaning.GENDER: "gender sex sexe genre geschlecht sexo genero sesso genere geslacht kon plec",
    Meaning.OCCUPATION: "occupation job jobtitle title profession role position metier "
    "poste beruf tatigkeit stellung ocupacion profesion puesto cargo occupazione professione "
    "ruolo profissao beroep functie",
    Meaning.ORGANISATION: "organisation organization company companyname employer employername firm business "
    "accountname societe entreprise employeur firma unternehmen arbeitgeber empresa compania "
    "azienda societa ditta bedrijf werkgever institution affiliation",
    Meaning.BIRTH_PLACE: "birthplace villenaissance villedenaissance paysnaissance paysdenaissance communedenaissance placeofbirth pob birthcity lieudenaissance geburtsort "
    "lugardenacimiento luogodinascita localdenascimento naturalidade geboorteplaats birthtown "
    "cityofbirth townofbirth birthcountry countryofbirth",
    Meaning.ID_NUMBER: "ssn socialsecuritynumber socialsecurity socsecid socsec ssid sin nino nin "
    "nationalinsurancenumber nationalid nationalidnumber nationalidentifier idnumber idcard "
    "idcardnumber identitynumber passport passportnumber passportno passno driverslicense "
    "driverlicense drivinglicence licencenumber licensenumber taxid taxnumber tin vat vatnumber "
    "nir numerodesecuritesociale securitesociale steuernummer steuerid sozialversicherungsnummer "
    "personalausweisnummer ausweisnummer dni nif nie curp codicefiscale cf cpf bsn "
    "burgerservicenummer pesel personnummer fodselsnummer medicare medicarenumber nhsnumber nhsno "
    "aadhaar healthnumber mrn fiscalcode",
}  # fmt: skip

WORKS: dict[Meaning, str] = {
    Meaning.TITLE: "title name productname producttitle itemname trackname tracktitle songtitle "
    "songname papertitle articletitle worktitle titre titel titulo titolo nom nombre "
    "bezeichnung produktname nomdeproduit movietitle filmtitle headline heading",
    Meaning.CREATOR: "artist artists artistname author authors authorname creator creators "
    "composer performer band writer director directors brand brandname manufacturer maker vendor "
    "manufacturername artiste auteur auteurs kunstler interpret autor autoren hersteller marke "
    "artista autori autore autores fabricante marca marque fabricant fabrikant merk "
    "actor actors cast",
    Meaning.SERIES: "album albumname albumtitle series collection venue journal booktitle "
    "conference publication publisher release releasename proceedings franchise reihe serie "
    "collana revista zeitschrift verlag containertitle",
    Meaning.DESCRIPTION: "description desc details abstract summary text longdescription "
    "editor editors institution shortdescription beschreibung descripcion descrizione descricao omschrijving resume notes "
    "content features specs specification",
    Meaning.YEAR: "year date releaseyear released publicationyear pubyear releasedate publicationdate "
    "published yearpublished annee jahr ano anno jaar erscheinungsjahr datepublished issued",
    Meaning.NUMBER: "number no track tracknumber trackno position price listprice saleprice cost "
    "amount volume vol issue pages pagecount numpages edition quantity weight size width height "
    "prix preis precio prezzo preco prijs numero nummer disc discnumber rating abv episode season",
    Meaning.DURATION: "length duration runtime time playtime dauer laenge lange duree duracion "
    "durata duracao duur tracklength runningtime",
    Meaning.CODE: "isbn isbn10 isbn13 issn ean upc gtin asin sku mpn modelno modelnumber model "
    "partnumber partno doi isrc barcode catalognumber catalogno articlenumber artikelnummer phone",
}  # fmt: skip

COMMON_WORDS: dict[Meaning, str] = {
    Meaning.SOURCE: "source sourceid sourcename sourcesystem sourcedataset dataset datasetname "
    "system origin quelle fuente fonte bron database db datasource sourcetable",
    Meaning.LANGUAGE: "language lang locale langue sprache idioma lingua taal",
    Meaning.CATEGORY: "prefix nameprefix salutation anrede civilite category categories type genre kind class style segment kategorie "
    "categorie categoria department",
    Meaning.FREE_TEXT: "bio biography about comment comments remarks remark memo freetext note "
    "notes commentaire bemerkung notiz nota observaciones opmerking",
}  # fmt: skip

TRUTH = frozenset(
    [
        "cluster",
        "clusterid",
        "group",
        "groupid",
        "label",
        "labels",
        "entity",
        "entityid",
        "truth",
        "truthid",
        "trueid",
        "gold",
        "goldid",
        "goldstandard",
        "match",
        "matchid",
        "ismatch",
        "recid",
        "personid",
        "customerid",
        "clientid",
        "masterid",
        "dupid",
        "duplicateid",
        "duplicateof",
        "householdid",
        "household",
        "cid",
        "ctid",
        "eid",
        "gid",
        "uid",
        "tid",
        "target",
        "targetid",
        "blockid",
        "block",
        "identity",
        "realid",
        "entitykey",
        "canonicalid",
        "goldenid",
        "mpi",
        "empi",
        "masterkey",
        "grp",
        "klass",
    ]
)
"""Headers (folded) of columns that tell which records belong together, or that number them."""

TIMES = frozenset(
    [
        "createdat",
        "created",
        "createddate",
        "updatedat",
        "updated",
        "modified",
        "modifiedat",
        "lastmodified",
        "timestamp",
        "loadedat",
        "insertedat",
        "deletedat",
        "systemmodstamp",
        "lastmodifieddate",
        "createdon",
        "updatedon",
        "lastseen",
        "firstseen",
        "signupdate",
        "registrationdate",
    ]
)
"""Headers (folded) of columns that date the row and not the person."""

NETWORKS = {
    "twitter": "x", "xhandle": "x", "x": "x", "instagram": "instagram", "mastodon": "mastodon",
    "bluesky": "bluesky", "facebook": "facebook", "tiktok": "tiktok", "linkedin": "linkedin",
    "github": "github",
}  # fmt: skip

KEYWORDS = (
    ("email", Meaning.EMAIL), ("mail", Meaning.EMAIL), ("phone", Meaning.PHONE),
    ("telephone", Meaning.PHONE), ("telefon", Meaning.PHONE), ("mobile", Meaning.PHONE),
    ("dob", Meaning.BIRTH_DATE), ("birthdate", Meaning.BIRTH_DATE),
    ("postcode", Meaning.POSTAL_CODE), ("zip", Meaning.POSTAL_CODE), ("zipcode", Meaning.POSTAL_CODE),
    ("surname", Meaning.FAMILY_NAME), ("lastname", Meaning.FAMILY_NAME),
    ("firstname", Meaning.GIVEN_NAME), ("forename", Meaning.GIVEN_NAME),
    ("city", Meaning.CITY), ("street", Meaning.STREET), ("gender", Meaning.GENDER),
    ("ssn", Meaning.ID_NUMBER), ("passport", Meaning.ID_NUMBER), ("handle", Meaning.HANDLE),
    ("company", Meaning.ORGANISATION), ("title", Meaning.TITLE), ("author", Meaning.CREATOR),
    ("artist", Meaning.CREATOR), ("brand", Meaning.CREATOR), ("price", Meaning.NUMBER),
    ("year", Meaning.YEAR), ("isbn", Meaning.CODE), ("description", Meaning.DESCRIPTION),
)  # fmt: skip

WEAK_TAILS = frozenset(
    [
        "name",
        "nom",
        "naam",
        "number",
        "no",
        "by",
        "id",
        "type",
        "date",
        "code",
        "title",
        "label",
        "line",
        "login",
        "value",
        "time",
        "text",
    ]
)
"""Last words that mean something else behind another word: ``file name``, ``order date``."""

QUALITIES = frozenset(
    [
        "type", "typ", "tipo", "status", "state", "domain", "consent", "optin", "optout", "in", "out",
        "verified", "valid", "validated", "confirmed", "bounced", "flag", "label", "count", "score",
        "class", "format", "preference", "allowed", "permission", "subscribed", "is", "has", "source",
    ]
)  # fmt: skip
"""Last words that speak of a value and are none: ``email verified``, ``phone type``."""

OTHERS = frozenset(
    [
        "mother", "mothers", "father", "fathers", "parent", "parents", "guardian", "spouse", "spouses",
        "husband", "wife", "child", "children", "kin", "emergency", "beneficiary",
        "referrer", "referred", "referral", "rep", "salesperson", "salesrep", "agent", "adviser",
        "advisor", "supervisor", "manager", "assistant", "physician", "doctor", "gp", "landlord",
        "mere", "pere", "conjoint", "madre", "padre", "conyuge", "mutter",
        "vater", "ehepartner", "ehegatte", "notfall", "notfallkontakt", "mae", "pai", "moeder", "vader",
        "matki", "ojca", "rel", "relation", "relationship", "related", "relative", "pointer",
    ]
)  # fmt: skip
"""Words that say that a value is somebody else's."""

DOCUMENTS = frozenset(
    [
        "passport", "license", "licence", "licenses", "drivers", "driver", "driving", "ssn", "visa",
        "document", "doc", "id", "identity", "national", "tax", "reisepass", "fuhrerschein", "ausweis",
        "passeport", "permis", "pasaporte", "passaporto", "patente", "paspoort", "rijbewijs",
    ]
)  # fmt: skip
"""Words of headers of identity documents."""

ISSUERS = frozenset(
    [
        "country", "state", "issuer", "authority", "province", "nation", "pays", "land", "staat", "pais",
        "paese", "nazione", "estado", "provincia", "ausstellungsland", "bundesland",
    ]
)  # fmt: skip
"""Last words that say who issued a document."""

SIDES = frozenset(
    [
        "home", "work", "office", "business", "billing", "bill", "invoice", "shipping", "ship", "delivery",
        "mailing", "postal", "mail", "residential", "residence", "legal", "registered", "headquarters",
        "hq", "secondary", "second", "alternate", "alternative", "alt", "other", "previous", "former", "old",
        "permanent", "temporary", "temp", "private", "privat", "geschaftlich", "rechnung", "lieferung",
        "rechnungs", "liefer", "facturation", "livraison", "facturacion", "envio", "fatturazione",
    ]
)  # fmt: skip
"""Words that tell one address of a record from another: ``billing city``, ``shipping city``."""
