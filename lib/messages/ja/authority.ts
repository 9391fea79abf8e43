/** Issuing, revoking and ceremonies: lib/authority. */
export const AUTHORITY = {
  'The certificate is not signed yet; ask again shortly.':
    '証明書はまだ署名されていません。少し待ってから、もう一度お試しください。',
  'The CA certificate has no subjectKeyIdentifier.': '認証局の証明書に subjectKeyIdentifier がありません。',
  'The trust domain has no such authority.': 'その認証局は信頼ドメインにありません。',
  'The CA key in the key store is not the one in the CA certificate.':
    '鍵ストアにある認証局の鍵が、認証局の証明書の鍵と一致しません。',
  'No certificate with that serial number was issued by that authority.':
    'その認証局は、そのシリアル番号の証明書を発行していません。',
  'Nobody has consented to a ceremony, or the consent has lapsed; the opener checks the event and consents to it first.':
    '鍵生成式への同意がまだないか、同意の期限が切れています。先に開始者がイベントを確認して同意してください。',
  'The opener has consented to another event than this one. Send the event that was consented to, or have the opener check and consent to this one.':
    '開始者が同意したイベントは、これとは別のものです。同意されたイベントを送るか、開始者がこのイベントを確認して同意してください。',
  'The object that binds a key to its principal is damaged.':
    '公開鍵と利用主体を結び付けるオブジェクトが壊れています。',
  'An act on the status of a certificate is not one that can be where it is.':
    '証明書の状態についての行為の記録が、あるべきでない位置にあります。',
  'This office may not apply for certificates of that profile; ask the operator which profiles it may use.':
    'この登録分局は、その証明書プロファイルで申請できません。使える証明書プロファイルを認証局運用者に確認してください。',
  'The clock is before the beginning of the CA; nothing is issued until it is right.':
    '時計が、認証局の有効期間の開始より前を指しています。時計が正しくなるまで発行しません。',
  'There is no such certificate profile.': 'その証明書プロファイルはありません。',
  'The profile names no authority of the trust domain.':
    '証明書プロファイルが指す認証局は、信頼ドメインにありません。',
  'The private key of this public key is known to others; make a new key pair.':
    'この公開鍵の秘密鍵は、他人に知られています。新しい鍵ペアを作ってください。',
  'The public key is on the list of compromised keys; make a new key pair.':
    '公開鍵が、危殆化した鍵の一覧にあります。新しい鍵ペアを作ってください。',
  'A part of the list was not uploaded; upload the whole list again.':
    '一覧の一部が届いていません。一覧全体をもう一度送ってください。',
  'The parts of a list follow each other in the order of their keys, each key once.':
    '一覧の各部分は、鍵の順に並べ、同じ鍵を重複させないでください。',
  'An object of a list of keys is not what its name says.':
    '鍵の一覧のオブジェクトの内容が、その名前と一致しません。',
  'No list of compromised keys awaits its approval, or the proposal has lapsed.':
    '承認待ちの、危殆化した鍵の一覧はありません。または、提案の期限が切れました。',
  'Another list of compromised keys awaits its approval than this one.':
    '承認待ちの、危殆化した鍵の一覧は、これではありません。',
  'A list of compromised keys awaits its approval; have it approved or rejected first.':
    '承認待ちの、危殆化した鍵の一覧があります。先にそれを承認または却下してください。',
  'That is so already: the list is in force, or there is none to withdraw.':
    'すでにその状態です。その一覧は有効であるか、取り下げる一覧がありません。',
  'The person who proposed a list of compromised keys does not approve it; have another operator do it.':
    '危殆化した鍵の一覧を提案した本人は承認できません。別の認証局運用者が承認してください。',
  'An act on the list of compromised keys is not one that can be where it is.':
    '危殆化した鍵の一覧についての行為の記録が、あるべきでない位置にあります。',
  'The public key that {0} asks for belongs to {1}; each principal makes a key of its own.':
    '{0} の公開鍵は、すでに {1} のものです。利用主体ごとに鍵を作ってください。',
  'The invalidity date must be a time of RFC 3339 in UTC, and not in the future.':
    '無効となった日時（invalidityDate）は、RFC 3339 の形式の UTC で、未来でない時刻を指定してください。',
  'The invalidity date is before the first certificate of this key here and before the request for it; it must not be before {0}. If the key was compromised earlier, give that time: no signature that the certificates verify is older.':
    '無効となった日時（invalidityDate）が、この鍵の最初の証明書とその申請のどちらよりも前になっています。{0} 以降の時刻を指定してください。鍵の危殆化がそれより前であれば、その時刻を指定してください。この鍵の証明書で検証される署名に、それより古いものはありません。',
  'cACompromise is a reason for certificates of CAs only (RFC 5280 5.3.1); if the key of this certificate is compromised, the reason is keyCompromise.':
    'cACompromise は、認証局の証明書だけに使う失効理由です（RFC 5280 5.3.1）。この証明書の鍵が危殆化したときの理由は keyCompromise です。',
  'The certificate is revoked already, for another reason or with another invalidity date, and this changes nothing; facts.revocation says what stands.':
    '証明書は、別の理由または別の無効日時ですでに失効しているため、この操作では何も変わりません。今の失効の内容は facts.revocation にあります。',
  'The time of the report must be a time of RFC 3339 in UTC, not in the future and not before 1990.':
    '報告を受けた日時（reportedAt）は、RFC 3339 の形式の UTC で、1990年以降の、未来でない時刻を指定してください。',
  'The certificate is revoked; a revoked certificate cannot be put on hold.':
    '証明書は失効しています。失効した証明書を一時利用停止にすることはできません。',
  'Certificates of this profile cannot be put on hold; revoke it instead.':
    'この証明書プロファイルの証明書は、一時利用停止にできません。失効させてください。',
  'The certificate is revoked, and a revocation is for ever.':
    '証明書は失効しています。失効を取り消すことはできません。',
  'The certificate is not on hold.': '証明書は一時利用停止になっていません。',
  'A hold on certificates of this profile is never released.':
    'この証明書プロファイルの証明書は、一時利用停止を解除できません。',
  'The cursor is not one of this list; begin again without a cursor.':
    'カーソルがこの一覧のものではありません。カーソルを付けずに最初からやり直してください。',
  'The signed certificate does not hold the linted bytes; it is not stored.':
    '署名された証明書の内容が、検査した内容と一致しません。証明書は保存しません。',
  'The row of the certificate changed while it was signed; try again.':
    '署名している間に証明書の行が変わりました。もう一度お試しください。',
  'The ledger lacks the issuance of this certificate; the certificate is not signed.':
    'この証明書の発行の記録が台帳にありません。証明書に署名しません。',
  "The CA's certificate is revoked; it issues no more certificates.":
    '認証局の証明書は失効しています。この認証局は、もう証明書を発行しません。',
  "The CA's certificate is on hold, or a row says that it is closed; nothing is issued until that has ended.":
    '認証局の証明書が一時利用停止になっているか、閉じられていると行に書かれています。解消するまで発行しません。',
  'The key of this CA is stopped; it signs nothing any more.':
    'この認証局の鍵は停止されています。この鍵では、もう何にも署名しません。',
  'A CA that is yet to be made has no key to stop.': 'これから作る認証局には、停止する鍵がまだありません。',
  'The CA has expired; it issues no more certificates.':
    '認証局の有効期間が終わっています。証明書は発行できません。',
  'A different revocation awaits its confirmation for this certificate; confirm that one, or withdraw it first.':
    'この証明書には、確認待ちの別の失効があります。先にそれを確認するか、取り下げてください。',
  'The rows of this certificate say what its acts say; there is nothing to correct.':
    'この証明書の行は、記録された行為のとおりです。訂正するものはありません。',
  'No revocation of this certificate awaits its confirmation.': 'この証明書に、確認待ちの失効はありません。',
  'The ceremony made another certificate for this CA, which is not in the table; restore the table from a copy.':
    '鍵生成式で作られたこの認証局の証明書は別のもので、テーブルにありません。テーブルのバックアップから復元してください。',
  'No certificate was issued for this order.': 'この発行指示に対して証明書は発行されていません。',
  'An issuance lacks what every issuance has.': '発行の記録に、必ずあるはずの項目がありません。',
  'The object of an issued serial number cannot be read; restore it from a copy of the bucket.':
    '発行済みシリアル番号のオブジェクトを読み取れません。バケットの控えから復元してください。',
  'The certificate that was begun for this order cannot be built again as it was; it is not signed. The request has to be submitted again.':
    'この発行指示で作りかけた証明書を、同じ内容で組み立て直すことができないため、署名しません。申請を出し直してください。',
  'The certificate would not be the one that was submitted and examined; the request has to be submitted again.':
    '証明書の内容が、申請・審査されたものと異なることになります。申請を出し直してください。',
  'This order ended in another way; no certificate is issued for it.':
    'この発行指示は別の形で終わっているため、証明書は発行されません。',
  'The table has lost the rows of a certificate that was issued; restore them from a backup. Its number is not admitted again.':
    '発行済み証明書の行がテーブルから失われています。バックアップから復元してください。この番号が再び有効とされることはありません。',
  'The rows of the certificate kept changing; try again.':
    '証明書の行が変わり続けています。もう一度実行してください。',
  'A page has 1 to {0} certificates.': '1 ページの証明書は 1～{0} 件です。',
  'Officers list the certificates of their own office, or of one whose affairs it has taken over.':
    '担当者が一覧にできるのは、自分の登録分局、またはその業務を引き継いだ登録分局の証明書です。',
  'A search goes through the certificates of one office: name it.':
    '検索は一つの登録分局の証明書について行います。登録分局を指定してください。',
  'Name an office, a tenant, a holder or an officer.':
    '登録分局、運営団体、利用者、担当者のいずれかを指定してください。',
  'The window ends before it begins.': '期間の終わりが、始まりより前です。',
  'This is no time of RFC 3339.': 'RFC 3339 の時刻ではありません。',
};
