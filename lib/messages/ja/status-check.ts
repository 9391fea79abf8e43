/** Japanese of what `akashi status` says about certificates, CRLs and OCSP answers, by English template. */
export const STATUS_CHECK: Readonly<Record<string, string>> = {
  "The CRL lists the OCSP responder's own certificate.": 'OCSP レスポンダ自身の証明書が CRL に載っています。',
  'The CRL is a delta, which says nothing alone.': 'CRL は差分で、それだけでは判断できません。',
  "The CRL is that of another distribution point than the certificate's.":
    'CRL は、証明書の示すものとは別の配布点のものです。',
  'The CRL covers some reasons only.': 'CRL は、一部の失効理由だけを対象としています。',
  'The CRL covers attribute certificates only.': 'CRL は、属性証明書だけを対象としています。',
  'The CRL does not cover certificates of CAs.': 'CRL は、認証局の証明書を対象としていません。',
  'The CRL covers certificates of CAs only.': 'CRL は、認証局の証明書だけを対象としています。',
  "The CRL is not of the certificate's CA.": 'CRL は、この証明書の認証局のものではありません。',
  'The CA is not allowed to sign CRLs.': '認証局に、CRL に署名する権限がありません。',
  'The CRL names another key of the CA.': 'CRL の示す鍵が、この認証局の鍵と異なります。',
  'The signature of the CRL does not verify.': 'CRL の署名を検証できません。',
  'The CRL removes the certificate, which only a delta can.':
    'CRL が証明書を取り除いています。これは差分 CRL でだけ認められます。',
  'The CRL': 'CRL',
  'The CRL has entries of other CAs without being an indirect one.':
    'CRL に、間接 CRL でないにもかかわらず、ほかの認証局のエントリがあります。',
  '{0} is of the future: its thisUpdate is {1}.': '{0} の thisUpdate（{1}）が未来です。',
  '{0} ends before it begins.': '{0} の nextUpdate が thisUpdate より前です。',
  '{0} is too old: its nextUpdate was {1}.': '{0} は古すぎます。nextUpdate は {1} でした。',
  '{0} gave something else than a certificate. {1}': '{0} から得たものが証明書ではありません。{1}',
  'The OCSP answer is about another certificate.': 'OCSP の回答は、別の証明書についてのものです。',
  'The OCSP answer speaks twice about the certificate.':
    'OCSP の回答に、この証明書についての答えが二つあります。',
  "The OCSP responder's certificate was not issued by the certificate's own CA.":
    'OCSP レスポンダの証明書が、この証明書の認証局の発行したものではありません。',
  "The OCSP responder's certificate is not for signing OCSP answers.":
    'OCSP レスポンダの証明書が、OCSP の回答に署名するためのものではありません。',
  "The OCSP responder's certificate is not for signatures.":
    'OCSP レスポンダの証明書が、署名に使えるものではありません。',
  "The OCSP responder's certificate has a critical extension that is not understood.":
    'OCSP レスポンダの証明書に未知のクリティカル拡張があります。',
  "The OCSP responder's certificate has expired.": 'OCSP レスポンダの証明書の有効期間が終わっています。',
  "The OCSP responder's certificate is not valid yet.":
    'OCSP レスポンダの証明書の有効期間がまだ始まっていません。',
  'The signature of the OCSP answer does not verify.': 'OCSP の回答の署名を検証できません。',
  'The OCSP answer is signed neither by the CA nor by a responder whose certificate came with it.':
    'OCSP の回答が、認証局によっても、添付された証明書のレスポンダによっても署名されていません。',
  'The responder says {0}.': 'レスポンダの回答は {0} です。',
  'The OCSP answer has no nonce, so it may be an old one.':
    'OCSP の回答にノンスがありません。古い回答のおそれがあります。',
  'The OCSP answer has the nonce of another question.': 'OCSP の回答のノンスが、別の問い合わせのものです。',
  'The OCSP answer': 'OCSP の回答',
  '{0} answered {1}.': '{0} が {1} を返しました。',
  '{0} answered with something else than {1}.': '{0} の回答が {1} ではありません。',
  'The certificate names no address of it.': '証明書に、そのアドレスが書かれていません。',
  'The certificate names no address of it that can be asked: only http and https are.':
    '証明書に、問い合わせのできるアドレス（http か https）が書かれていません。',
  "The CRL's signer has the name of the CA, but neither the CA nor who certified it issued its certificate.":
    'CRL の署名者は認証局と同じ名前ですが、その証明書を発行したのは、認証局でも、認証局の証明書の発行者でもありません。',
  'The issuer of {0} is at hand, but the path comes back to itself there, or more signatures would have to be verified than are here.':
    '{0} の発行者の証明書はありますが、そこでパスが循環するか、検証の必要な署名がここでの上限を超えています。',
  'Certificates in the files that cannot be read: {0}. {1}': '読めない証明書がファイルに {0} 枚あります。{1}',
  'Nothing else speaks against it, but the CRL that you named, {0}, says nothing: {1}':
    'ほかに問題はありませんが、指定された CRL（{0}）から何も分かりません。{1}',
  'The OCSP answer is of the future: its producedAt is {0}.': 'OCSP の回答の producedAt（{0}）が未来です。',
  'The OCSP answer is too old: it has no nextUpdate, and its producedAt was {0}.':
    'OCSP の回答は古すぎます。nextUpdate がなく、producedAt は {0} でした。',
  'A newer CRL of the CA, of {0}, cannot be judged: {1}':
    '認証局のより新しい CRL（{0}）があり、内容を判断できません。{1}',
  good: '有効',
  REVOKED: '失効',
  'ON HOLD': '一時利用停止中',
  'NOT VALID': '無効',
  UNKNOWN: '不明',
  'IN DOUBT': '判断できません',
  'NOT REACHABLE': '接続できません',
  'a root that you gave': '指定されたルート',
  'nothing: the path ends with a self-signed certificate that was not compared with one that you trust; --root does that':
    'ありません。パスの末端の自己署名証明書を、信頼する証明書と比べていません（--root で比べられます）',
  'nothing: the path ends with a certificate whose issuer is not named, and which was not compared with one that you trust; --root does that':
    'ありません。パスの末端の証明書は発行者の場所を示しておらず、信頼する証明書とも比べていません（--root で比べられます）',
  'nothing: there is no path': 'ありません（パスがありません）',
  none: 'なし',
  unreachable: '接続不可',
  unavailable: '回答なし',
  unusable: '使用不可',
  revoked: '失効',
  'on hold': '一時利用停止',
  unknown: '不明',
  'not listed': '記載なし',
  current: '情報の有効期間',
  'signed by': '署名者',
  number: '番号',
  from: '取得元',
  'from {0}': '{0} から',
  '{0} to {1}': '{0} から {1} まで',
  '{0} since {1}, {2}': '{0}（{1}、{2}）',
  '{0} since {1}, {2}, invalid since {3}': '{0}（{1}、{2}、{3} から無効）',
  'left out': '除外',
  certificate: '証明書',
  issuer: '発行者',
  serial: 'シリアル番号',
  valid: '有効期間',
  refused: '不合格',
  trust: '信頼の根拠',
  'judged at': '判断の時点',
  rule: '根拠の条項',
  result: '結果',
  '--purpose must be the id of a purpose.': '--purpose には、利用目的のIDを指定してください。',
  'No source of this service was asked, so nobody was told the purpose {0}.':
    'このサービスには問い合わせなかったため、利用目的 {0} は誰にも伝わっていません。',
  '--max-age must be a whole number of minutes.': '--max-age には、分を整数で指定してください。',
  'NOT TRUSTED': '信頼の根拠なし',
  'Its own CA calls it good, and nothing says that you trust this CA. Name the root that you trust with --root.':
    '発行した認証局は有効と答えていますが、この認証局を信頼する根拠がありません。信頼するルートを --root で指定してください。',
  "the certificate's file": '証明書のファイル',
  "The status of the CRL's signer, {0}, rests on a CRL of its own.":
    'CRL の署名者（{0}）の状態が、その署名者自身の CRL に依存しています。',
  "The CRL's signer, {0}, has no path to the root.": 'CRL の署名者（{0}）から、ルートへのパスがありません。',
  "The CRL's signer, {0}, cannot be relied on: {1}": 'CRL の署名者（{0}）を信頼できません。{1}',
  "The OCSP responder's certificate has no id-pkix-ocsp-nocheck, and its own status is not known.":
    'OCSP レスポンダの証明書に id-pkix-ocsp-nocheck がなく、その証明書の状態も分かりません。',
  '{0}, a CA in its path: {1}': 'パスにある認証局 {0}: {1}',
  'A root is not asked about.': 'ルートの状態は問い合わせません。',
  'The certificate has no path to a root.': '証明書からルートへのパスがありません。',
  'The signature of the delta CRL does not verify.': '差分 CRL の署名を検証できません。',
  'The numbers of the delta CRL do not go on from those of the complete one.':
    '差分 CRL の番号が、完全 CRL の番号に続いていません。',
  'The CRL of another issuer does not say that it is an indirect one.':
    '別の発行者の CRL に、間接 CRL であることが示されていません。',
  "The certificate of the CRL's issuer is not at hand.": 'CRL の発行者の証明書がありません。',
  'The signature of the CRL cannot be judged. {0}': 'CRL の署名の正否を判断できません。{0}',
  'The signature of the OCSP answer cannot be judged. {0}': 'OCSP の回答の署名の正否を判断できません。{0}',
  "The signature of the OCSP responder's certificate cannot be judged. {0}":
    'OCSP レスポンダの証明書の署名の正否を判断できません。{0}',
  "There is no CRL of the certificate's CA.": '証明書の認証局の CRL がありません。',
  "The delta CRL is not of the complete one's scope or key.":
    '差分 CRL の対象または鍵が、完全 CRL のものと異なります。',
  '{0} was not asked: {1} fetches with {2} bytes are enough.':
    '{0} には問い合わせていません。すでに {1} 回、{2} バイトを取得しており、上限です。',
  '{0} is too old: it has no nextUpdate, and its thisUpdate was {1}.':
    '{0} は古すぎます。nextUpdate がなく、thisUpdate は {1} でした。',
  '{0} has a name that the nameConstraints above it do not allow.':
    '{0} に、上位の nameConstraints が認めない名前があります。',
  'The OCSP answer has a critical extension that is not understood.':
    'OCSP の回答に未知のクリティカル拡張があります。',
  'the CA itself': '認証局自身',
  '{0} has the critical extension {1}, which is not understood.':
    '{0} に未知のクリティカル拡張 {1} があります。',
  '{0} has the critical extension {1}, which does not belong there.':
    '{0} に、証明書のものではないクリティカル拡張 {1} があります。',
  '{0} has expired.': '{0} の有効期間が終わっています。',
  '{0} is not valid yet.': '{0} の有効期間がまだ始まっていません。',
  '{0} is not the certificate of a CA.': '{0} は認証局の証明書ではありません。',
  '{0} may not sign certificates.': '{0} に、証明書に署名する権限がありません。',
  '{0} makes the path longer than a pathLenConstraint above it allows.':
    '{0} により、パスが上位の pathLenConstraint の認める長さを超えています。',
  'The path has no policy that it needs to have, or maps policies in a way that is not allowed.':
    'パスに必要なポリシーがないか、認められないポリシーの対応付けがあります。',
  'A constraint in the path cannot be read. {0}': 'パスにある制約を読めません。{0}',
  'The signature of {0} cannot be judged under the key of its issuer from {1}. {2}':
    '{0} の署名の正否を、{1} にある発行者の鍵では判断できません。{2}',
  'The signature of {0} does not verify under the key of its issuer from {1}.':
    '{0} の署名を、{1} にある発行者の鍵で検証できません。',
  'The issuer that {0} names, {1}, is not {2}, whose key signed it.':
    '{0} の示す発行者（{1}）が、署名した鍵の持ち主（{2}）と異なります。',
  'The certificate of the issuer {0} cannot be had. {1}': '発行者（{0}）の証明書を取得できません。{1}',
  'The certificate of the issuer {0} is not at hand, and no address of it is named; give it with --root FILE, or behind the certificate in its file.':
    '発行者（{0}）の証明書がなく、その場所も書かれていません。--root FILE で指定するか、証明書のファイルで証明書の後に置いてください。',
  'The path ends with {0}, which is self-signed and not among the roots that were given.':
    'パスの末端の {0} は自己署名で、指定されたルートに含まれていません。',
  'A path has more than {0} certificates, which is too long here.': 'パスの証明書が {0} 枚を超えています。',
  'OCSP says that it is good.': 'OCSP の回答は有効です。',
  'OCSP says that it is on hold.': 'OCSP の回答は一時利用停止です。',
  'OCSP says that it is revoked.': 'OCSP の回答は失効です。',
  'The CRL does not list it.': 'CRL に載っていません。',
  'The CRL lists it as on hold.': 'CRL に一時利用停止として載っています。',
  'The CRL lists it as revoked.': 'CRL に失効として載っています。',
  'OCSP, the newer of both, says that it is good.': '二つのうち新しい OCSP の回答は有効です。',
  'OCSP, the newer of both, says that it is on hold.': '二つのうち新しい OCSP の回答は一時利用停止です。',
  'OCSP, the newer of both, says that it is revoked.': '二つのうち新しい OCSP の回答は失効です。',
  'The CRL, the newer of both, does not list it.': '二つのうち新しい CRL に載っていません。',
  'The CRL, the newer of both, lists it as on hold.':
    '二つのうち新しい CRL に一時利用停止として載っています。',
  'The CRL, the newer of both, lists it as revoked.': '二つのうち新しい CRL に失効として載っています。',
  'OCSP says that it is revoked; the CRL no longer lists what has expired.':
    'OCSP の回答は失効です。CRL は、有効期間の終わったものをもう載せていません。',
  'The CRL says that it is revoked, for good, and OCSP, which is newer, does not.':
    'CRL では取り消せない失効なのに、より新しい OCSP の回答では失効していません。',
  'OCSP says that it is revoked, for good, and the CRL, which is newer, does not.':
    'OCSP の回答では取り消せない失効なのに、より新しい CRL に載っていません。',
  'The OCSP responder does not know it.': 'OCSP レスポンダはこの証明書を知りません。',
  'OCSP says that it is good, but there is a CRL that cannot be relied on: {0}':
    'OCSP の回答は有効ですが、信頼できない CRL があります。{0}',
  'The CRL, the only source, does not list it.': '唯一の情報源である CRL に載っていません。',
  'The CRL does not list it, but may be older than what OCSP would have said.':
    'CRL に載っていませんが、OCSP が答えたはずの内容より古いおそれがあります。',
  'No source of its status could be reached.': '状態の情報源のどれにも接続できません。',
  'No source of its status gave an answer that can be relied on. {0}':
    '状態の情報源のどれからも、信頼できる回答が得られません。{0}',
  'Must be an object identifier, such as 2.16.840.1.1.':
    'オブジェクト識別子（2.16.840.1.1 など）を指定してください。',
  'The CRLs rest on more signers than are judged here.': 'CRL の署名者が多すぎます。',
};
