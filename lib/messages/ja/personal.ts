/** Personal data, their ends, and what is ordered about them: lib/personal, functions/routes/retention, cli/retention-text.ts. */
export const PERSONAL: Readonly<Record<string, string>> = {
  'The retention of these personal data has ended.': 'この個人データの保存期間は終わっています。',
  'The data key of these personal data is missing; restore it from a copy of the keys.':
    'この個人データのデータ鍵がありません。データ鍵の控えから戻してください。',
  'The data key of these personal data is damaged; restore it from a copy of the keys.':
    'この個人データのデータ鍵が壊れています。データ鍵の控えから戻してください。',
  'These personal data are missing or not as they were written; restore the table of personal data from a backup.':
    'この個人データがないか、書き込んだ時のままではありません。個人データのテーブルをバックアップから復元してください。',
  'The personal data kept changing; try again.':
    '個人データが他の処理で変更され続けています。もう一度お試しください。',
  'This month has had too many keys.': 'この月のデータ鍵の世代が多すぎます。',
  'The search key of that year is destroyed already.': 'その年の検索鍵は、すでに破棄されています。',

  'A month is written as in 2037-04.': '月は 2037-04 のように指定してください。',
  'Must be a month, such as 2037-04.': '月は 2037-04 のように指定してください。',
  'No personal data end in {0}.': '{0} に保存期間が終わる個人データはありません。',
  'The month {0} is not over: certificates and requests whose data end in it still count. It can be ended from {1} on.':
    '{0} はまだ終わっていません。この月に保存期間が終わる証明書と申請のデータは、まだ必要です。{1} から終了できます。',
  'An item has to stay beyond this month, and its data key cannot be opened: restore the key from a copy, or end what keeps the item (release the hold, reject the request).':
    'この月の後も残すべきデータがありますが、そのデータ鍵を開けません。データ鍵の控えから戻すか、データを残す理由をなくしてください（法的保全の解除、申請の却下）。',

  'A request of this holder is open; reject or withdraw it first.':
    'この利用者の申請が処理中です。先に却下するか、取り下げてください。',
  'A certificate of this holder still counts; revoke it first, or wait for its end.':
    'この利用者の証明書がまだ有効です。先に失効させるか、有効期間の満了を待ってください。',
  'Somebody else was first; look at it again.': '先に別の操作がありました。状態を確認してください。',
  'These personal data were erased by an order.': 'この個人データは、命令により消去されました。',
  'The search key of what ends in {0} cannot be opened; restore it from a copy of the keys.':
    '{0} 年に保存期間が終わるデータの検索鍵を開けません。鍵の写しから復元してください。',
  'The reference is the number of the order, and names no person: 1 to 64 of A-Z, a-z, 0-9, . _ / - and what Japanese case numbers have, as in 令和8年(ワ)第123号.':
    '命令の番号を、英数字と . _ / -、または「令和8年(ワ)第123号」のような事件番号の文字で、64 文字以内で指定してください。個人の氏名は使えません。',
  'Must be 1 to 64 of A-Z, a-z, 0-9, . _ / - and what Japanese case numbers have, as in 令和8年(ワ)第123号; no name of a person.':
    '英数字と . _ / -、または「令和8年(ワ)第123号」のような事件番号の文字で、64 文字以内で指定してください。個人の氏名は使えません。',
  'The data of this holder are being erased; ask again when that is complete.':
    'この利用者のデータは消去の処理中です。完了してから、もう一度お試しください。',
  'Another order awaits its confirmation for this holder: {0}, {1}. Confirm that one, or withdraw it first.':
    'この利用者について、別の命令が確認を待っています（{0}、{1}）。それを確認するか、先に取り下げてください。',
  'No order about this holder awaits its confirmation.':
    'この利用者について、確認を待っている命令はありません。',
  'No legal hold keeps the data of this holder.': 'この利用者のデータに法的保全はありません。',
  'A legal hold keeps the data of this holder; it has to be released first.':
    'この利用者のデータには法的保全があります。先に解除してください。',
  'No request of this tenant names such a holder.': 'この運営団体に、その利用者を指定した申請はありません。',
  'Operators of a tenant decide about the data of their own tenant.':
    '運営団体の認証局運用者が決められるのは、自らの運営団体のデータについてだけです。',
  'Name the tenant whose holder it is.': '利用者の運営団体を指定してください。',

  'legal hold': '法的保全',
  'release of the legal hold': '法的保全の解除',
  erasure: '消去',
  'an order was asked for': '命令の要求',
  'what was asked for was taken back': '要求の取下げ',
  'erasure complete': '消去の完了',
  month: '月',
  'months: {0}': '月: {0} 件',
  'keys destroyed': '鍵の破棄',
  record: '記録',
  data: 'データ',
  'newest act': '最後の操作',
  'Until {0} copies of the data keys that were made before may still open copies of the data; those who keep such copies delete them by then.':
    '{0} までは、以前に作られたデータ鍵の控えで、データの写しを読めることがあります。控えの保管者は、それまでに控えを削除してください。',
  'The data keys of {0} are destroyed: nobody can read the personal data that ended in it.':
    '{0} のデータ鍵を破棄しました。この月に保存期間が終わった個人データは、誰も読めません。',
  'The data keys of {0} were destroyed before; nothing has changed.':
    '{0} のデータ鍵は、すでに破棄されています。何も変わっていません。',
  'kept by a legal hold': '法的保全により保存',
  'kept by the legal hold {0}': '法的保全 {0} により保存',
  'erased, and their keys not destroyed yet': '消去済み（鍵の破棄を待っています）',
  'kept until their month ends': '保存期間の月が終わるまで保存',
  erased: '消去済み',
  'asked for: {0}': '確認待ち: {0}',
  'next: the service puts what others have under new keys and destroys the old ones, five minutes later at the earliest. Then this says until when copies of the keys may still open copies of the data:':
    '次に、サービスが他の人のデータを新しい鍵に移し、早くて 5 分後に古い鍵を破棄します。その後、次のコマンドで、鍵の控えによってデータの写しを読める期限がわかります',
  '{0}: asked for at {1} by {2}; nothing is done yet. Before {3} another operator runs':
    '{0}: {2} が {1} に要求しました。まだ何も実行していません。{3} までに、別の認証局運用者が次を実行してください',
  'The data of {0} stay until the legal hold is released.':
    '{0} のデータは、法的保全が解除されるまで保存されます。',
  'The legal hold {0} keeps the data of {1} already; nothing has changed.':
    '{1} のデータは、すでに法的保全 {0} により保存されています。何も変わっていません。',
  'No legal hold keeps the data of {0} any more.': '{0} のデータの法的保全は解除されました。',
  'The data of {0} are gone from the table.': '{0} のデータを表から消去しました。',
  'What was asked for is taken back; nothing else has changed.':
    '要求を取り下げました。ほかには何も変わっていません。',

  'A search text has no control characters and no half of a character.':
    '検索する文字列に、制御文字や壊れた文字は使えません。',
  'A search text has at most {0} characters.': '検索する文字列は {0} 文字以内で指定してください。',
  'A search takes no wildcards: the beginning of a name is enough, or two characters of it.':
    '検索にワイルドカードは使えません。名前の先頭部分か、名前の中の 2 文字を指定してください。',
  'A search takes at least two characters, white space and hyphens not counted.':
    '検索する文字列は、空白とハイフンを除いて 2 文字以上で指定してください。',
};
