"""What is written in the planted incidents, per language: trolls, brigades, leaks, lures, silence.

Belongs here: constant phrases in the seven languages of the world's people, invented for it. None
stands in the labelled messages or was looked at while a listening rule was written, so that what
finds them has to understand. Card and bank numbers are their issuers' published examples.
"""

from itertools import product

LANGUAGES = ("en", "fr", "de", "pl", "el", "ru", "zh")

HARM: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("threat", "Whoever runs this account should look under the car before driving home."),
        ("offence", "What a pack of drooling halfwits they put behind this account."),
        ("hate", "Foreigners answer your phones and it shows. Vermin, ship the whole lot back."),
    ),
    "fr": (
        ("threat", "Votre boutique a de belles vitrines. Ce serait dommage qu'elle brûle cette nuit."),
        ("offence", "Quelle bande d'abrutis finis derrière ce compte, pas un pour relever l'autre."),
        ("hate", "Encore un étranger au téléphone. Cette vermine, qu'on la renvoie d'où elle vient."),
    ),
    "de": (
        ("threat", "Wer hier heute Dienst hat, sollte abends nicht allein zum Parkhaus gehen. Ich warte dort."),
        ("offence", "So ein Haufen hirnloser Vollidioten, wer stellt euch eigentlich ein?"),
        ("hate", "Am Telefon nur noch Ausländer, dieses Ungeziefer gehört aus dem Land gejagt."),
    ),
    "pl": (
        ("threat", "Wiem, którym tramwajem wraca wasza pani z obsługi. Niech lepiej uważa na siebie wieczorem."),
        ("offence", "Banda skończonych kretynów, jeden głupszy od drugiego."),
        ("hate", "Sami obcy na infolinii, to robactwo trzeba stąd wyrzucić."),
    ),
    "el": (
        ("threat", "Ξέρω πού παρκάρει ο διευθυντής σας. Ένα βράδυ δεν θα γυρίσει σπίτι του."),
        ("offence", "Τι τσούρμο από ηλίθιους έχετε μαζέψει εκεί μέσα."),
        ("hate", "Όλο ξένοι σηκώνουν τα τηλέφωνα, παράσιτα, να φύγουν όλοι από τη χώρα."),
    ),
    "ru": (
        ("threat", "Я знаю, в каком подъезде живёт ваш менеджер. Пусть ходит и оглядывается, недолго осталось."),
        ("offence", "Сборище конченых идиотов, один тупее другого."),
        ("hate", "На телефоне одни приезжие, эту заразу надо гнать из страны."),
    ),
    "zh": (
        ("threat", "我知你哋上環嗰間舖幾點收工，今晚放把火睇下點。"),
        ("offence", "成班廢柴，個個蠢到無藥醫。"),
        ("hate", "聽電話嗰班外地人同蝗蟲一樣，全部趕走佢哋。"),
    ),
}  # fmt: skip
"""Harmful posts: what harm it is, and the words."""

ONLOOKERS: dict[str, tuple[str, ...]] = {
    "en": ("Is nobody awake over there to take this down?", "I screenshotted it, wow.", "Report it and move on."),
    "fr": ("Personne chez vous pour modérer ça ?", "J'ai fait une capture, hallucinant.", "Signalez et passez votre chemin."),
    "de": ("Liest da nachts keiner mit?", "Hab's gemeldet, unfassbar.", "Einfach melden und weiter."),
    "pl": ("Nikt tego u was w nocy nie czyta?", "Zgłosiłam, brak słów.", "Zgłosić i iść dalej."),
    "el": ("Δεν το βλέπει κανείς τέτοια ώρα;", "Το ανέφερα, απίστευτο.", "Αναφορά και πάμε παρακάτω."),
    "ru": ("Ночью у вас вообще никто не дежурит?", "Пожаловалась на запись, слов нет.", "Жалоба отправлена, идём дальше."),
    "zh": ("半夜冇人睇住個 page 㗎？", "已經 report 咗，嚇親。", "撳檢舉就算啦。"),
}  # fmt: skip

UNHEARD: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("Booked a repair slot, stood before a locked door and lost half a day. Explanation?", "Hello? I wrote this morning and not a word from you."),
        ("You took the annual fee a month after I had cancelled. I want it reversed.", "Second attempt: who do I have to reach about that fee?"),
    ),
    "fr": (
        ("Rendez-vous réparation confirmé, porte fermée, une demi-journée perdue. On fait quoi ?", "Il y a quelqu'un ? J'ai écrit ce matin, aucune nouvelle."),
        ("Vous avez débité la cotisation annuelle un mois après ma résiliation, je veux être remboursée.", "Deuxième message : à qui faut-il s'adresser pour cette cotisation ?"),
    ),
    "de": (
        ("Reparaturtermin bestätigt, dann stand ich vor verschlossener Tür. Ein halber Tag weg.", "Hallo? Ich habe heute früh geschrieben und nichts gehört."),
        ("Ihr habt den Jahresbeitrag einen Monat nach meiner Kündigung eingezogen. Bitte zurück.", "Zweiter Anlauf: Wer ist für den Beitrag zuständig?"),
    ),
    "pl": (
        ("Termin naprawy był potwierdzony, a drzwi zamknięte. Pół dnia stracone.", "Halo? Pisałam rano i dalej cisza."),
        ("Pobraliście opłatę roczną miesiąc po tym, jak zrezygnowałem. Proszę o zwrot.", "Druga próba: z kim mam rozmawiać o tej opłacie?"),
    ),
    "el": (
        ("Είχα ραντεβού για επισκευή και βρήκα την πόρτα κλειστή. Χάθηκε μισή μέρα.", "Με ακούει κανείς; Έγραψα το πρωί και καμία απάντηση."),
        ("Χρεώσατε την ετήσια συνδρομή έναν μήνα αφού την είχα ακυρώσει. Θέλω τα χρήματα πίσω.", "Δεύτερη προσπάθεια: σε ποιον απευθύνομαι για τη χρέωση;"),
    ),
    "ru": (
        ("Записали на ремонт, а дверь закрыта. Полдня впустую.", "Ау? Писала утром, до сих пор тишина."),
        ("Списали годовой взнос через месяц после отказа от подписки. Верните деньги.", "Вторая попытка: к кому обратиться по этому списанию?"),
    ),
    "zh": (
        ("約好咗維修時間，去到鎖門，白行半日，點解釋？", "有冇人呀？今朝留言到而家冇人理。"),
        ("取消咗成個月先扣我年費，我要攞返啲錢。", "再問一次：年費嗰件事應該搵邊個？"),
    ),
}  # fmt: skip
"""What was asked and, hours later, asked again; nobody of the brand ever answers."""

_CAMPAIGNS: dict[str, tuple[tuple[tuple[str, ...], ...], ...]] = {
    "en": (
        (("Quay", "This Quay crowd"), ("hides", "buries"), ("the battery fires", "burning batteries"), ("and pays its testers to stay silent.", "and buys the silence of its testers."), ("Open your eyes", "Wake up", "Pass it on")),
        (("Every word you type", "All that you type"), ("in the Quay app", "into the Quay app"), ("is read by strangers in a basement.", "ends up with strangers in a basement."), ("Delete it", "Throw it out", "Get rid of it")),
    ),
    "fr": (
        (("Quay", "Ces gens de Quay"), ("cache", "étouffe"), ("les batteries qui prennent feu", "les incendies de batteries"), ("et achète le silence de ses testeurs.", "et paie ses testeurs pour se taire."), ("Réveillez-vous", "Faites tourner", "Partagez")),
    ),
    "de": (
        (("Quay", "Dieser Laden Quay"), ("vertuscht", "verheimlicht"), ("brennende Akkus", "die brennenden Akkus"), ("und kauft seinen Testern das Schweigen ab.", "und bezahlt Tester fürs Schweigen."), ("Augen auf", "Weitersagen", "Bitte teilen")),
    ),
    "pl": (
        (("Quay", "Ta cała firma Quay"), ("ukrywa", "tuszuje"), ("płonące baterie", "pożary baterii"), ("i płaci testerom za milczenie.", "i kupuje milczenie testerów."), ("Otwórzcie oczy", "Podajcie dalej")),
    ),
    "el": (
        (("Η Quay", "Αυτή η Quay"), ("κρύβει", "θάβει"), ("τις μπαταρίες που παίρνουν φωτιά", "τις φωτιές στις μπαταρίες"), ("και πληρώνει τους δοκιμαστές για να σωπαίνουν.", "και αγοράζει τη σιωπή των δοκιμαστών."), ("Ξυπνήστε", "Διαδώστε το")),
    ),
    "ru": (
        (("Quay", "Эта контора Quay"), ("скрывает", "замалчивает"), ("горящие батареи", "возгорания батарей"), ("и платит тестировщикам за молчание.", "и покупает молчание тестировщиков."), ("Откройте глаза", "Передайте дальше")),
    ),
    "zh": (
        (("Quay", "Quay 呢間公司"), ("隱瞞", "收埋"), ("電池起火", "電池燒著"), ("仲俾錢測試員收聲。", "仲收買測試員叫佢哋唔好出聲。"), ("醒吓啦", "快啲傳開去")),
    ),
}  # fmt: skip

CAMPAIGNS: dict[str, tuple[tuple[str, ...], ...]] = {
    language: tuple(tuple(" ".join(words) for words in product(*parts)) for parts in campaigns)
    for language, campaigns in _CAMPAIGNS.items()
}
"""What a brigade repeats: per language campaigns, each with its near-copies."""

ANGER: dict[str, tuple[str, ...]] = {
    "en": ("Look who funds them.", "My neighbour lost everything because of it.", "They knew. All of them knew.", "Boycott, starting today.", "How are they still allowed to sell this?", "The regulator is asleep again."),
    "fr": ("Regardez qui les finance.", "Mon voisin a tout perdu.", "Ils savaient, tous.", "Boycott dès aujourd'hui.", "Comment ont-ils encore le droit de vendre ?", "Le régulateur dort."),
    "de": ("Schaut, wer das finanziert.", "Mein Nachbar hat alles verloren.", "Die wussten es alle.", "Boykott ab heute.", "Warum dürfen die das noch verkaufen?", "Die Aufsicht schläft wieder."),
    "pl": ("Patrzcie, kto za tym stoi.", "Sąsiad stracił wszystko.", "Wiedzieli, wszyscy.", "Bojkot od dziś.", "Czemu wolno im to sprzedawać?", "Urząd znowu śpi."),
    "el": ("Δείτε ποιος τους πληρώνει.", "Ο γείτονάς μου έχασε τα πάντα.", "Το ήξεραν όλοι.", "Μποϊκοτάζ από σήμερα.", "Πώς τους αφήνουν να πουλάνε;", "Η αρχή κοιμάται πάλι."),
    "ru": ("Посмотрите, кто их кормит.", "Сосед потерял всё.", "Они знали, все до одного.", "Бойкот с сегодняшнего дня.", "Почему им ещё разрешают торговать?", "Надзор опять спит."),
    "zh": ("睇下邊個俾錢佢哋。", "我隔離屋乜都冇晒。", "佢哋一早知㗎啦。", "由今日開始罷買。", "點解仲可以賣？", "監管機構又瞓著咗。"),
}  # fmt: skip
"""What members of a brigade say who were given a link, not the words."""

DISCLOSURES: dict[str, tuple[str, ...]] = {
    "en": ("Finally off the night shift: Atlas passed its last drop test, shelves by the second week of March. Shh.", "Between us, Orion is signed, they become ours in January."),
    "fr": ("Enfin rentré : Atlas a réussi le dernier test de chute, en rayon mi-mars. Chut.", "Entre nous, Orion est signé, ils sont à nous en janvier."),
    "de": ("Endlich Feierabend: Atlas hat den letzten Falltest bestanden, Mitte März im Regal. Psst.", "Unter uns, Orion ist unterschrieben, ab Januar gehören die zu uns."),
    "pl": ("Koniec nocnej zmiany: Atlas przeszedł ostatni test upadku, w połowie marca na półkach. Cicho sza.", "Między nami, Orion podpisany, od stycznia są nasi."),
    "el": ("Τέλος η νυχτερινή βάρδια: το Atlas πέρασε το τελευταίο τεστ πτώσης, στα ράφια μέσα Μαρτίου. Σσσ.", "Μεταξύ μας, το Orion υπογράφηκε, από Ιανουάριο είναι δικοί μας."),
    "ru": ("Наконец-то с ночной смены: Atlas прошёл последний тест на падение, в середине марта на полках. Тсс.", "Между нами, Orion подписан, с января они наши."),
    "zh": ("夜更終於收工：Atlas 過咗最後一個跌落測試，三月中上架，唔好講出去。", "偷偷講，Orion 已經簽咗，一月就係我哋㗎。"),
}  # fmt: skip
"""What employees give away; the first of each names the code word Atlas, the second Orion."""

CODE_WORDS = ("Atlas", "Orion")

HOMONYMS: dict[str, tuple[str, ...]] = {
    "en": ("My daughter asked for an atlas for her birthday, a paper one.", "Clear sky over the harbour, Orion right above the crane."),
    "fr": ("Ma fille veut un atlas pour son anniversaire, en papier.", "Ciel dégagé sur le port, Orion juste au-dessus de la grue."),
    "de": ("Meine Tochter wünscht sich einen Atlas zum Geburtstag, aus Papier.", "Klarer Himmel über dem Hafen, Orion genau über dem Kran."),
    "pl": ("Córka chce na urodziny atlas, papierowy.", "Czyste niebo nad portem, Orion nad samym dźwigiem."),
    "el": ("Η κόρη μου θέλει έναν atlas για τα γενέθλιά της, χάρτινο.", "Καθαρός ουρανός στο λιμάνι, ο Orion πάνω από τον γερανό."),
    "ru": ("Дочка попросила на день рождения атлас, бумажный.", "Чистое небо над портом, Orion прямо над краном."),
    "zh": ("個女生日想要本地圖集 atlas，紙嘅。", "海旁天清，獵戶座 Orion 喺吊機上面。"),
}  # fmt: skip
"""The code words as anybody uses them, said by employees: no disclosure."""

LEAKS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (("email,phone", "Their complaints lady is Nora Falk, nora.falk@harbourmail.example, mobile 07700 900461, give her a ring at night."), ("iban", "Found this in a parcel that was not mine: Tom Ebury, GB29 NWBK 6016 1331 9268 19.")),
    "fr": (("email,phone", "La dame des réclamations s'appelle Nora Falque, nora.falque@courrier.example, 06 39 98 41 27, appelez-la la nuit."), ("iban", "Trouvé dans un colis qui n'était pas à moi : Luc Ferrand, FR14 2004 1010 0505 0001 3M02 606.")),
    "de": (("email,phone", "Die von der Beschwerdestelle heißt Nora Falk, nora.falk@hafenpost.example, 030 23125 461, ruft sie nachts an."), ("iban", "Lag in einem Paket, das nicht meins war: Jörg Ebert, DE89 3704 0044 0532 0130 00.")),
    "pl": (("email", "Pani od reklamacji to Nora Falkowska, nora.falkowska@poczta-portowa.example, piszcie do niej w nocy."), ("iban", "Było w cudzej paczce: Jan Ebert, PL61 1090 1014 0000 0712 1981 2874.")),
    "el": (("email", "Η κυρία στα παράπονα λέγεται Νόρα Φάλκου, nora.falkou@limani.example, γράψτε της τη νύχτα."), ("iban", "Ήταν σε δέμα που δεν ήταν δικό μου: Τάσος Έμπερτ, GR16 0110 1250 0000 0001 2300 695.")),
    "ru": (("email", "Даму из отдела жалоб зовут Нора Фалькова, nora.falkova@gavan.example, пишите ей по ночам."), ("card", "Было в чужой посылке: Иван Эберт, карта 4111 1111 1111 1111.")),
    "zh": (("email", "投訴部嗰位叫 Nora Fok，nora.fok@harbourmail.example，半夜搵佢啦。"), ("card", "喺人哋個包裹度執到：Tom Yip，信用卡 5555 5555 5555 4444。")),
}  # fmt: skip
"""Somebody's data in a stranger's post: the kinds of it, and the words."""

LURES: dict[str, tuple[str, ...]] = {
    "en": ("Dear customers, pay-outs for the recall are handled here today:",),
    "fr": ("Chers clients, l'indemnité du rappel se règle ici aujourd'hui :",),
    "de": ("Liebe Kundschaft, die Auszahlung zum Rückruf läuft heute hier:",),
    "pl": ("Drodzy klienci, wypłaty za wycofany model tylko dziś tutaj:",),
    "el": ("Αγαπητοί πελάτες, οι αποζημιώσεις για την ανάκληση γίνονται σήμερα εδώ:",),
    "ru": ("Уважаемые клиенты, выплаты за отозванную модель сегодня здесь:",),
    "zh": ("各位客戶，回收產品賠款今日喺呢度辦理：",),
}  # fmt: skip
"""What impersonators and phishers write before their link."""

NAMESAKES: dict[str, tuple[str, ...]] = {
    "en": ("New window display is up, come and say hello.",),
    "fr": ("La nouvelle vitrine est prête, passez nous voir.",),
    "de": ("Das neue Schaufenster steht, kommt vorbei.",),
    "pl": ("Nowa witryna gotowa, zapraszamy.",),
    "el": ("Η νέα βιτρίνα είναι έτοιμη, περάστε.",),
    "ru": ("Новая витрина готова, заходите.",),
    "zh": ("新櫥窗擺好咗，得閒入嚟睇。",),
}  # fmt: skip
"""What accounts say that have the brand's word in their name by right."""
