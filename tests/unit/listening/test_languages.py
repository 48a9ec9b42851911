"""Languages of messages: as py3langid tells them, of many texts at once."""

import pytest

from dagster_project.listening.languages import detect_languages

_SAID = {
    "en": "is anybody looking into why my order has not come yet?",
    "de": "schaut sich das endlich jemand an, meine Bestellung fehlt",
    "fr": "toujours pas reçu ma commande, vous comptez faire quelque chose ?",
    "es": "todavía no ha llegado mi pedido, ¿alguien me responde?",
    "it": "non ho ancora ricevuto il mio ordine, qualcuno risponde?",
    "nl": "mijn bestelling is nog steeds niet aangekomen, kijkt iemand ernaar?",
    "pt": "a minha encomenda ainda não chegou, alguém me responde?",
    "pl": "moje zamówienie jeszcze nie przyszło, czy ktoś mi odpowie?",
    "el": "η παραγγελία μου δεν ήρθε ακόμα",
    "ru": "мой заказ до сих пор не пришёл",
    "zh": "我的訂單到現在還沒有收到",
    "ar": "لم تصل طلبيتي حتى الآن",
}


def test_each_text_of_a_batch_has_its_own_language() -> None:
    assert detect_languages(list(_SAID.values())) == list(_SAID)


def test_texts_say_the_same_alone_and_together() -> None:
    texts = list(_SAID.values())

    assert [detect_languages([text])[0] for text in texts] == detect_languages(texts)


def test_the_walk_of_many_texts_is_the_librarys_own() -> None:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    known = LanguageIdentifier.from_model_file(MODEL_FILE)
    known.set_languages(list(_SAID))

    assert [known.classify(text)[0] for text in _SAID.values()] == list(_SAID)


@pytest.mark.parametrize(
    "text", ["", "ok", "!!!", "12345", "https://example.org @ana 😀", "hm"]
)
def test_a_text_that_is_too_short_has_none(text: str) -> None:
    assert detect_languages([text]) == ["und"]


def test_links_names_and_laughter_do_not_count() -> None:
    said = "@benjamin https://beispiel.example/verfügbarkeit hahaha where is my parcel"

    assert detect_languages([said]) == ["en"]
