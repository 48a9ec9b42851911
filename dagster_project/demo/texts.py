"""What people write to the brand and what it answers, per language and topic.

Belongs here: constant phrases, invented; ``#`` becomes a number.
"""

ROOTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("en", "complaint"): (
        "app logs me out every # seconds, is anybody looking into this?",
        "still waiting for my order ##, ten days now",
        "the new update broke dark mode on my phone. again.",
        "charged twice for the same plan, ticket # and no answer",
        "your checkout page just spins. tried # times",
        "third reset link that does not work. what now?",
        "the strap of my Quay 3 broke after # hours of use",
    ),
    ("en", "question"): (
        "does the Quay 3 work with the old charger?",
        "how do I move my subscription to another e-mail address?",
        "is there a student plan?",
        "when will the blue one be back in stock?",
        "can I collect order # in the shop instead?",
        "where do I find the invoice for last month?",
    ),
    ("en", "praise"): (
        "love the new design!",
        "shout-out to your support, solved in # minutes",
        "best thing I bought this year",
        "the new app is SO much faster, thank you",
        "my mum figured out the setup alone. that says it all",
    ),
    ("en", "price"): (
        "how much is the Pro plan for # people?",
        "thinking of switching our team to you, who do I talk to about pricing?",
        "is the Quay 3 bundle still on offer? # seems a lot",
    ),
    ("en", "launch"): (
        "watching the Quay 3 launch, take my money",
        "so the Quay 3 costs # more than the last one?",
        "site is down, launch day as always",
        "ordered! number # in the queue",
        "that blue. wow.",
        "is the launch stream frozen for everyone?",
    ),
    ("en", "troll"): (
        "Quay sells your location to anyone who pays. Thread. 1/#",
    ),
    ("en", "pile-on"): (
        "is this true @quaybrand ??",
        "deleting the app right now",
        "source: trust me bro",
        "been saying this for years",
        "can somebody from the company answer please, it is 3 am and this has # reposts",
    ),
    ("fr", "complaint"): (
        "l'appli me déconnecte toutes les # secondes, vous comptez faire quelque chose ?",
        "toujours pas reçu ma commande ##, ça fait dix jours",
        "prélevé deux fois ce mois-ci, ticket # sans réponse",
        "la mise à jour a cassé le mode sombre",
        "le lien de réinitialisation ne marche pas, # essais",
    ),
    ("fr", "question"): (
        "est-ce que la Quay 3 marche avec l'ancien chargeur ?",
        "comment changer d'adresse e-mail sur mon compte ?",
        "vous livrez aussi en Belgique ?",
        "la bleue revient quand en stock ?",
        "où trouver la facture n° # ?",
    ),
    ("fr", "praise"): (
        "j'adore le nouveau design !",
        "merci au support, réglé en # minutes",
        "franchement bravo pour l'appli",
        "meilleur achat de l'année",
    ),
    ("fr", "price"): (
        "combien coûte l'offre Pro pour # personnes ?",
        "on pense passer toute l'équipe chez vous, à qui parler du tarif ?",
    ),
    ("fr", "launch"): (
        "la Quay 3 est magnifique",
        "le site ne répond plus, jour de lancement classique",
        "commandée ! numéro # dans la file",
        "# euros de plus qu'avant, vraiment ?",
    ),
    ("de", "complaint"): (
        "die App meldet mich alle # Sekunden ab, schaut sich das jemand an?",
        "meine Bestellung ## ist immer noch nicht da",
        "zweimal abgebucht, Ticket # ohne Antwort",
        "seit dem Update geht der dunkle Modus nicht mehr",
    ),
    ("de", "question"): (
        "passt das alte Ladegerät zur Quay 3?",
        "wie ändere ich meine E-Mail-Adresse?",
        "wann gibt es die blaue wieder?",
        "wo finde ich Rechnung #?",
    ),
    ("de", "praise"): (
        "tolles Design!",
        "danke an den Support, in # Minuten gelöst",
        "läuft endlich flüssig, super",
    ),
    ("de", "price"): (
        "was kostet Pro für # Leute?",
        "wir überlegen zu wechseln, wer macht ein Angebot?",
    ),
    ("de", "launch"): (
        "die Quay 3 sieht großartig aus",
        "Seite down, Launch-Tag halt",
        "bestellt! Platz # in der Schlange",
    ),
    ("zh", "complaint"): (
        "個 app 成日自己登出，# 秒一次，有冇人跟進？",
        "訂單 ## 等咗十日都未到",
        "俾你哋收多咗一次錢，ticket # 冇人覆",
        "更新之後開唔到深色模式",
        "app keeps logging me out la, # times today",
    ),
    ("zh", "question"): (
        "Quay 3 可唔可以用舊充電器？",
        "點樣改電郵地址？",
        "藍色幾時返貨？",
        "門市可以攞貨嗎？訂單 #",
    ),
    ("zh", "praise"): (
        "新設計好靚！",
        "客服 # 分鐘就搞掂，多謝",
        "今年買過最正嘅嘢",
    ),
    ("zh", "price"): (
        "Pro plan # 個人用幾錢？",
        "公司想轉用，搵邊個報價？",
    ),
    ("zh", "launch"): (
        "Quay 3 發佈會睇到一半斷線",
        "買咗！排第 #",
        "靚到喊",
    ),
}  # fmt: skip

FOLLOW_UPS: dict[tuple[str, str], tuple[str, ...]] = {
    ("en", "follow up"): (
        "sent you a DM with the number ##",
        "did that, no change",
        "thanks, that worked!",
        "which link do you mean?",
        "it is version #.2 on Android",
    ),
    ("fr", "follow up"): (
        "je vous ai écrit en message privé, dossier #",
        "fait, aucun changement",
        "merci, ça marche !",
        "quel lien exactement ?",
    ),
    ("de", "follow up"): (
        "habe euch geschrieben, Nummer #",
        "danke, geht wieder!",
        "leider nein",
    ),
    ("zh", "follow up"): ("已經 DM 咗你哋，編號 #", "試咗，冇用", "得咗，唔該！"),
}

ANSWERS: dict[tuple[str, str], tuple[str, ...]] = {
    ("en", "answer 1"): (
        "Hi, sorry about that! Could you DM us your order number? ^H",
        "Thanks for telling us. A fix is on its way, version # goes out today. ^L",
        "Hi there! Here is how: quay.example.org/help/# ^H",
        "So glad to hear that! ^L",
    ),
    ("en", "answer 3"): (
        "Thank you, we have it and are on it. ^H",
        "Great! Have a good day. ^L",
    ),
    ("fr", "answer 1"): (
        "Bonjour, toutes nos excuses. Pouvez-vous nous envoyer votre numéro de commande en MP ? Belle journée, Léa",
        "Bonjour, un correctif (version #) arrive aujourd'hui. Bien à vous, Léa",
        "Bonjour, voici la marche à suivre : quay.example.org/aide/# — Léa",
        "Merci beaucoup, cela nous touche ! Léa",
    ),
    ("fr", "answer 3"): (
        "C'est noté, nous revenons vers vous. Léa",
        "Avec plaisir, belle journée ! Léa",
    ),
    ("de", "answer 1"): (
        "Hallo, das tut uns leid! Bitte schick uns die Bestellnummer per DM.",
        "Danke für den Hinweis, Version # behebt das heute.",
        "So geht es: quay.example.org/hilfe/#",
    ),
    ("de", "answer 3"): ("Danke, wir kümmern uns.", "Gern geschehen!"),
    ("zh", "answer 1"): (
        "你好，唔好意思！請 DM 訂單號碼俾我哋。",
        "多謝通知，今日會推出 # 版本修正。",
        "Hi! 請睇 quay.example.org/hk/help/#",
    ),
    ("zh", "answer 3"): ("收到，跟進緊。", "唔使客氣！"),
}

BRAND_POSTS = (
    "Meet the Quay 3. Thinner, brighter, and it lasts all week.",
    "Five ways to plan your week with Quay.",
    "Behind the scenes: how we choose our blues.",
    "La Quay 3 arrive dans nos boutiques.",
    "Our studio in Sheung Wan opens its doors this Saturday.",
    "Your questions about batteries, answered.",
    "Nouveau : la facturation d'équipe.",
    "Thank you for a million downloads!",
)
"""What the brand posts by itself; people comment below."""
