"""Headers in Nordic and eastern European languages, Turkish, Greek, Hebrew, Arabic, and short forms.

Belongs here: what ``spellings`` (English and western European languages) and ``other_scripts``
(Chinese, Japanese, Korean, Russian) leave out. Folded like all others.
"""

from dagster_project.identity.tabular.meanings import Meaning

PERSONS_MORE: dict[Meaning, str] = {
    Meaning.GIVEN_NAME: "nombredepila prenomusuel jmeno krestnijmeno krstnemeno keresztnev utonev "
    "prenume ad adi isimadi firstnm givennm fornafn ime vards eesnimi vardas legalfirstname "
    "preferredname preferredfirstname ファーストネーム імя ονομα שםפרטי الاسمالأول الاسمالشخصي "
    "اسمالعميلالأول tên",
    Meaning.MIDDLE_NAME: "zweitervorname secondgivenname othernames drugieimie mellannamn mellomnavn "
    "побатькові πατρωνυμο الاسمالأوسط",
    Meaning.FAMILY_NAME: "nomfamille nommarital nomdejeunefille prijmeni priezvisko vezeteknev "
    "csaladnev nume numedefamilie soyisim lastnm surnm prezime uzvards perekonnanimi pavarde "
    "slaktnamn slektsnavn ラストネーム прізвище επωνυμο επιθετο שםמשפחה اسمالعائلة اللقب الكنية اسمالأسرة "
    "họ nachnamen",
    Meaning.FULL_NAME: "vorundnachname vorundzuname nachundvorname nachnamevorname kundenname "
    "ansprechpartner ansprechperson kontaktperson nomclient nomduclient nomdelapersonne "
    "nombreyapellidos nombrecliente nombredelcliente apellidosynombre nomecliente nomedocliente "
    "nomedelcliente nominativo intestatario klantnaam contactpersoon namn fullstandigtnamn kundnamn "
    "navn fuldenavn fulltnavn kundenavn nimi kokonimi nazwiskoiimie celejmeno jmenoaprijmeni teljesnev "
    "nev numecomplet numesiprenume adsoyad adisoyadi tamad accountholder accountholdername recipient "
    "recipientname person individual empfanger destinataire destinatario ονοματεπωνυμο שםמלא שם "
    "الاسم الاسمالكامل الاسمالثلاثي اسمالعميل",
    Meaning.BIRTH_DATE: "birthdt dtbirth dtofbirth bdate bornon dateborn birthdaydate datebirth "
    "geb gebam geborenam gebdat gebtag nele ne datenaiss datedenaiss dnaissance ddn fechanac fecnac "
    "fnac fnacimiento fechadenac nacidoel datanasc datadenasc dtnasc dtnascimento datanasceu "
    "natoil nataoil natoail geborenop geboortedag fodelsedatum fodelsedag fodselsdag fodelsetid "
    "fodt syntymaaika syntymapaiva urodzony urodzona dataur datumnarozeni narozen datumnarodenia "
    "szuletesidatum szuletesiido datanasterii dogumtarihi ngaysinh датанародження ημερομηνιαγεννησης "
    "תאריךלידה تاريخالميلاد تاريخالولادة",
    Meaning.BIRTH_YEAR: "birthyr yrofbirth rokurodzenia fodelsear fodselsar roknarozeni dogumyili",
    Meaning.EMAIL: "adresseelectronique adresseelectroniqueprincipale mel emailaddr eaddr eml "
    "direccionelectronica direccioncorreo correoe mailadres mailadress epostadress epostadresse "
    "eposta epostaadresi sahkoposti sahkopostiosoite adresaemail adresaemailova emailcim "
    "електроннапошта ηλεκτρονικοταχυδρομειο ηλταχυδρομειο אימייל דואל דוארלאלקטרוני דואראלקטרוני "
    "البريدالإلكتروني بريدإلكتروني البريد الإيميل ايميل",
    Meaning.PHONE: "telnr telefonnr telefonnum telefonnumber handynr mobilnummer mobilnr mobiltel "
    "mobiltelefonnr mobiel mobieltje contactnumber contactno contacttelephone phno phoneno phnumber "
    "phonenum telnum telf tfno tlf tlfn tlfnr telp numtel numerotel nrtel nrtelefonu numertelefonu "
    "telefonkomorkowy komorka numerkomorkowy numerodetelefono numeroditelefono numerodetelefone "
    "numerodecelular telefonomobile ntelefono puhelin puhelinnumero matkapuhelin telefonszam "
    "telefonnicislo telefonnumarasi ceptelefonu cep telefonmobil mobiltelefonnummer номертелефону "
    "τηλεφωνο κινητο טלפון טלפוןנייד נייד رقمالهاتف هاتف الهاتف الجوال جوال رقمالجوال رقمالموبايل موبايل",
    Meaning.STREET: "strassenr strasseundhausnummer strasseundnr strassenundhausnummer adressepostale "
    "adresseligne1 adresseligne calleynumero direccionpostal domicilioparticular indirizzodiresidenza "
    "viaenumero enderecocompleto straatenhuisnummer adress gatuadress gata gade gatenavn katuosoite "
    "osoite adresa ulicanr cim lakcim utca strada adresi sokak mailingstreet residentialaddress "
    "deliveryaddress postaladdr διευθυνση οδος כתובת רחוב العنوان عنوان الشارع адреса",
    Meaning.STREET_NUMBER: "hausnummernr numerodomu nrdomu numeroderue houseno housenr housenum "
    "streetnum gatunummer husnummer husnr numeropolicia",
    Meaning.CITY: "localidade miejscowosc postort poststed ortschaft gemeinde kaupunki "
    "postitoimipaikka mesto obec varos telepules oras localitate sehir ilce місто πολη עיר ישוב "
    "المدينة مدينة residencecity cityofresidence townname",
    Meaning.STATE: "wojewodztwo lan fylke megye judet kanton canton المحافظة المنطقة stateregion",
    Meaning.POSTAL_CODE: "postnr postnummer postalcd pstcd postcd zippostal zippostalcode ziporpostcode "
    "postinumero psc iranyitoszam codpostal postakodu tk ταχκωδικας ταχυδρομικοςκωδικας מיקוד "
    "الرمزالبريدي індекс поштовийіндекс codpost",
    Meaning.COUNTRY: "maa kraj orszag tara ulke zeme χωρα מדינה البلد الدولة الجنسية країна",
    Meaning.GENDER: "kjonn cinsiyet sukupuoli pohlavi nem стать φυλο מין الجنس النوع",
    Meaning.OCCUPATION: "zawod stanowisko yrke funktion function jobrole jobposition designation "
    "povolani foglalkozas ocupatie meslek ammatti επαγγελμα מקצוע المهنة الوظيفة посада",
    Meaning.ORGANISATION: "organizationname organisationname orgname firmenname firmename foretag "
    "foretagsnamn virksomhed bedrift yritys raisonsociale razonsocial ragionesociale razaosocial "
    "organisatie bedrijfsnaam nazwafirmy przedsiebiorstwo spolecnost ceg firmaadi sirket businessname "
    "companynm workplace компанія εταιρεια חברה الشركة جهةالعمل",
    Meaning.BIRTH_PLACE: "miejsceurodzenia fodelseort fodested mistonarozeni szuletesihely "
    "dogumyeri syntymapaikka مكانالميلاد",
    Meaning.ID_NUMBER: "vatid idcardno idcardnr idno nationalidno nationalinsuranceno rfc siren siret "
    "numerosecuritesociale nsecuritesociale steuernr sozialversicherungsnr svnr ausweisnr cpr cprnr "
    "cprnummer henkilotunnus tckimlikno tckn kimlikno rodnecislo cnp personnr رقمالهوية رقمالجواز "
    "תעודתזהות תז αφμ",
    Meaning.HANDLE: "nomdutilisateur nombredeusuario nazwauzytkownika anvandarnamn brugernavn "
    "kullaniciadi userhandle",
}  # fmt: skip
