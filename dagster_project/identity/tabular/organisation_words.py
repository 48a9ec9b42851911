"""Words of tables of organisations: companies, sites, places.

Belongs here: what their columns are called, and words that stand in names of organisations.
"""

from dagster_project.identity.tabular.meanings import Meaning
from dagster_project.identity.tabular.spellings import PERSONS

NAMED_OUTRIGHT = (
    "organisation organization company companyname organisationname organizationname accountname account "
    "business businessname firm firmname legalname legalentity legalentityname tradingname tradename "
    "tradingas dba doingbusinessas aka formername formerly previousname site sitename facility "
    "facilityname institution institutionname school schoolname university hospital hospitalname "
    "clinic shop shopname store storename branch branchname restaurant restaurantname venue venuename "
    "place placename poi poiname agency agencyname entityname provider providername supplier "
    "suppliername vendorname merchant merchantname customername clientname charity charityname club "
    "clubname church library museum hotel hotelname bank bankname employer employername nameorg "
    "orgname org societe raisonsociale entreprise nomentreprise denomination enseigne etablissement "
    "firma firmenname unternehmen unternehmensname einrichtung traegername empresa razonsocial "
    "nombrecomercial compania azienda ragionesociale ditta societa denominazione bedrijf bedrijfsnaam "
    "handelsnaam razaosocial nomefantasia spolka nazwafirmy foretag foretagsnavn virksomhed bolag yritys"
)
"""Headers that name organisations by themselves."""

ORGANISATIONS: dict[Meaning, str] = {
    Meaning.ORGANISATION: f"{NAMED_OUTRIGHT} name names fullname displayname title nom nombre nome naam "
    "nazwa navn namn nimi bezeichnung altname alternatename alternativename othername",
    **{
        meaning: PERSONS[meaning]
        for meaning in (
            Meaning.EMAIL, Meaning.PHONE, Meaning.URL, Meaning.STREET, Meaning.STREET_NUMBER,
            Meaning.CITY, Meaning.STATE, Meaning.POSTAL_CODE, Meaning.COUNTRY,
        )
    },
    Meaning.ID_NUMBER: f"{PERSONS[Meaning.ID_NUMBER]} lei leicode duns dunsnumber dandb ein einnumber "
    "employeridentificationnumber companynumber companyno registrationnumber registrationno regno "
    "companyregistrationnumber crn vatid vatno ustid ustidnr umsatzsteuerid handelsregisternummer hrb "
    "hra siren siret rcs nace cif rif cnpj kvk kvknummer btw btwnummer orgnr organisasjonsnummer "
    "organisationsnummer cvr ytunnus regon nip krs partitaiva piva rea abn acn ticker isin permid "
    "charitynumber npi ccn ncesid urn uprn",
}  # fmt: skip
"""Headers by meaning; what is not told apart from persons' is written as theirs."""

IN_NAMES = (
    "inc llc llp lp ltd limited plc corp corporation company co gmbh ag kg ohg ug mbh ev sa sas sarl "
    "eurl sl slu srl spa snc bv nv vof ab as asa oy oyj aps kft zrt sro spzoo pty pte bhd kk oao ooo zao "
    "holding holdings group international industries enterprises services solutions systems "
    "technologies partners associates consulting bank insurance foundation trust association society "
    "institute university college school academy preschool nursery kindergarten kita daycare childcare "
    "center centre church hospital clinic pharmacy hotel inn restaurant ristorante cafe caffe bistro bar "
    "grill grille diner deli delicatessen pizzeria steakhouse brasserie tavern pub kitchen bakery shop "
    "store market supermarket garage motors auto club library museum theatre theater cinema agency bros "
    "brothers sons works factory mill farm farms estates properties realty construction logistics "
    "transport media studio studios labs laboratories gesellschaft verein stiftung werke betriebe schule "
    "apotheke praxis societe entreprise ecole pharmacie boulangerie fundacion colegio escuela farmacia "
    "scuola azienda stichting vereniging"
)
"""Words of which names of organisations have one far more often than names of people."""
