/** The trust domain file and its amendments: lib/trust-domain. */
export const TRUST_DOMAIN = {
  'A profile stays, because certificates name it; take it from the offices that may ask for it instead.':
    'プロファイルは取り除けません。証明書にその名前が残っているためです。代わりに、申請できる登録分局から外してください。',
  'There is no operator of that id.': 'その ID の認証局運用者はいません。',
  'Operators of the service hold the ceremony, and not those of a tenant.':
    '鍵生成式を行うのはサービスの認証局運用者です。運営団体の認証局運用者は行えません。',
  'The trust domain is invalid at {0}: {1}': '信頼ドメインファイルの {0} に誤りがあります。{1}',
  'The trust domain is invalid at {0}: {1} (and {2} more)':
    '信頼ドメインファイルの {0} に誤りがあります。{1}（ほかに {2} 件）',
  'The trust domain cannot be changed to this file; at {0}: {1}':
    '信頼ドメインをこのファイルに変更できません。{0}: {1}',
  'The trust domain cannot be changed to this file; at {0}: {1} (and {2} more)':
    '信頼ドメインをこのファイルに変更できません。{0}: {1}（ほかに {2} 件）',
  'its top': '最上位',
  'The file has more than {0} characters.': 'ファイルが {0} 文字を超えています。',
  'The file is not JSON.': 'ファイルが JSON ではありません。',
  'Operations are incomplete.': '運用認証局の定義がそろっていません。',

  'The value is not well formed.': '値の形式が正しくありません。',
  'An id is 1 to 40 of a-z, 0-9 and inner hyphens.':
    'ID は、a-z、0-9 と間のハイフンを使って 1～40 文字で指定してください。',
  'A field name is a letter a-z and up to 39 letters and digits.':
    '項目の名前は、英小文字で始まる 40 文字以内の英数字で指定してください。',
  '{0} cannot have {1} on AWS: with it KMS signs at most 4,096 bytes, and a CRL may be longer; choose another algorithm.':
    'AWS では、{0} に {1} を使えません。KMS がこのアルゴリズムで署名できるのは 4,096 バイトまでで、CRL はそれより長くなることがあります。別のアルゴリズムを指定してください。',
  'Control characters are not taken.': '制御文字は使えません。',
  'A length of time is written like P5Y, P14D or PT24H, and is 1,000 years at most.':
    '期間は、P5Y、P14D、PT24H のように、最長 1,000 年で指定してください。',
  'Times are backdated by an hour at most, written like PT5M; PT0S is not at all.':
    '時刻は最大 1 時間さかのぼらせることができます。PT5M のように書きます。PT0S は「さかのぼらせない」という意味です。',
  'A certificate would end before it is issued.': '証明書が、発行される前に終わってしまいます。',
  'This length of time is exact: weeks, days, hours, minutes, seconds.':
    'この期間は、週、日、時間、分、秒で正確に指定してください。',
  'Responders are certified by the service itself.': 'レスポンダの証明書は、サービス自身が発行します。',
  'The certificate of a TLS server lives at most {0} days (CA/Browser Forum BR 6.3.2).':
    'TLS サーバーの証明書の有効期間は、{0} 日以内です（CA/Browser Forum BR 6.3.2）。',
  'The host of a URI is a domain name (other scripts as xn--) or an IP address.':
    'URI のホストは、ドメイン名（日本語などは xn-- で始まる A ラベル）または IP アドレスで指定してください。',
  'The attribute {0} has {1}, which {2}.': '属性 {0} に {1} があります（{2}）。',
  'A URI here is at most 200 characters of ASCII.': 'URI は、ASCII 200 文字以内で指定してください。',
  'The algorithms of responders are distinct.':
    'レスポンダのアルゴリズムは、互いに異なるものを指定してください。',
  'Ids that begin with "ocsp-" are the responders\'.': '"ocsp-" で始まる ID は、レスポンダ用です。',
  'One to three octets of hex, from 01 to 7f….':
    '01 から 7f… までの 16 進 1～3 オクテットで指定してください。',
  'The pattern is not a regular expression.': 'pattern が正規表現ではありません。',
  'Choices are distinct.': '選択肢は、互いに異なるものを指定してください。',
  'At most {0} for a {1}.': '種類が {1} のときは {0} 以下で指定してください。',
  'A text field has a maxLength.': '種類が text の項目には maxLength が必要です。',
  'Choices belong to fields of kind choice.':
    'choices は、種類が choice の項目に必要で、ほかの種類の項目には指定できません。',
  "This id is the service's own.": 'この ID は、サービス自身が使います。',
  'Usages are distinct.': '用途は、互いに異なるものを指定してください。',
  'Purposes are distinct.': '目的は、互いに異なるものを指定してください。',
  'Policies are distinct.': 'ポリシーは、互いに異なるものを指定してください。',
  'Kinds of keys are distinct.': '鍵の種類は、互いに異なるものを指定してください。',

  'The authority of the principals serves all tenants.':
    '利用主体の認証局は、すべての運営団体のものです。tenant を省いてください。',
  'There is no tenant of that id.': 'その ID の運営団体はありません。',
  'A tenant stays, because records name it.': '記録に残っているため、運営団体を取り除くことはできません。',
  'This id is taken by an earlier one.': 'この ID は、前の定義ですでに使われています。',
  'A CRL is followed by the next one before its nextUpdate.':
    'CRL の発行間隔（interval）は、nextUpdate より短くしてください。',
  'The responder would outlive its authority.':
    'レスポンダの有効期間が認証局の有効期間を超えます。短くしてください。',
  "Answers live at most half as long as the responder's certificate.":
    '回答の有効期間は、レスポンダの証明書の有効期間の半分以内にしてください。',
  'Caches give an answer up before its nextUpdate (RFC 9919).':
    'キャッシュの期間（maxAge）は、nextUpdate より短くしてください（RFC 9919）。',
  'Another authority has this subject.': 'この主体者名は、別の認証局で使われています。',
  'The profile {0} takes the attribute {1} from its offices.':
    '証明書プロファイル {0} には、登録分局の属性 {1} が必要です。',
  'The principal declares no purpose of that id.': 'その利用主体は、そのIDの利用目的を宣言していません。',
  'Relying parties, and only they, declare purposes.': '利用目的を宣言できるのは、署名検証者だけです。',
  'Officers, and only they, belong to an office.':
    '登録分局は、担当者（officer）に必要で、ほかの役割には指定できません。',
  'There is no office of that id.': 'その ID の登録分局はありません。',
  'There is no principal of that id.': 'その ID の利用主体はありません。',
  'The ceremony asks for two persons.': '鍵生成式には二人が必要です。',

  'The profile has no field of that name.': '証明書プロファイルに、その名前の項目はありません。',
  'A list cannot stand in a name.': '複数の値を持つ項目は、識別名に使えません。',
  'A {0} comes from a field of kind {1}.': '{0} には、種類が {1} の項目を指定してください。',
  'Only CAs sign certificates and CRLs.': '証明書と CRL に署名できるのは認証局だけです。',
  'Only the certificate of a person signs in its holder.':
    '利用者のサインインに使えるのは、人の証明書だけです。',
  'Whoever signs in is a client: clientAuth.': 'サインインに使う証明書には clientAuth が必要です。',
  'Only RSA keys encipher.': '暗号化の用途を指定できるのは RSA の鍵だけです。',
  'Only keys on the curves P-256, P-384 and P-521 agree.':
    'keyAgreement を指定できるのは、曲線 P-256、P-384、P-521 の鍵だけです。',
  'No office asks for certificates of this kind.':
    'この種類の証明書は、登録分局が申請するものではありません。',
  'TLS asks for digitalSignature (RFC 8446 4.4.2.2).':
    'TLS には digitalSignature が必要です（RFC 8446 4.4.2.2）。',
  'There is no authority of that id.': 'その ID の認証局はありません。',
  'A certificate would outlive its authority.':
    '証明書の有効期間が認証局の有効期間を超えます。短くしてください。',
  'Two fields have this name.': 'この名前の項目が二つあります。',
  'The subject could be empty.':
    '主体者名が空になるおそれがあります。必須の項目か固定の値を一つ以上入れてください。',
  'A TLS server is named in subjectAltName (RFC 9525).':
    'TLS サーバーの名前は subjectAltName に必要です（RFC 9525）。',
  'There is exactly one profile of kind principal.':
    '種類が principal の証明書プロファイルは、一つだけ定義してください。',
  'There is exactly one profile of kind service.':
    '種類が service の証明書プロファイルは、一つだけ定義してください。',
  'Principals and the service have one authority.':
    '利用主体の証明書とサービスの証明書は、同じ認証局にしてください。',
  'This authority certifies principals and the service, and nobody else.':
    'この認証局が発行するのは、利用主体とサービスの証明書だけです。',
  'The serialNumber of a principal comes from the field "principal".':
    '利用主体の証明書の serialNumber には、項目 "principal" を使ってください。',
  'Principals are clients: clientAuth.': '利用主体の証明書には clientAuth が必要です。',
  'The service is a server: serverAuth.': 'サービスの証明書には serverAuth が必要です。',

  'The field "{0}" ({1}) {2}.': '項目「{1}」（{0}）{2}。',
  'The field "{0}" ({1}) cannot stand in a certificate: {2}': '項目「{1}」（{0}）は証明書に書けません。{2}',
  text: '文字列',
  'a date (YYYY-MM-DD)': '日付（YYYY-MM-DD）',
  'one of the choices': '選択肢のいずれか',
  'one of the choices: {0}': '選択肢「{0}」のいずれか',
  '{0} more': 'ほか {0} 件',
  'a domain name (letters, digits, hyphens; other scripts as xn--)':
    'ドメイン名（英字、数字、ハイフン。ほかの文字は xn-- の形）',
  'a mail address': 'メールアドレス',
  'an IP address': 'IP アドレス',
  'an absolute URI': '絶対 URI',
  'has one value, and no list': 'の値は 1 つです。一覧にしないでください',
  'is not text': 'は、文字列で指定してください',
  'is not Unicode text': 'は、正しい Unicode の文字列にしてください',
  'has {0}, which {1}': 'に {0} があります（{1}）',
  'is not {0}': 'には、{0}を入力してください',
  'The field "{0}" ({1}) has a rule: {2}': '項目「{1}」（{0}）は、次の決まりに従って入力してください。{2}',
  'is not of the form that the profile asks for': 'は、証明書プロファイルの定める形で入力してください',
  'is not a list': 'は、値の一覧で指定してください',
  'has more than {0} values': 'の値は {0} 個までにしてください',
  'has one value twice': 'に同じ値が二つあります',
  'The profile has no such field; facts.fields names those that it has.':
    '証明書プロファイルにない項目です。使える項目は facts.fields にあります。',
  'is required': 'は必須です。入力してください',
  'The profile takes something from an office that has no such attribute.':
    '証明書プロファイルが使う属性が、登録分局にありません。',

  'The ledger lacks the records by which this trust domain file came into force; the service did not write the rows that name it.':
    'この信頼ドメインファイルが有効になったときの記録が台帳にありません。これを指す行は、サービスが書き込んだものではありません。',
  '{0} is missing. {1}': '{0} がありません。{1}',
  'The {0} of a CA that exists never changes; a CA that differs is an authority with an id of its own.':
    '既存の認証局の {0} は変更できません。異なる認証局は、別の ID の認証局として定義してください。',
  'Responders stay with their algorithms, in their order; others may be added at the end.':
    'レスポンダのアルゴリズムとその順序は変更できません。追加は末尾にしてください。',
  'Certificates of this profile have their issuer; make another profile.':
    'この証明書プロファイルの証明書は、すでにこの認証局から発行されています。別の証明書プロファイルを作ってください。',
  'Certificates of this profile were issued as what it is; make another profile.':
    'この証明書プロファイルの証明書は、すでにこの種類で発行されています。別の証明書プロファイルを作ってください。',
  'Certificates were issued under this rule of holds; make another profile.':
    'この一時利用停止の規則で、すでに証明書が発行されています。別の証明書プロファイルを作ってください。',
  'A profile that is changed has a version greater than {0}, and no version comes back.':
    '変更した証明書プロファイルの version は、{0} より大きくしてください。以前の version に戻すことはできません。',
  'Records were promised to be kept for the period in force; write one that is longer in the same units.':
    '現行の保存期間を短くすることはできません。同じ単位で、より長い期間を指定してください。',
  'Records name {0} for another person, also after a withdrawal; take an id that nobody has had.':
    '記録では、{0} は別の人を指します（登録を取り消した後も同じです）。これまで使われていない ID にしてください。',
  '{0} was enrolled, and records name it; take an id that nobody has had.':
    '{0} は登録されたことがあり、記録に残っています。これまで使われていない ID にしてください。',
  'The name of the trust domain is its identity; another one is another trust domain.':
    '信頼ドメインの名前は変更できません。名前が異なれば、別の信頼ドメインになります。',
  'A CA stays: its certificates are asked about until they end.':
    '認証局は削除できません。証明書の有効期間が終わるまで、状態の問い合わせがあります。',
  'An approved amendment waits to be applied; start the service with its file, or reject it, before the next one.':
    '承認済みで、まだ適用されていない変更があります。そのファイルでサービスを起動するか、その変更を却下してから、次の変更を提案してください。',
  'The amendment is {0}; propose the file again to go on with it.':
    '変更の状態は {0} です。続けるには、ファイルをもう一度提案してください。',
  'The ceremony of the trust domain is not at its end.': '信頼ドメインの鍵生成式が終わっていません。',
  'There is no amendment of that id.': 'その ID の変更はありません。',
  'This process has not taken up the trust domain in force yet.':
    'このプロセスは、現行の信頼ドメインをまだ読み込んでいません。',
  'It is the file in force.': '現行のファイルと同じものです。',
  'The trust domain changed meanwhile; propose again.':
    '処理の間に信頼ドメインが変更されました。もう一度提案してください。',
  'The person who proposed an amendment does not approve it; have another operator do it.':
    '変更を提案した人が、その変更を承認することはできません。別の認証局運用者が承認してください。',
  'A page has 1 to {0} amendments.': '1 ページの変更は 1～{0} 件で指定してください。',
  'A trust domain file that is kept in the table is damaged.':
    'テーブルに保存されている信頼ドメインファイルが壊れています。',
  'This trust domain file is neither the one in force nor one that two operators have approved to follow it. Go back to the file in force, and have the change approved first: akashi trust-domain propose FILE.':
    'この信頼ドメインファイルは、現行のものでも、二人の認証局運用者が次のものとして承認したものでもありません。現行のファイルに戻し、先に変更の承認を受けてください（akashi trust-domain propose FILE）。',
  'The address in force is {0}, which certificates name, and the service was started for {1}: start it with PUBLIC_URL={2}, or have a trust domain file with "addresses": {3} approved first.':
    '現行のアドレスは {0} で、証明書に書き込まれています。今回の起動では {1} が指定されました。PUBLIC_URL={2} で起動するか、先に "addresses": {3} を含む信頼ドメインファイルの承認を受けてください。',
  "The trust domain's file says that the address of the service is {0}, and the service was started for {1}: start it with PUBLIC_URL={2} or without PUBLIC_URL.":
    '信頼ドメインファイルではサービスのアドレスは {0} ですが、今回の起動では {1} が指定されました。PUBLIC_URL={2} で起動するか、PUBLIC_URL を指定せずに起動してください。',
  'The log of this service is named {0}, and a log keeps its name: start the service with LOG_ORIGIN={1}.':
    'このサービスのログの名前は {0} で、変更できません。LOG_ORIGIN={1} で起動してください。',
  'The object that ended a proposal is not one of its ends.':
    '提案の結末を示すオブジェクトが、提案の結末ではありません。',
  'The generation of a key of acts stays at {0} or goes to {1}.':
    '行為に署名する鍵の世代は、{0} のままにするか、{1} にしてください。',
  'The approval of this trust domain file has lapsed: start the service with the file in force, and have the changed one proposed and approved again.':
    'この信頼ドメインファイルの承認は期限切れです。現行のファイルでサービスを起動し、変更したファイルの提案と承認をやり直してください。',
  'Addresses are distinct.': '同じアドレスを二つ指定することはできません。',
  'An address goes into certificates: http, in ASCII without spaces, the host a domain name in lower case (other scripts as xn--) or an IP address, no . or .. in the path, without query, user or slash at the end.':
    'アドレスは証明書に書き込まれます。http のアドレスを 空白なしの ASCII で、ホストは小文字のドメイン名（日本語などは xn-- で始まる A ラベル）または IP アドレスとし、パスの . と ..、クエリー、ユーザー名、末尾のスラッシュなしで指定してください。',
  'The object of the trust domain in force is not one that a ceremony makes.':
    '現行の信頼ドメインのオブジェクトが、鍵生成式で作られたものではありません。',
  'The rows of withdrawn principals are not those that the service wrote; restore them from a copy of the table.':
    '登録を取り消した利用主体の行が、サービスの書き込んだものと異なります。テーブルのバックアップから復元してください。',
  'A key that was stopped stays so.': '一度停止した鍵は、再び使えるようにできません。',
  "The CA's own certificate is not revoked for a compromise; revoke it first.":
    '認証局自身の証明書が、危殆化を理由に失効していません。先に失効させてください。',
  'No ceremony has brought a trust domain into force.':
    '鍵生成式がまだ行われていないため、有効な信頼ドメインがありません。',
};
