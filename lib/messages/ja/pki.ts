/** Certificates, CSRs, CRLs and OCSP in bytes: lib/pki, lib/lint. */
export const PKI = {
  'Malformed DER: {0}.': 'DER の形式が正しくありません（{0}）。',
  'nested deeper than {0}': '入れ子が {0} 段より深くなっています',
  'The input has {0} bytes; at most {1} are taken.':
    '入力が {0} バイトあります。受け付けるのは {1} バイトまでです。',
  '{0} bytes follow the end of the DER element.':
    'DER 要素の終わりの後に {0} バイトの余分なデータがあります。',
  'an element is followed by more than its type allows': '要素の後に、型が許さないデータが続いています',
  'cut short': '途中で切れています',
  'a tag number above 30': 'タグ番号が 30 を超えています',
  'a zero tag': 'タグが 0 です',
  'an indefinite length': '長さが不定長形式です',
  'a length of more than four octets': '長さを表すオクテットが 4 つを超えています',
  'a length not in its shortest form': '長さが最短の形で書かれていません',
  'tag {0} expected, {1} found': 'タグ {0} が必要なところにタグ {1} があります',
  'a SET OF not in the order of its encodings': 'SET OF が符号化の順に並んでいません',
  'a constructed string': '文字列が構造化形式で書かれています',
  'a primitive SEQUENCE or SET': 'SEQUENCE または SET がプリミティブ形式で書かれています',
  'a BOOLEAN': 'BOOLEAN が正しくありません',
  'a NULL with content': 'NULL に内容があります',
  'an empty INTEGER': 'INTEGER が空です',
  'an INTEGER not in its shortest form': 'INTEGER が最短の形で書かれていません',
  'an INTEGER out of range': 'INTEGER が範囲を超えています',
  'a BIT STRING': 'BIT STRING が正しくありません',
  'a BIT STRING with unused bits set': 'BIT STRING の未使用ビットが 0 ではありません',
  'a BIT STRING that is not whole octets': 'BIT STRING がオクテット単位になっていません',
  'text that is not UTF-8': '文字列が UTF-8 ではありません',
  'characters that tag {0} does not have': 'タグ {0} で使えない文字があります',
  'a DistributionPoint that names neither a place nor an issuer':
    'DistributionPoint に場所も発行者も書かれていません',
  'an empty issuingDistributionPoint': 'issuingDistributionPoint が空です',
  'a CRL that says of two kinds of certificates that it has only that kind':
    'CRL が、二つの種類の証明書について、それぞれそれだけを含むとしています',
  'a negative CRL number': 'CRL 番号が負の値です',
  'a CRL number of more than 20 octets': 'CRL 番号が 20 オクテットを超えています',
  'certificatePolicies with one policy twice': 'certificatePolicies に同じポリシーが二度書かれています',
  'authorityCertIssuer and authorityCertSerialNumber one without the other':
    'authorityCertIssuer と authorityCertSerialNumber の一方だけが書かれています',
  'a CRLReason of no known number': 'CRLReason が未知の番号です',
  'an empty SEQUENCE where at least one element belongs': '一つ以上の要素が必要な SEQUENCE が空です',
  'a BOOLEAN that is neither absent nor TRUE': 'BOOLEAN が省略されておらず、TRUE でもありません',
  'a list of named bits that is empty or not in its shortest form':
    '名前付きビットの並びが空か、最短の形で書かれていません',
  'a bit that has no name': '名前のないビットがあります',
  'an iPAddress that is not 4 or 16 octets': 'iPAddress が 4 オクテットでも 16 オクテットでもありません',
  'a GeneralName of none of its nine kinds': 'GeneralName が九つの種類のいずれでもありません',
  'GeneralNames without a name': 'GeneralNames に名前がありません',
  'a BMPString of an odd number of octets': 'BMPString のオクテット数が奇数です',
  'a BMPString with surrogates': 'BMPString にサロゲートがあります',
  'an OBJECT IDENTIFIER': 'OBJECT IDENTIFIER が正しくありません',
  'an OBJECT IDENTIFIER cut short': 'OBJECT IDENTIFIER が途中で切れています',
  'an OBJECT IDENTIFIER arc not in its shortest form': 'OBJECT IDENTIFIER の番号が最短の形で書かれていません',
  'a time that is not a calendar date and UTC time of day to the second':
    '時刻が、暦の日付と秒までの UTC の時刻になっていません',
  'a GeneralizedTime before 2050 instead of UTCTime':
    '2050 年より前の時刻が UTCTime ではなく GeneralizedTime で書かれています',
  'A time that is written in DER has a year from {0} to 9999.':
    'DER に書ける時刻は、{0} 年から 9999 年までです。',
  'The text has characters that its string type cannot hold.': '文字列の型で表せない文字が含まれています。',
  'An object identifier is written as dotted decimal, like 2.5.4.3.':
    'オブジェクト識別子は、2.5.4.3 のように、点で区切った十進数で書いてください。',

  'Malformed certificate: {0}.': '証明書の形式が正しくありません（{0}）。',
  'Only X.509 certificates of version 3 are taken.': '受け付ける証明書は X.509 バージョン 3 だけです。',
  'the issuer is empty': '発行者名が空です',
  'it has a unique identifier': '一意識別子（uniqueIdentifier）が含まれています',
  'the signed and the outer signature algorithm differ': '署名対象の中と外で署名アルゴリズムが異なっています',
  'Extension {0} ({1}): {2}': '拡張 {0}（{1}）: {2}',
  'Extension {0} says its default, critical FALSE, which DER leaves out.':
    '拡張 {0} に既定値の critical FALSE が書かれています。DER では省略しなければなりません。',
  'Extension {0} is there twice.': '拡張 {0} が二度書かれています。',
  'Extensions are present without any extension in them.': '拡張の欄がありますが、拡張が一つもありません。',
  'A keyUsage extension names at least one usage (RFC 5280 4.2.1.3).':
    'keyUsage 拡張には、一つ以上の用途が必要です（RFC 5280 4.2.1.3）。',
  'The serial number in authorityKeyIdentifier is negative.':
    'authorityKeyIdentifier のシリアル番号が負の値です。',
  'An iPAddress has 4 octets (version 4) or 16 (version 6).':
    'iPAddress は、4 オクテット（IPv4）または 16 オクテット（IPv6）です。',
  'A serial number is 1 to 20 octets of hex, positive, without leading zeros.':
    'シリアル番号は、1～20 オクテットの正の値を、先頭に 0 を付けずに 16 進で書いてください。',
  'The serial number is negative.': 'シリアル番号が負の値です。',
  'The serial number is longer than 20 octets.': 'シリアル番号が 20 オクテットを超えています。',
  'The serial number is zero.': 'シリアル番号が 0 です。',

  'A name has more than {0} attributes.': '識別名の属性が {0} 個を超えています。',
  'A relative distinguished name is empty.': '相対識別名（RDN）が空です。',
  'A relative distinguished name has one attribute type twice.':
    '相対識別名（RDN）に同じ型の属性が二つあります。',
  'An attribute value {0}.': '属性の値{0}。',
  'has characters that a BMPString cannot hold': 'に、BMPString で表せない文字があります',
  'has characters that its string type cannot hold': 'に、その文字列型で表せない文字があります',
  'of no string type is not its DER element in hex':
    'は、文字列型でない場合、DER 要素の 16 進表記でなければなりません',
  'The attribute of that object identifier {0}.': 'そのオブジェクト識別子の属性{0}。',
  'The attribute {0} {1}.': '属性 {0} {1}。',
  'An attribute is named by its short name or a dotted identifier.':
    '属性は、短い名前か、点で区切ったオブジェクト識別子で指定してください。',
  'is empty; leave it out instead': 'が空です。空にせず、省略してください',
  'has control or invisible characters': 'に、制御文字または見えない文字が含まれています。取り除いてください',
  'begins or ends with white space': 'の先頭または末尾に空白があります。取り除いてください',
  'is longer than {0} characters': 'は、{0} 文字以内にしてください',
  'is not a country code of two upper-case letters': 'は、英大文字 2 文字の国コードにしてください',
  "has characters beyond letters, digits, space and '()+,-./:=?":
    "に使えるのは、英字、数字、空白と '()+,-./:=? だけです",
  'has characters beyond ASCII': 'に使えるのは、ASCII の文字だけです',

  'Malformed CRL: {0}.': 'CRL の形式が正しくありません（{0}）。',
  'revokedCertificates is there and empty': 'revokedCertificates が空のまま書かれています',
  'nextUpdate is missing': 'nextUpdate がありません',
  'Only CRLs of version 2 are taken.': '受け付ける CRL はバージョン 2 だけです。',
  'The CRL has a critical extension that is not understood, so it cannot be used.':
    'CRL に未知のクリティカル拡張があるため、この CRL は使えません。',
  'A CRL number is not negative and has at most 20 octets.':
    'CRL 番号は、負でない 20 オクテット以内の値です。',
  'The entries are in a CRL already.': 'これらのエントリはすでに CRL に入っています。',

  'Malformed certification request: {0}.': '署名要求（CSR）の形式が正しくありません（{0}）。',
  'an attribute has no value': '属性に値がありません',
  'an attribute is there twice': '同じ属性が二度書かれています',
  'extensionRequest has more than one value': 'extensionRequest に複数の値があります',
  'Only PKCS#10 requests of version 1 are taken.':
    '受け付ける署名要求（CSR）は PKCS#10 バージョン 1 だけです。',

  'Malformed OCSP request: {0}.': 'OCSP リクエストの形式が正しくありません（{0}）。',
  'Only OCSP requests of version 1 are taken.': '受け付ける OCSP リクエストはバージョン 1 だけです。',
  'it asks for no certificate': 'どの証明書についても問い合わせていません',
  'The extension is not {0}.': '拡張が {0} になっていません。',
  'PreferredSignatureAlgorithms (RFC 6960 4.4.7.1)': 'PreferredSignatureAlgorithms（RFC 6960 4.4.7.1）',
  'AcceptableResponses (RFC 6960 4.4.3)': 'AcceptableResponses（RFC 6960 4.4.3）',
  'At most {0} algorithms are preferred.': '希望するアルゴリズムは {0} 個までにしてください。',
  'The nonce is not an OCTET STRING (RFC 9654 2.1).':
    'ノンスが OCTET STRING ではありません（RFC 9654 2.1）。',
  'The hash algorithm of a CertID has parameters; SHA has none.':
    'CertID のハッシュアルゴリズムにパラメータがあります。SHA にパラメータはありません。',

  'Malformed OCSP response: {0}.': 'OCSP レスポンスの形式が正しくありません（{0}）。',
  'a revocation reason has a number that RFC 5280 5.3.1 does not have':
    '失効理由の番号が RFC 5280 5.3.1 にないものです',
  'a certStatus is none of good, revoked, unknown':
    'certStatus が good、revoked、unknown のいずれでもありません',
  'a certStatus of good or unknown has content': 'good または unknown の certStatus に内容があります',
  'the responder is named neither by a name nor by a SHA-1 of its key':
    'レスポンダが、名前でも鍵の SHA-1 でも示されていません',
  'it is not of version 1, or writes out that default':
    'バージョン 1 でないか、既定値のバージョンが書かれています',
  'it answers for no certificate': 'どの証明書についても答えていません',
  'it is not a basic response, the only type there is':
    '唯一の種類である基本レスポンス（basic）ではありません',
  'its status has a number that RFC 6960 4.2.1 does not have': '状態の番号が RFC 6960 4.2.1 にないものです',
  'it is successful and answers nothing': '成功としていますが、答えがありません',
  'it is an error and yet answers': 'エラーとしていますが、答えがあります',

  'Malformed PEM: {0}.': 'PEM の形式が正しくありません（{0}）。',
  'The PEM text holds more than the {0} bytes that are taken.':
    'PEM の内容が、受け付ける {0} バイトを超えています。',
  'a block is empty': 'ブロックが空です',
  'a block is not base64 in its one strict form': 'ブロックが厳密な形の base64 ではありません',
  'a block begins inside another': 'ブロックの中で別のブロックが始まっています',
  'only blocks labelled {0} are taken, and {1}': '受け付けるブロックのラベルは {0} だけですが、{1}',
  'one labelled {0} was found': 'ラベルが {0} のブロックがあります',
  'one with another label was found': '別のラベルのブロックがあります',
  'a block ends that did not begin': '始まっていないブロックが終わっています',
  'a boundary line is not whole': '境界の行が完全ではありません',
  'a block ends with another label than it began with': 'ブロックの初めと終わりでラベルが異なっています',
  'a block does not end': 'ブロックが終わっていません',
  'there is no block labelled {0}': 'ラベルが {0} のブロックがありません',
  'there is more than one block, and one is taken': 'ブロックが二つ以上あります。受け付けるのは一つだけです',

  'Only linting makes a LintedTbs.': 'LintedTbs を作れるのは規則の検査だけです。',
  'The CRL breaks rules and is not signed: {0}.': 'CRL が規則に反するため、署名しません（{0}）。',
  'The certificate breaks rules and is not signed: {0}.': '証明書が規則に反するため、署名しません（{0}）。',
  'is for private use and shows differently everywhere; write the character that Unicode has for it':
    '外字（私用領域）で、環境によって表示が異なります。Unicode にある文字に置き換えてください',
  'is a variation selector without an ideograph straight before it; remove it':
    '直前に漢字のない異体字セレクタです。取り除いてください',
  'does not show; remove it': '表示されない文字です。取り除いてください',
  'is a combining mark without a character before it; put it after its character or remove it':
    '直前に文字のない結合文字です。文字の後に置くか、取り除いてください',
  'is all that it has and does not show; write what it stands for':
    '表示されない文字だけが入力されています。その意味を文字で書いてください',
  'Malformed certs-only message: {0}.': 'certs-only メッセージの形式が正しくありません（{0}）。',
  'it is not one element of BER': 'BER の一つの要素ではありません',
  'it is not a SignedData': 'SignedData ではありません',
  'it has no certificate': '証明書がありません',
  'it has more than {0} certificates': '証明書が {0} 枚を超えています',
  "bytes behind an extension's value": '拡張の値の後に余分なバイトがあります',
  'an iPAddress without the mask that a name constraint has':
    '名前制約に必要なマスクが iPAddress にありません',
  'a name constraint with minimum or maximum': '名前制約に minimum または maximum があります',
  'an empty list of name constraints': '名前制約のリストが空です',
};
