"""Yes and no in the languages and spreadsheets that exports come from.

The words stand here and in ``dbt/macros/staging/flags.sql``, where staging reads them; a
convention test holds the two together. A flag in any other word is nobody's no.
"""

import re

_YES = """
1 1.0 1,0 true t yes y on checked x ✓ ✔ ☑ vrai oui o wahr ja j verdadero sí si s
vero sì verdadeiro sim waar sant sand tosi kyllä sann prawda tak doğru evet はい 真 是
pravda ano áno igaz igen adevărat da истина да так αληθής αληθήσ αληθησ
ναι 예 네 참 نعم כן cert
"""
YES = tuple(_YES.split())
"""Numbers and marks, English, then Excel's constants and the word for yes of each language."""

_NO = """
0 0.0 0,0 false f no n off unchecked ☐ ✗ ✘ faux non falsch nein falso não nao onwaar
nee falskt nej falsk epätosi ei usann nei fałsz falsz nie yanlış yanliş hayır hayir
いいえ 偽 假 否 nepravda ne hamis nem fals nu ложь нет ні ψευδής ψευδήσ ψευδησ
όχι 아니오 아니요 거짓 لا לא
"""
NO = tuple(_NO.split())

_BLANK = "[\\s\u00a0\u202f\ufeff]*"

FLAG = f"(?i)^{_BLANK}(?:{'|'.join(map(re.escape, YES + NO))}|){_BLANK}$"
"""One of the words whatever its case, or nothing: an empty flag says nothing."""
