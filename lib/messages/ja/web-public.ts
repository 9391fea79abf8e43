/** The pages for everybody: web/public, functions/pages/public. */
export const WEB_PUBLIC: Readonly<Record<string, string>> = {
  'Certificates, and whether they are valid': '電子証明書と、その有効性の確認',
  'An electronic certificate says who signed a document or who runs a server. This service issues such certificates for public offices and for persons, and tells everybody whether one of them is valid.':
    '電子証明書は、文書に署名したのが誰か、サーバーを運営しているのが誰かを示すものです。このサービスは、官公署や個人の電子証明書を発行し、それが有効かどうかを、どなたにもお答えします。',
  'Each of its answers is recorded so that nobody can change it later, the operator of the service included.':
    '回答はすべて記録します。この記録は、サービスの運用者を含め、誰も後から変えることができません。',
  'Is it genuine, and is it still valid? You need its file.':
    '本物か、今も有効かを調べます。証明書のファイルが必要です。',
  'The certificates on which all others rest, with their fingerprints.':
    'すべての証明書のよりどころとなる証明書と、そのフィンガープリントです。',
  'Revocation lists': '失効リスト',
  'The lists of certificates that are not valid any more, for programs.':
    '有効でなくなった証明書の一覧です。プログラムのためのものです。',
  'The proof that nothing was changed afterwards.': '後から何も変えられていないことの証拠です。',
  'Request and manage certificates. You have to sign in.':
    '証明書の発行申請や管理を行います。サインインが必要です。',
  '{0}, generation {1}': '{0}（第{1}世代）',
  'SHA-256 fingerprint': 'SHA-256 フィンガープリント',
  'Only for the tenant': '利用できる運営団体',
  Algorithm: '署名アルゴリズム',
  'Name in certificates': '証明書に記載される名前',
  Files: 'ファイル',
  'Certificate of {0}, for most programs (.cer)': '{0}の証明書。多くのソフトウェアで使えるもの（.cer）',
  'Certificate of {0}, as text (.pem)': '{0}の証明書。テキスト形式（.pem）',
  'Certificate of {0}, with its chain (.p7c)': '{0}の証明書。証明書チェーンを含むもの（.p7c）',
  'Revocation list of {0}': '{0}の失効リスト',
  'Revocation list for the certificate of {0} itself': '{0}自身の証明書についての失効リスト',
  'Every certificate of this service is signed by one of these CAs. Before you trust one, compare its fingerprint with the one that your office has printed or published elsewhere: all characters must be the same.':
    'このサービスの証明書はすべて、次の認証局のどれかが署名したものです。認証局を信頼する前に、役所の印刷物など、別の方法で公表されたフィンガープリントと見比べてください。すべての文字が一致していなければなりません。',
  'Do so only on a page whose address begins with https://.':
    '見比べるときは、アドレスが https:// で始まる画面を使ってください。',
  'There is no CA yet.': '認証局はまだありません。',
  'A revocation list (CRL) names the certificates of a CA that are revoked or on hold. The list itself says when it was made and when the next one is due at the latest. It is a file for programs; a person asks for one certificate.':
    '失効リスト（CRL）は、認証局の証明書のうち、失効したものと一時利用停止中のものの一覧です。作成した日時と、次の失効リストを発行する期限は、失効リストの中に書かれています。これはプログラムのためのファイルです。一つの証明書を調べるには、次の画面をお使いください。',
  'That a list was fetched is recorded, without the name of who fetched it.':
    '失効リストが取得されたことは、取得した方の名前なしに記録します。',
  'Revocation lists by CA': '認証局ごとの失効リスト',
  List: '失効リスト',
  'Address for OCSP': 'OCSP のアドレス',
  'Each answer, each issuance and each revocation leaves an entry in this log. The log only grows. Whoever has seen a state of it can show later if somebody has changed or removed an entry.':
    '回答、発行、失効のたびに、このログに項目が一つ加わります。ログは増えるだけです。ある時点のログを控えておけば、項目が後から変えられたり消されたりしたときに、それを示すことができます。',
  'An entry says when something was recorded and of which kind it is. It says nothing about persons.':
    'ログの項目から分かるのは、記録の日時と種類です。個人についての情報は含まれません。',
  'The key of the log': 'ログの検証鍵',
  'Keep this key, on paper or in a file, and compare it with the one that your office or an auditor has. The log is checked with it, and a false log would come with a false key.':
    'この鍵を紙やファイルに控え、役所や監査人の持つものと見比べてください。ログの検証にはこの鍵を使います。偽のログには、偽の鍵が付いていることがあります。',
  'The newest state': '最新の状態',
  'Name of the log (origin)': 'ログの名前（origin）',
  'Entries in the log': 'ログの項目の数',
  'Root hash (SHA-256)': 'ルートハッシュ（SHA-256）',
  Witnesses: '証人（第三者の連署）',
  "None has signed; the log's own key alone vouches for this state.":
    '連署はありません。この状態を保証するのは、ログ自身の鍵だけです。',
  'The checkpoint as a file': 'チェックポイントのファイル',
  'The signature of the newest state, with curl and OpenSSL':
    '最新の状態の署名を、curl と OpenSSL で確かめる',
  'The proof of one record': '一つの記録の証明を確かめる',
  'Who got an answer can have its record proven: an office or an auditor gives you the proof file. It is checked without this service:':
    '回答を受けた方は、その記録の証明を得ることができます。証明ファイルは、役所か監査人からお受け取りください。次のコマンドで、このサービスなしに確かめられます：',
  'The whole log': 'ログの全体を確かめる',
  'Anybody may copy the log (/log/checkpoint and /log/tile/…) and verify the copy:':
    'ログ（/log/checkpoint と /log/tile/…）は、どなたでも写しを取り、その写しを検証できます：',
  'The log has the formats of C2SP (tlog-tiles, tlog-checkpoint, tlog-proof), so other programs read it as well, such as those made with golang.org/x/mod/sumdb.':
    'ログの形式は C2SP（tlog-tiles、tlog-checkpoint、tlog-proof）に従っています。そのため、golang.org/x/mod/sumdb を使ったものなど、ほかのプログラムでも読めます。',
  'Nothing was checked': '確認できませんでした',
  'By its file': 'ファイルで確認する',
  'The certificate is checked in full: whether a CA of this service signed it, its signature, its period of validity, and whether it was revoked.':
    '証明書の全体を検査します。このサービスの認証局が発行したものか、署名は正しいか、有効期間内か、失効していないかを調べます。',
  'Check this file': 'このファイルを確認する',
  'File of the certificate': '証明書のファイル',
  'PEM or DER (.cer, .crt, .pem). Never choose a file with a private key. The file is not kept.':
    'PEM 形式か DER 形式（.cer、.crt、.pem）です。秘密鍵の入ったファイルは選ばないでください。ファイルは保存しません。',
  'By CA and serial number': '認証局とシリアル番号で問い合わせる',
  'This gives only the status that this service tells for the number (OCSP). It does not check a certificate: a forged one can bear the number of a genuine one.':
    'この番号についてこのサービスが答える状態（OCSP の回答）だけを示します。証明書の検査ではありません。偽造された証明書に、本物の番号が書かれていることもあります。',
  'Ask for the status': '状態を問い合わせる',
  'In hexadecimal, as certificates show it; spaces and colons do no harm.':
    '証明書に表示される16進数です。空白やコロンが入っていてもかまいません。',
  'Both are recorded like every question about a certificate, without the name of who asked.':
    'どちらも、証明書についてのほかの問い合わせと同じように記録します。問い合わせた方の名前は記録しません。',
  'Nothing can be said about the certificate now.': '現在、この証明書については何もお答えできません。',
  Result: '結果',
  'Check another certificate': '別の証明書を確認する',
  'Record of the answer': '回答の記録',
  'SHA-256 of the answer': '回答の SHA-256',
  'Answer of OCSP': 'OCSP の回答',
  'Status as of': '状態の基準時',
  'To be asked again at the latest': '次に問い合わせる期限',
  'Answer signed by': '回答の署名者',
  'Result of the check': '確認の結果',
  'What the file says': 'ファイルの記載',
  Issuer: '発行者',
  'SHA-256 of the certificate': '証明書の SHA-256',
  'What was checked': '検査の内容',
  'CA of this service': 'このサービスの認証局',
  'None: there is no path from the certificate to a CA of this service.':
    'なし。証明書からこのサービスの認証局に至る認証パスがありません。',
  Finding: '所見',
  'Rule that decided': '判定の根拠',
  'Checked at': '検査の日時',
  'It was not asked.': '問い合わせていません。',
  'The answer comes from the register of this service (OCSP), which knows of a revocation before the revocation lists do.':
    '回答は、このサービスの登録簿（OCSP）によるものです。失効は、失効リストよりも先に登録簿に現れます。',
  'Status of a number': '番号の状態',
  'This is only the status of the number, and not a check of a certificate. Whether the certificate that you hold is genuine is checked by its file.':
    'これは番号の状態だけを示すもので、証明書の検査ではありません。お手元の証明書が本物かどうかは、そのファイルで確認してください。',
  Details: '詳細',
  'It is revoked since {0}. Reason: {1}': '{0}に失効しています。理由：{1}',
  'It is revoked.': '失効しています。',
  'It is not valid any more, for good. Do not rely on what was signed with it since then; ask its holder for a new one.':
    'この証明書が再び有効になることはありません。失効の後にこの証明書で署名されたものは、信頼しないでください。利用者に新しい証明書を求めてください。',
  'It is on hold since {0}.': '{0}から一時利用停止中です。',
  'It is on hold.': '一時利用停止中です。',
  'Do not rely on it now. The hold may be lifted, or the certificate may be revoked; check it again later.':
    '現在は信頼しないでください。一時利用停止は、解除されることも、失効に変わることもあります。後でもう一度確認してください。',
  'Whether it is valid cannot be said now.': '有効かどうか、現在お答えできません。',
  'Do not rely on it until you have an answer. Try again in a few minutes; the details below are for the operator.':
    '答えが得られるまで信頼しないでください。数分後にもう一度お試しください。下の詳細は、認証局運用者のためのものです。',
  'This service does not know it.': 'このサービスには登録がありません。',
  'No certificate with this number was issued by this CA. Do not rely on it, and tell the office that it comes from.':
    'この認証局は、この番号の証明書を発行していません。信頼せず、証明書の出どころである役所に知らせてください。',
  'It is forged or damaged: it names a CA of this service, which did not sign it.':
    '偽造されたか、壊れています。このサービスの認証局の名前がありますが、その認証局の署名ではありません。',
  'Do not rely on it, and tell the office that it is said to come from.':
    '信頼せず、証明書の出どころとされている役所に知らせてください。',
  'It was not issued by this service.': 'このサービスが発行したものではありません。',
  'This page can say nothing about certificates of others; ask who issued it.':
    'ほかの機関の証明書については、この画面ではお答えできません。発行した機関にお尋ねください。',
  'It has expired: it was valid until {0}.': '有効期間が終わっています。有効だったのは{0}までです。',
  'It was issued here. Do not rely on what was signed with it after that time.':
    'このサービスが発行したものです。その後にこの証明書で署名されたものは、信頼しないでください。',
  'It is not valid yet: it will be from {0} on.': 'まだ有効ではありません。有効になるのは{0}からです。',
  'It was issued here. Check it again after that time.':
    'このサービスが発行したものです。その日時を過ぎてから、もう一度確認してください。',
  'It is not valid.': '有効ではありません。',
  'It breaks a rule for certificates, which the details below name. Do not rely on it.':
    '証明書の規則に反しています。規則は下の詳細に示します。信頼しないでください。',
  'It is valid.': '有効です。',
  'A CA of this service issued it, it is not revoked, and its period runs until {0}. Whether it belongs to the person or office in front of you is for you to see: compare the name below.':
    'このサービスの認証局が発行したもので、失効しておらず、有効期間は{0}までです。相手の方や役所のものかどうかは、下の名前と見比べて、ご自身でお確かめください。',
  'It is the certificate of a CA of this service.': 'このサービスの認証局の証明書です。',
  'Compare its fingerprint with the one that your office has printed or published elsewhere.':
    '役所の印刷物など、別の方法で公表されたフィンガープリントと見比べてください。',
  'The certificate with this number is not revoked.': 'この番号の証明書は失効していません。',
  'It may have expired all the same: its end stands in the certificate.':
    'ただし、有効期間が終わっていることはあります。有効期間は証明書に書かれています。',
  'The file has a private key in it. Keep it secret and send it to nobody, not even here. It was not kept here. Choose the file of the certificate alone.':
    'ファイルに秘密鍵が入っています。秘密鍵は人に知られないように保管し、このサービスを含め、どこにも送らないでください。送られたものは、ここには保存していません。証明書だけのファイルを選んでください。',
  'The file is no certificate in PEM or DER; such files end in .cer, .crt, .der or .pem. What was found: {0}':
    'このファイルは、PEM 形式か DER 形式の証明書ではありません。証明書のファイルの名前は、.cer、.crt、.der、.pem で終わります。検査の結果：{0}',
  'Choose a file; nothing was sent.': 'ファイルを選んでください。何も送信されていません。',
  'The file has {0} bytes, and a certificate has at most {1}. Choose the file of the certificate.':
    'ファイルの大きさは {0} バイトです。証明書は最大でも {1} バイトです。証明書のファイルを選んでください。',
  'The file has {0} certificates, and it is not clear which one is to be checked. Choose a file with one certificate; those of its CAs may stand behind it.':
    'ファイルに証明書が {0} 枚あり、どれを確認するのか分かりません。証明書が 1 枚だけのファイルを選んでください。その認証局の証明書は、続けて入っていてもかまいません。',
  '{0} was not asked: this page asks this service only.':
    '{0} には問い合わせていません。この画面が問い合わせるのは、このサービスだけです。',
  'this service': 'このサービス',
  'Enter the serial number of the certificate.': '証明書のシリアル番号を入力してください。',
  'This service has no such CA; choose one of the list.':
    'このサービスにその認証局はありません。一覧から選んでください。',
  'The number was not found at this CA.': 'この認証局に、この番号はありませんでした。',
  'Other CAs of this service may have it: a number counts only together with the CA that issued the certificate.':
    'このサービスのほかの認証局には、あるかもしれません。番号は、証明書を発行した認証局と組み合わせてはじめて意味を持ちます。',
  'If none of them has it, do not rely on the certificate, and tell the office that it comes from.':
    'どの認証局にもないときは、証明書を信頼せず、証明書の出どころである役所に知らせてください。',
  'Ask another CA of this service': 'このサービスのほかの認証局に問い合わせる',
  'The name of the CA stands in the certificate, as that of its issuer.':
    '認証局の名前は、証明書の「発行者」に書かれています。',
  'Name (CN)': '名前（CN）',
  'Family name (SN)': '姓（SN）',
  'Given name (GN)': '名（GN）',
  'Position (title)': '職名（title）',
  'Department or unit (OU)': '部署など（OU）',
  'Organisation (O)': '組織（O）',
  'Municipality or place (L)': '市区町村など（L）',
  'Prefecture or state (ST)': '都道府県など（ST）',
  'Country (C)': '国（C）',
  'Number in the name (serialNumber)': '名前に含まれる番号（serialNumber）',
  'Identifier of the organisation': '組織の識別子',
  'Domain component (DC)': 'ドメインの構成要素（DC）',
  'Mail address': 'メールアドレス',
  'Attribute {0}': '属性 {0}',
  'Domain name': 'ドメイン名',
  'Address (URI)': 'アドレス（URI）',
  'IP address': 'IP アドレス',
  'Item that the issuer defines ({0})': '発行者が定めた項目（{0}）',
  'and {0} more that are not shown here': 'ほかに {0} 項目（ここには表示しません）',
  'These names stand in the certificate. The check ended at a CA of this service, whose signature covers them; rely on them only as far as the result above allows it.':
    'ここに示す名前は、証明書に書かれているものです。検査はこのサービスの認証局までたどり着きました。認証局の署名は、名前にも及びます。信頼できるのは、上の結果の範囲に限られます。',
  'These names stand in the file, and nobody here vouches for them: anybody can make a file with any name in it.':
    'ここに示す名前は、ファイルに書かれているだけのもので、このサービスは保証しません。どのような名前のファイルでも、誰にでも作れます。',
  'Names in the certificate': '証明書に書かれている名前',
  'Whose certificate it is (subject)': '誰の証明書か（主体者）',
  'No name stands here.': '名前は書かれていません。',
  'Further names of the subject': '主体者のほかの名前',
  'Who is said to have issued it (issuer)': '発行者とされている認証局',
};
