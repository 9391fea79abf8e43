/** Records, reports, disclosures and evidence: lib/ledger. */
export const LEDGER = {
  'Ask by one tenant.': '運営団体は一つだけ指定してください。',
  'Others kept writing the same records; try again.':
    '同じ記録が他の処理によって書き換えられ続けています。もう一度お試しください。',
  'An object that should be a batch of the log is none.':
    '透明性ログに追加する項目の一覧であるはずのオブジェクトが、そうなっていません。',
  'A witness has cosigned a larger tree of this log.':
    '証人が、この透明性ログのより大きな木に連署しています。',
  'The witness keeps changing its mind about the size that it has.': '証人の答える木の大きさが定まりません。',
  'Only {0} of {1} witnesses have cosigned.': '連署した証人は、必要な {1} のうち {0} だけです。',
  'A log entry is an id, a digest and a kind.': '透明性ログの項目は、ID、ダイジェスト、種類からなります。',
  'There is no such record: a record id has 32 hex digits.':
    'その記録はありません。記録の ID は 16 進 32 桁です。',
  'A record names at most {0} certificates and requests.':
    '一つの記録に書ける証明書と申請は、合わせて {0} 件までです。',
  'A record has at most {0} characters.': '一つの記録は {0} 文字までです。',
  'At most {0} records are appended at once.': '一度に追加できる記録は {0} 件までです。',
  'Ask for at most {0} months.': '指定できる期間は {0} か月までです。',
  'The first month is after the last one.': '最初の月が最後の月より後になっています。',
  "The proof's extra data are no record in canonical JSON.":
    '証明の付加データが、正規形の JSON の記録ではありません。',
  'Statistics are of months that are over, Japan Standard Time.':
    '統計の対象は、日本標準時で終わった月だけです。',
  'A log keeps the origin that it began with.':
    '透明性ログの名前（origin）は、始めたときから変えられません。',
  'The key of the log is not the one that it began with.': '透明性ログの鍵が、始めたときの鍵と異なります。',
  'The published checkpoint has another root than the log.':
    '公開されたチェックポイントのルートが、透明性ログのルートと異なります。',
  'The log has {0} leaves and had {1}: it was rolled back.':
    '透明性ログの葉が {1} から {0} に減っています。以前の状態に戻されています。',
  'The table has {0} leaves of the log, and {1} are published: it is older than the log. Two operators record what was lost (akashi recover).':
    'テーブルにある透明性ログの葉は {0} 枚ですが、公開された葉は {1} 枚です。テーブルが透明性ログより古い状態です。認証局運用者二人で、失われたものを記録してください（akashi recover）。',
  'The table is older than the log; no status is answered until it is mended.':
    'テーブルが透明性ログより古い状態です。復旧するまで、失効情報の回答はできません。',
  'What the table lacks of the log falls into more than {0} ranges, which no record can name; take another copy of the table.':
    'テーブルに欠けている葉の範囲が {0} 個を超えるため、一つの記録に書けません。テーブルの別の複製を使ってください。',
  'An act of a recovery is not one that can be where it is.':
    '復旧についての行為が、あるはずのない場所にあります。',
  'The table has every leaf that is published; nothing is to be recovered.':
    '公開された葉はすべてテーブルにあります。復旧するものはありません。',
  'The table has {0} leaves and {1} are published; name these two sizes, after a look at what is lost.':
    'テーブルの葉は {0} 枚、公開された葉は {1} 枚です。失われたものを確かめてから、この二つの数を指定してください。',
  'The log has no checkpoint yet.': '透明性ログに、まだチェックポイントがありません。',
  'The log has no such tile.': '透明性ログに、そのタイルはありません。',
  'The log has no leaf yet.': '透明性ログに、まだ葉がありません。',
  'The record has no leaf under a published checkpoint yet; ask again soon.':
    'この記録の葉は、まだ公開されたチェックポイントに含まれていません。少し待ってから、もう一度お試しください。',
  'The record is not what its leaf says: one of them was changed.':
    '記録が葉と一致しません。どちらかが書き換えられています。',
  'The log has another {0} already.': '透明性ログに、内容の異なる {0} がすでにあります。',
  'The origin of the log must be a key name of C2SP signed-note: a host name and a path, without space and plus.':
    '透明性ログの名前（origin）には、C2SP signed-note の鍵名（ホスト名とパス。空白とプラス記号は不可）を指定してください。',
  'The file is no CloudFront standard log: {0}.': 'ファイルが CloudFront の標準ログではありません（{0}）。',
  'it has no field {0}': '項目 {0} がありません',
  'a line has fewer fields than it says': '項目の数が足りない行があります',
  'a line has no time': '時刻のない行があります',
  'A log file has a name of 1 to 200 of A-Z, a-z, 0-9, ".", "_", "-".':
    'アクセスログのファイル名は、A-Z、a-z、0-9、"."、"_"、"-" を使って 1～200 文字で指定してください。',
  'A line of the log is too long.': 'アクセスログに長すぎる行があります。',
  'The log does not say which fields it has.': 'アクセスログに、項目名の行がありません。',
  'Another file of this name has been imported; what follows would not be counted rightly.':
    'この名前の別のファイルがすでに取り込まれています。続きを正しく数えられません。',
  'The file has fewer lines than were counted of it before.':
    'ファイルの行数が、前に数えたときより少なくなっています。',
  'A bundle holds at most {0} records.': '一つの開示資料に入る記録は {0} 件までです。',
  'There is no such disclosure.': 'その開示はありません。',
  'A term is extended by 1 to {0} days.': '期限の延長は 1～{0} 日で指定してください。',
  'The disclosure has been made; there is no term to extend.':
    '開示は済んでいます。延長する期限はありません。',
  'The term has been extended once already.':
    '期限はすでに一度延長されています。再び延長することはできません。',
  'The term is over; it is extended before that.': '期限を過ぎています。延長は期限の前に行ってください。',
  'A delegate is another principal of role holder.':
    '代理人には、役割が holder である別の利用主体を指定してください。',
  'The delegation would be over already.': '委任の期限が過去の日時です。未来の日時を指定してください。',
  'A holder has at most {0} delegates.': '一人の利用者が指定できる代理人は {0} 人までです。',
  'The records of a holder are for the holder and its delegates.':
    '利用者についての記録を見られるのは、その利用者と代理人だけです。',
  'The period is empty: its end is its beginning.': '期間が空です。終わりが始まりと同じになっています。',
  'The period ends before it begins.': '期間の終わりが始まりより前になっています。',
  'A seed is one line of 1 to 256 characters.': 'シードは、1～256 文字の一行で指定してください。',
  'A sample has 1 to {0} certificates.': '抽出する証明書は 1～{0} 枚で指定してください。',
  'There is no such record.': 'その記録はありません。',
  'Neither the trust domain nor any record has {0} of that id.':
    '{0}は、信頼ドメインにも記録にもありません。ID を確かめてください。',
  'a recipient': 'その ID の提供先',
  'an actor': 'その ID の行為者',
  'a holder': 'その ID の利用者',
  'a purpose': 'その ID の利用目的',
  'an office': 'その ID の登録分局',
  'an authority': 'その ID の認証局',
  'The trust domain and the requests have no holder of that id.':
    'その ID の利用者は、信頼ドメインにも申請にもありません。ID を確かめてください。',
  'Ask by who looked, by recipient or by actor, one at a time.':
    '閲覧者、提供先、行為者は、どれか一つを指定してください。',
  'A recipient, a purpose, a channel and a request find answers alone, which have no actor and no other kind.':
    '提供先、利用目的、提供の方法、申請で見つかるのは提供の記録だけです。提供の記録には行為者がなく、種別は provision だけです。',
  'Answers have no actor; ask for them by recipient.':
    '提供の記録に行為者はありません。提供先（recipient）を指定してください。',
  'The record was kept for its time and then deleted; its leaf stays in the log.':
    'この記録は、保存期間が終わったため削除されました。葉は透明性ログに残っています。',
  'A holder has at most {0} certificates here.': '一人の利用者について扱える証明書は {0} 枚までです。',
  'The cursor does not belong to this query; start again without one.':
    'カーソルがこの検索のものではありません。カーソルを付けずに最初からやり直してください。',
  'A page has 1 to {0} records.': '1 ページの記録は 1～{0} 件で指定してください。',
  'Ask by recipient or by actor: no record has both.':
    '提供先（recipient）と行為者（actor）は、どちらか一方だけを指定してください。両方を持つ記録はありません。',
  'Ask by certificate or by holder, one at a time.': '証明書と利用者は、どちらか一方だけを指定してください。',
  "A holder's records are those of everybody who asked: they are not found among the records of one principal.":
    '利用者についての記録は、照会したすべての相手にわたります。一つの利用主体の記録の中から探すことはできません。',
  '"{0}" is not an RFC 3339 time.': '"{0}" には、RFC 3339 の形式の日時を指定してください。',
  'The stored report is not the one that was made.': '保存されている年次報告が、作成したものと異なります。',
  'A report is made of a fiscal year that is over.': '年次報告を作成できるのは、終わった年度だけです。',
  'There is no report of that fiscal year.': 'その年度の年次報告はありません。',
  'The report of that fiscal year was kept for its time and is kept no longer; who has a copy can tell it by its digest.':
    'その年度の年次報告は、保存期間が終わったため残っていません。写しをお持ちであれば、ダイジェストで照合できます。',
  'The end of an act is named by the act and a number from 1.':
    '行為の終わりは、その行為と1以上の番号で名付けます。',
  'The object that ended an act is not what its name says.':
    '行為を終わらせたオブジェクトの内容が、その名前と一致しません。',
  'The record of an act does not have the signature that it must have. Nothing is done that rests on it.':
    '行為の記録に、必要な署名がありません。この記録に基づく処理は行いません。',
};
