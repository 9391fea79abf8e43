/** The pages of certificates and of CAs: web/console, functions/pages/certificates, functions/pages/authorities. */
export const WEB_CERTIFICATES: Readonly<Record<string, string>> = {
  'A CRL of {0} is published.': '{0} の失効リストを発行しました。',
  "A certificate of a CA, of an OCSP responder or of the service's own door takes two operators: nothing changes before another one confirms the same.":
    '認証局、OCSP レスポンダー、またはサービス自身の接続口の証明書の場合は、認証局運用者 2 人の操作が必要です。もう 1 人が同じ内容を確認するまでは、何も変わりません。',
  'A date such as 2026-04-01, which is its beginning, or a time such as 2026-04-01 09:30. Both are those of Japan.':
    '2026-04-01 のような日付（その日の始まり）、または 2026-04-01 09:30 のような日時を、日本時間で入力してください。',
  'A higher reason or an earlier date': '失効事由の引き上げ、または日付の繰り上げ',
  'A hold': '一時利用停止',
  'A hold is in effect at once: nobody may rely on the certificate while it lasts.':
    '一時利用停止は直ちに効力を生じます。一時利用停止の間は、この証明書を信頼することはできません。',
  'A revocation': '失効',
  'A revocation is in effect at once and for ever: OCSP says so from the next answer on, and the next CRL lists it.':
    '失効は直ちに効力を生じ、取り消すことはできません。OCSP には次の回答から、失効リストには次の発行から反映されます。',
  'A second operator has to confirm': 'もう 1 人の認証局運用者の確認待ち',
  'A time in the form cannot be read; the field says how it is written.':
    '入力された日時を読み取れません。書き方は入力欄の説明のとおりです。',
  'All certificates': '証明書の一覧に戻る',
  'All certificates of this holder': 'この利用者の証明書の一覧',
  'Another certificate has replaced it': '新しい証明書に更新した',
  'Any operator may withdraw it, the one who asked for it as well.':
    '取り下げは、申し出た本人を含め、どの認証局運用者でも行えます。',
  'As the service has them now. That you looked is recorded.':
    'サービスに記録されている現在の状態です。この画面を表示したことも記録されます。',
  'Asked by': '申し出た人',
  'Asked for': '申し出の内容',
  'Back to the certificate': '証明書の画面に戻る',
  'By its profile it is never released: it ends with a revocation only.':
    'この種類の証明書では、一時利用停止は解除できません。終わるのは失効したときだけです。',
  'By its profile this hold is never released.': 'この種類の証明書では、一時利用停止は解除できません。',
  'CRL number': 'CRL 番号',
  'CRLs of {0}': '{0} の失効リスト',
  Certificate: '証明書',
  'Certificates found': '証明書の検索結果',
  'Certificates that the CA issued': '認証局が発行した証明書',
  Certified: '証明書の発行',
  Confirm: '確認',
  'Confirm the hold': '一時利用停止を確認する',
  'Confirm the revocation': '失効を確認する',
  Current: '最新',
  'Damaged: its row cannot be read': '破損：行を読み取れません',
  'Due: the next one is to be published': '次の失効リストの発行の時期です',
  'Due: the next responder is to be certified': '次のレスポンダーの証明書の発行の時期です',
  'Ends from': '有効期間の終わり（この日から）',
  'Ends until, that day included': '有効期間の終わり（この日まで）',
  Expired: '有効期間満了',
  'Expired: it signs no answer any more': '期限切れ：回答に署名できません',
  Findings: '異常の検出',
  'For the certificate of a CA only. All certificates of the CA count as revoked.':
    '認証局自身の証明書の場合に限ります。その認証局の証明書は、すべて失効したものとして扱われます。',
  Good: '有効',
  'If the key is compromised: since when that is known or suspected.':
    '鍵が危殆化した場合に、それが判明した、または疑われる時点を入力します。',
  'Invalid since': '無効になった日時',
  'By its profile it can be released again. It ends with a release or with a revocation.':
    'この種類の証明書では、一時利用停止を後から解除できます。終わるのは、解除または失効したときです。',
  'This happens as soon as you press the button:': 'ボタンを押すと、直ちに次のようになります。',
  'When a second operator has confirmed it, this happens:':
    '別の認証局運用者が確認すると、次のようになります。',
  'Everybody who asks about the certificate by OCSP is told “on hold” from the next answer on, and the next CRL lists it.':
    'この証明書について OCSP で問い合わせる署名検証者には、次の回答から「一時利用停止」と知らされます。次の失効リストにも載ります。',
  'I have read this, and want this certificate on hold':
    '上の内容を読みました。この証明書を一時利用停止にします',
  'I have read this, and want this certificate on hold although the hold is never released':
    '上の内容を読みました。解除できないことを承知のうえで、この証明書を一時利用停止にします',
  'Tick the box if you want the hold.': '一時利用停止にするときは、チェックを入れてください。',
  'The box was not ticked, so the certificate was not put on hold.':
    'チェックが入っていないため、証明書は一時利用停止にしていません。',
  'It is a certificate of the service itself. One operator has asked for the following; nothing changes before another operator confirms the same.':
    'これはサービス自身の証明書です。認証局運用者の 1 人が次の申し出をしています。別の認証局運用者が同じ内容を確認するまでは、何も変わりません。',
  'It is asked for. Nothing changes before another operator confirms.':
    '申し出を受け付けました。別の認証局運用者が確認するまでは、何も変わりません。',
  'It is neither revoked nor on hold. It ends by itself:':
    '失効も一時利用停止もしていません。有効期間の終わり：',
  'It is not needed any more': '使わなくなった',
  'It was neither revoked nor on hold when it ended:':
    '失効も一時利用停止もしないまま、有効期間が終わりました：',
  'Key of the CA': '認証局の鍵',
  'Late: the next one should have been published': '遅延：次の失効リストが発行されているはずの時期です',
  'Late: the next responder should have been certified':
    '遅延：次のレスポンダーの証明書が発行されているはずの時期です',
  'List of certificates': '一覧から探す',
  'Missing: none was ever certified': 'なし：証明書が一度も発行されていません',
  'Missing: none was ever published': 'なし：失効リストが一度も発行されていません',
  'Name an office, a tenant or a holder, to see a list.':
    '一覧を見るには、登録分局、運営団体、または利用者を指定してください。',
  'No reason is given': '事由を示さない',
  'None of the other reasons applies.': 'ほかのどの事由にも当てはまらない場合です。',
  'Next one due': '次の発行',
  'Not in the register': '登録なし',
  'Not in the register: it signs no answer': '登録なし：回答に署名しません',
  'OCSP responders of {0}': '{0} の OCSP レスポンダー',
  'On hold': '一時利用停止中',
  'On hold since': '一時利用停止の日時',
  'Out of date: verifiers refuse it': '期限切れ：検証で使えません',
  'Out of turn': '臨時の発行',
  'Publish a CRL': '失効リストの発行',
  'Publish now': '今すぐ発行する',
  Published: '発行の日時',
  'Put on hold': '一時利用停止にする',
  'Release from hold': '一時利用停止の解除',
  Report: '報告する',
  'Report a compromise or an earlier date': '危殆化の報告、または日付の繰り上げ',
  'Reported at': '届出の日時',
  Revoke: '失効',
  Revoked: '失効済み',
  'Revoked: it signs no answer any more': '失効済み：回答に署名しません',
  'Revoked since': '失効の日時',
  'Signature algorithm': '署名アルゴリズム',
  'Somebody else has the private key or may have it: it was stolen, lost or copied. The CRL is published at once.':
    '秘密鍵が盗難、紛失、複製などにより他人に渡った、またはその疑いがある場合です。失効リストを直ちに発行します。',
  'Sorted by': '並び順',
  'State of the CA': '認証局の状態',
  'Stopped: it signs nothing any more but one last CRL': '停止済み：最後の失効リストのほかには署名しません',
  Subject: '主体者',
  'The CA has expired.': '認証局の有効期間が終わっています。',
  "The CA's own certificate": '認証局自身の証明書',
  'The certificate (PEM)': '証明書（PEM）',
  'The certificate does not say any more who its holder is. The key is not in doubt.':
    '証明書の記載が利用者の現状と合わなくなった場合です。鍵に問題はありません。',
  'The certificate is being signed.': '証明書に署名しているところです。',
  'The certificate is good again at once, and the release is recorded.':
    '証明書は直ちに有効に戻り、解除したことが記録されます。',
  'The certificate is on hold, and by its profile the hold is never released.':
    '証明書を一時利用停止にしました。この種類の証明書では、一時利用停止は解除できません。',
  'The certificate is on hold.': '証明書を一時利用停止にしました。',
  'The certificate is released from hold.': '証明書の一時利用停止を解除しました。',
  'The certificate is revoked.': '証明書を失効しました。',
  'The certificate is suspended. The hold may end with a release or with a revocation.':
    '証明書の効力を一時的に止めています。一時利用停止は、解除または失効によって終わります。',
  'The holder has a new certificate. The key is not in doubt.':
    '利用者が新しい証明書を持っている場合です。鍵に問題はありません。',
  'The holder may not use the certificate any more.':
    '利用者が証明書を使うことを認められなくなった場合です。',
  'The id of the office, such as mizusaki-higashi.': '登録分局の ID です（例：mizusaki-higashi）。',
  'The key of the CA is compromised': '認証局の鍵の危殆化',
  'The last one: none follows': '最後のもの：次の発行はありません',
  'The name, position or affiliation has changed': '氏名、職名、所属などの変更',
  'The position, the system or the use has ended. The key is not in doubt.':
    '職、システム、または用途がなくなった場合です。鍵に問題はありません。',
  'The private key is compromised': '秘密鍵の危殆化',
  'The profile says whether it can be held, and whether the hold can be released.':
    '一時利用停止とその解除ができるかどうかは、証明書プロファイルごとの定めによります。',
  'The revocation was raised to what you reported.': '報告のとおりに失効の内容を改めました。',
  'The right to it was withdrawn': '使用資格の取消し',
  'The time of the revocation stays. A compromise takes the place of the reason, and an earlier date the place of a later one.':
    '失効の日時は変わりません。危殆化の報告があれば失効事由が改まり、より早い日付があればそれに改まります。',
  'The whole list as a file, those that end soonest first:':
    '一覧の全件のファイル（有効期間の終わりが早い順）：',
  'There are no such certificates.': '該当する証明書はありません。',
  'This cannot be read as a time.': '日時として読み取れません。',
  'This was done before; nothing has changed.': 'すでに行われていたため、何も変わっていません。',
  'What it is': '証明書の内容',
  'What it lists': '対象',
  'What was asked for is withdrawn; nothing is awaited.':
    '申し出を取り下げました。確認待ちのものはありません。',
  'When somebody reported what the revocation is for. It is recorded.':
    '失効の事由となる届出があった日時です。記録されます。',
  'Withdraw what was asked for': '申し出の取下げ',
  'Without a choice: certificates that have not ended.':
    '条件を選ばなければ、有効期間の終わっていない証明書を表示します。',
  'Without effect from': '申し出が効力を失う日時',
  'Urgent: a revocation waits that it must show at once': '至急：直ちに載せるべき失効が、まだ載っていません',
  'You confirm exactly this, and it is in effect at once. Ask the other operator why, and compare the serial number, before you do.':
    '次の内容をそのまま確認することになり、直ちに効力を生じます。確認の前に、申し出た認証局運用者に事情を尋ね、シリアル番号を照合してください。',
  'You have asked for it before. Another operator has to confirm; this has changed nothing.':
    'すでに申し出ています。別の認証局運用者の確認が必要です。今回の操作では何も変わっていません。',
  'certificates as CSV': '証明書の一覧（CSV）',
  'certificates as an Excel file (XLSX)': '証明書の一覧（Excel、XLSX）',
  'entries: {0}': '{0}件',
  'what ends latest first': '有効期間の終わりが遅い順',
  'what ends soonest first': '有効期間の終わりが早い順',
  '{0} ago': '{0}経過',
  '{0} days': '{0}日',
  '{0} h': '{0}時間',
  '{0} min': '{0}分',
  '{0} since the day before: somebody else than the service has written to its rows or files. The runbook says what to do.':
    '前日から {0} 件：サービス以外の者が行またはファイルを書き換えました。対応は運用の手順書にあります。',
  // These stand on the public pages too.
  CA: '認証局',
  'Serial number': 'シリアル番号',
  'Valid from': '有効期間の始まり',
  'Valid until': '有効期間の終わり',
  Tenant: '運営団体',
  Status: '証明書の状態',
};
