window.YTD.tweets.part0 = [
 {
  "tweet": {
   "id_str": "1790000000000000015",
   "id": "1790000000000000015",
   "full_text": "From a loose file",
   "created_at": "Tue Oct 20 08:09:12 +0000 2026",
   "favorite_count": "2",
   "retweet_count": "0",
   "lang": "en",
   "entities": {
    "hashtags": [],
    "user_mentions": [],
    "urls": []
   }
  }
 }
]
